"""The code a worker is named by: what is written is read, and no slip of one digit or two names somebody else."""

from __future__ import annotations

import random

import pytest

from flows.references import read_worker_code, worker_code


def test_every_single_wrong_digit_and_every_swap_is_refused() -> None:
    ids = [*range(1, 3_000), *range(9_900, 10_100), *random.Random(7).sample(range(10**5, 10**9), 500)]
    for number in ids:
        code = worker_code(number)
        for place, digit in enumerate(code):
            for other in "0123456789".replace(digit, ""):
                assert read_worker_code(code[:place] + other + code[place + 1 :]) is None, code
            after = code[place + 1 : place + 2]
            if after and after != digit:
                assert read_worker_code(code[:place] + after + digit + code[place + 2 :]) is None, code


def test_each_worker_has_a_code_of_his_own_that_is_read_again() -> None:
    codes = {worker_code(number): number for number in range(1, 20_000)}
    assert len(codes) == 19_999
    assert all(read_worker_code(code) == number for code, number in codes.items())


@pytest.mark.parametrize(("number", "length"), [(1, 5), (9_999, 5), (10_000, 6), (10**12 - 1, 13)])
def test_codes_grow_when_the_short_ones_are_used_up(number: int, length: int) -> None:
    assert len(worker_code(number)) == length
    assert worker_code(number).isdecimal()
    assert read_worker_code(worker_code(number)) == number


@pytest.mark.parametrize("number", [0, -1, 10**12])
def test_what_is_no_workers_id_has_no_code(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 12 digits"):
        worker_code(number)


def test_the_check_is_that_of_the_book() -> None:
    assert worker_code(572) == "05724"  # Damm's own example: 572 has the check 4


@pytest.mark.parametrize("written", ["0 57 24", "05.724", "05-724", " 05724 ", "05724."])
def test_people_write_it_with_blanks_and_dots(written: str) -> None:
    assert read_worker_code(written) == 572


@pytest.mark.parametrize(
    "written", ["", "5724", "005724", "00000", "0572A", "٠٥٧٢٤", "0572²", "+05724", "05724,", "1" * 14, "05724 05724"]
)
def test_what_is_no_code_names_nobody(written: str) -> None:
    assert read_worker_code(written) is None
