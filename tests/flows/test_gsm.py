"""The alphabet of phones: what a text costs, and what a name looks like in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.gsm import BASIC, EXTENSION, fold, is_gsm, parts, septets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ş" + "a" * 69, 1),
        ("ş" + "a" * 70, 2),
        ("ş" + "a" * 133, 2),
        ("ş" + "a" * 134, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # a pair is not split: 152 + 153 + 1
        ("a" * 152 + "€" + "a" * 151, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 pairs a part, one unit stays empty
        ("😀" * 67, 3),
        ("", 1),
    ],
)
def test_parts_are_counted_as_the_network_bills_them(text: str, expected: int) -> None:
    assert parts(text) == expected


def test_the_tables_have_the_sizes_of_the_standard() -> None:
    assert len(BASIC) == 127  # 128 codes, one of which is the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


def test_an_extension_character_takes_two_septets() -> None:
    assert septets("a€") == 3


def test_a_foreign_character_has_no_length_and_is_named() -> None:
    with pytest.raises(ValueError, match=r"U\+015F"):
        septets("Işık"[1:])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("José", "José"),
        ("Têtê", "Tete"),
        ("“Bu” Sri’s", '"Bu" Sri\'s'),
        ("RT 1 – RW 2 — sini", "RT 1 - RW 2 - sini"),
        ("Halo 😀 Budi 👍🏽", "Halo  Budi "),
        ("[a] {b} c|d \\ ~ ^", "(a) (b) c/d / - '"),
        ("Rp5€", "Rp5EUR"),
        ("a\u00a0b\tc", "a b c"),
        ("dua\r\nbaris", "dua\nbaris"),
        ("１２３", "123"),
        ("٣", "3"),
        ("Đức Łukasz", "Duc Lukasz"),
        ("e\u0301", "é"),
        ("αψγ", "?ΨΓ"),
        ("…", "..."),
        ("李", "?"),
        ("a\x00b\u200b", "ab"),
    ],
)
def test_a_text_is_written_with_what_every_phone_has(written: str, shown: str) -> None:
    assert fold(written) == shown
    assert set(fold(written)) <= BASIC


@given(st.text())
def test_folding_leaves_the_basic_table_only_and_twice_is_once(text: str) -> None:
    folded = fold(text)
    assert set(folded) <= BASIC
    assert fold(folded) == folded
    assert septets(folded) == len(folded)
    assert is_gsm(folded)


@given(st.text(alphabet=sorted(BASIC - {"\r"})))
def test_folding_changes_nothing_that_a_phone_can_show(text: str) -> None:
    assert fold(text) == text


@given(st.text(max_size=400))
def test_a_part_is_never_fuller_than_the_network_allows(text: str) -> None:
    units = septets(text) if is_gsm(text) else len(text.encode("utf-16-le", "surrogatepass")) // 2
    alone, joined = (160, 153) if is_gsm(text) else (70, 67)
    assert parts(text) == 1 if units <= alone else parts(text) >= -(-units // joined)
