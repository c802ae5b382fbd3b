"""A number that somebody quotes: a slip in it is noticed, and leads back to what it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.references import ALPHABET, check_letter, read_reference, slips


@given(st.text(ALPHABET, min_size=5, max_size=5), st.integers(0, 5), st.sampled_from(ALPHABET))
def test_a_number_with_one_slip_is_no_number_and_leads_back_to_it(body: str, place: int, letter: str) -> None:
    number = body + check_letter(body)
    typed = number[:place] + letter + number[place + 1 :]
    if typed == number:
        assert slips(typed) == []
    elif any(map(str.isdigit, typed)):
        assert read_reference(typed) is None
        assert number in slips(f"BKS-{typed}")
        assert all(read_reference(one) == one for one in slips(typed))


@pytest.mark.parametrize("text", ["", "kartu saya", "BEKASI", "0812-3456-7890", "BKS-", "Sulistiawati"])
def test_words_and_phones_are_no_numbers_with_a_slip(text: str) -> None:
    assert slips(text) == []
