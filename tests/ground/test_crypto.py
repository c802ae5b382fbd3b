"""People's data at rest: sealed, found by a blind index, rotated without a stop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_service.ground.crypto import Cipher, Unreadable, blind_index, check_letter, letter_code, reference_number

OLD, NEW = {"k1": b"1" * 32}, {"k2": b"2" * 32}


def test_what_is_sealed_opens_only_for_its_own_column() -> None:
    cipher = Cipher(OLD)
    box = cipher.seal("3275011501900001", "worker.nik")
    assert b"3275011501900001" not in box
    assert cipher.open(box, "worker.nik") == "3275011501900001"
    with pytest.raises(Unreadable):
        cipher.open(box, "payment.nik")


def test_sealing_twice_looks_different() -> None:
    cipher = Cipher(OLD)
    assert cipher.seal("x", "p") != cipher.seal("x", "p")


def test_keys_rotate_without_a_stop() -> None:
    before = Cipher(OLD).seal("x", "p")
    during = Cipher(NEW | OLD)
    assert during.open(before, "p") == "x"
    after = during.seal("x", "p")
    assert after.startswith(b"k2:")
    with pytest.raises(Unreadable, match="VERIFY_DATA_KEYS"):
        Cipher(NEW).open(before, "p")


def test_an_altered_box_is_found_out() -> None:
    cipher = Cipher(OLD)
    box = bytearray(cipher.seal("x", "p"))
    box[-1] ^= 1
    with pytest.raises(Unreadable):
        cipher.open(bytes(box), "p")


def test_indexes_of_two_columns_cannot_be_joined() -> None:
    assert blind_index("081", "nik") != blind_index("081", "phone")
    assert blind_index("081", "nik") == blind_index("081", "nik")


def test_a_new_letter_voids_the_old_code() -> None:
    assert letter_code("invitation", 7, 1) != letter_code("invitation", 7, 2)
    assert letter_code("invitation", 7, 1) != letter_code("activation", 7, 1)
    assert len(letter_code("invitation", 7, 1)) == 6


@given(st.integers(1, 10**9), st.integers(0, 5), st.integers(0, 100))
def test_one_wrong_character_or_swap_in_a_receipt_is_detected(number: int, place: int, other: int) -> None:
    receipt = reference_number("BKS", number).removeprefix("BKS-")
    assert check_letter(receipt[:5]) == receipt[5]
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXY"
    letter = alphabet[other % len(alphabet)]
    wrong = receipt[:place] + letter + receipt[place + 1 :]
    if wrong != receipt:
        assert check_letter(wrong[:5]) != wrong[5]
    swapped = receipt[:1] + receipt[2] + receipt[1] + receipt[3:]
    if swapped != receipt:
        assert check_letter(swapped[:5]) != swapped[5]


def test_receipts_do_not_collide_often() -> None:
    made = {reference_number("BKS", number) for number in range(2000)}
    assert len(made) > 1990  # 20 million are possible; the rare double is made again with another salt
