"""NIK, KK and KPJ as offices spoil them."""

from __future__ import annotations

import datetime as dt

import pytest

from verify_service.registry.nik import Eligible, Nik, is_kk, nik_doubts, read_kk, read_kpj, read_nik
from verify_service.registry.problems import Cell, Fault, masked

TODAY = dt.date(2026, 11, 23)
BEKASI = Eligible(("3275",), 18, 65)


@pytest.mark.parametrize(
    "raw",
    [
        "3275014107800001",
        "'3275014107800001",
        " 3275 0141 0780 0001 ",
        "3275.0141.0780.0001",
        "32-7501-410780-0001",
        "3275014107800001.0",
        3275014107800001,
        3275014107800001.0,
        "\u200b3275014107800001\u00a0",
        "\ufeff3275014107800001",
    ],
)
def test_a_nik_is_read_through_the_signs_around_it(raw: Cell) -> None:
    assert read_nik(raw) == Nik("3275014107800001")


@pytest.mark.parametrize(
    ("raw", "code", "hint"),
    [
        (None, "nik_missing", "16 digits"),
        ("", "nik_missing", "16 digits"),
        (" - ", "nik_missing", "16 digits"),
        ("3.27508E+15", "nik_scientific", "formatted as text"),
        ("3,27508E+15", "nik_scientific", "formatted as text"),
        ("3.27508e15", "nik_scientific", "formatted as text"),
        (3.27508e15, "nik_scientific", "formatted as text"),
        (3275014107800000.0, "nik_scientific", "formatted as text"),  # Excel has put a zero for the 16th digit
        (0.5, "nik_scientific", "formatted as text"),
        ("327501410780000", "nik_length", "lost a digit"),
        ("32750141078000011", "nik_length", "too many"),
        ("0001234567890", "nik_length", "BPJS Kesehatan"),
        ("26000000001", "nik_length", "KPJ"),
        ("081234567890", "nik_length", "phone"),
        ("196805121990031002", "nik_length", "NIP"),
        ("1", "nik_length", "not 1"),
        ("3275O14107800001", "nik_letters", "letter O"),
        ("³²⁷⁵⁰¹⁴¹⁰⁷⁸⁰⁰⁰⁰¹", "nik_letters", "digits"),
        ("belum punya", "nik_letters", "digits"),
        (True, "nik_letters", "digits"),
        ("0075014107800001", "nik_province", "province"),
        ("9975014107800001", "nik_province", "province"),
        ("3275010007800001", "nik_day", "birth day"),
        ("3275013207800001", "nik_day", "birth day"),
        ("3275013907800001", "nik_day", "birth day"),
        ("3275014007800001", "nik_day", "birth day"),
        ("3275017207800001", "nik_day", "birth day"),
        ("3275014100800001", "nik_month", "birth month"),
        ("3275014113800001", "nik_month", "birth month"),
        ("3275013102800001", "nik_date", "no day 31 in month 2"),
        ("3275012902810001", "nik_date", "no day 29 in month 2"),
        ("3275017106800001", "nik_date", "no day 31 in month 6"),
        ("3275014107800000", "nik_serial", "0001"),
    ],
)
def test_what_is_no_nik_is_named_with_what_it_probably_is(raw: Cell, code: str, hint: str) -> None:
    fault = read_nik(raw)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert hint in fault.expected


@pytest.mark.parametrize(
    ("nik", "sex", "born"),
    [
        ("3275013112990001", "L", dt.date(1999, 12, 31)),
        ("3275014107800001", "P", dt.date(1980, 7, 1)),
        ("3275012902000001", "L", dt.date(2000, 2, 29)),
        ("3275010101080001", "L", dt.date(2008, 1, 1)),
        ("3275010101160001", "L", dt.date(2016, 1, 1)),
        ("3275010101260001", "L", dt.date(1926, 1, 1)),
        ("3275016902640001", "P", dt.date(1964, 2, 29)),
    ],
)
def test_a_nik_tells_sex_and_birth_date(nik: str, sex: str, born: dt.date) -> None:
    read = read_nik(nik)
    assert isinstance(read, Nik)
    assert (read.sex, read.birth_date(TODAY)) == (sex, born)


@pytest.mark.parametrize(
    ("nik", "born", "sex", "codes"),
    [
        ("3275014107800001", dt.date(1980, 7, 1), "P", []),
        ("3275014107800001", None, None, []),
        ("3216074107800001", dt.date(1980, 7, 1), "P", ["nik_other_area"]),
        ("3275014107800001", dt.date(1980, 7, 2), "P", ["birth_date_differs"]),
        ("3275014107800001", dt.date(1980, 1, 7), "P", ["birth_date_swapped"]),
        ("3275014107800001", dt.date(1980, 7, 1), "L", ["sex_differs"]),
        ("3275014207808001", dt.date(1980, 7, 2), "P", ["nik_serial_high"]),
        ("3275010107808001", dt.date(1980, 7, 1), "L", []),  # 1 July stands for an unknown day
        ("3275014107500001", dt.date(1950, 7, 1), "P", ["age_outside"]),
        ("3275014107120001", dt.date(2012, 7, 1), "P", ["age_outside"]),
        ("3275012311610001", dt.date(1961, 11, 23), "L", []),  # 65 today
        ("3275012411080001", dt.date(2008, 11, 24), "L", ["age_outside"]),  # 18 tomorrow
    ],
)
def test_doubts_are_raised_and_never_reject(nik: str, born: dt.date | None, sex: str | None, codes: list[str]) -> None:
    assert [fault.code for _, fault in nik_doubts(Nik(nik), born, sex, BEKASI, TODAY)] == codes


def test_a_family_card_number_in_the_nik_column_is_recognised() -> None:
    nik = Nik("3275011508120003")
    assert is_kk(nik, "3275011508120003", ()) is not None
    assert is_kk(nik, None, frozenset({"3275011508120003"})) is not None
    assert is_kk(nik, "3275011508120004", frozenset({"3275011508120004"})) is None


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("3275011508120003", "3275011508120003"),
        ("'3275011508120003", "3275011508120003"),
        ("", None),
        ("327501150812000", "kk_length"),
        ("3.275E+15", "kk_scientific"),
    ],
)
def test_a_family_card_number_has_sixteen_digits(raw: Cell, read: str | None) -> None:
    found = read_kk(raw)
    assert (found.code if isinstance(found, Fault) else found) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("26000000001", "26000000001"),
        (26000000001.0, "26000000001"),
        ("97j6 0012 345", "97J60012345"),
        ("", None),
        ("2600000000", "kpj_length"),
        ("0001234567890", "kpj_length"),
        ("2600000000A", "kpj_length"),
        ("2.6E+10", "kpj_scientific"),
    ],
)
def test_a_kpj_has_eleven_characters_the_last_four_digits(raw: Cell, read: str | None) -> None:
    found = read_kpj(raw)
    assert (found.code if isinstance(found, Fault) else found) == read


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("3275014107800001", "327501******0001"),
        ("'3275 0141 0780 0001", "'327501******0001"),
        (3275014107800001.0, "327501******0001"),
        ("0812-3456-7890", "0812****890"),
        ("Jl. Mawar 12", "Jl. Mawar 12"),
        ("3.27508E+15", "3.27508E+15"),
        (None, ""),
    ],
)
def test_reports_show_enough_of_a_number_to_find_it_and_no_birth_date(cell: Cell, shown: str) -> None:
    assert masked(cell) == shown


def test_a_nik_does_not_print_itself() -> None:
    assert "410780" not in f"{Nik('3275014107800001')} {Nik('3275014107800001')!r}"
