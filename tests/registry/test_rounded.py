"""NIKs that Excel rounded are other people's, or nobody's: the column says so, not the cell."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from verify_service.registry.nik import Eligible
from verify_service.registry.payments import read_payments
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk
from verify_service.registry.rounded import rounded

FIELD = Path(__file__).parent / "field"
TODAY = dt.date(2026, 11, 23)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65))


def test_niks_rounded_in_a_csv_are_nobodys() -> None:
    read = read_roster(FIELD / "F6_rounded_niks.csv", DESK)
    assert (read.accepted, len(read.rejected)) == ((), 5)
    told = [problem for problem in read.problems if problem.level == "rejected"]
    assert {problem.code for problem in told} == {"nik_rounded"}
    assert [problem.row for problem in told] == [2, 3, 4, 5, 6]
    assert "formatted as text" in told[0].expected


def test_rounded_niks_are_told_in_payments_too(tmp_path: Path) -> None:
    file = tmp_path / "paid.csv"
    lines = [f"32750501028000{n}0,Ani,16800" for n in range(1, 6)]
    file.write_text("\n".join(["NIK,NAMA,JUMLAH", *lines]))
    assert read_payments(file, dt.date(2026, 3, 1), TODAY, 16_800).accepted == ()


def numbers(chance: random.Random, count: int) -> list[str]:
    return [f"3275050102{number:06}" for number in chance.sample(range(10**6), count)]


@pytest.mark.parametrize(("count", "spoilt"), [(3, 3), (5, 4), (10, 6), (40, 20), (2_000, 400), (1_000, 8)])
def test_rounded_rows_among_sound_ones_are_found(count: int, spoilt: int) -> None:
    given = [f"32750501{place:07}{'0' if place < spoilt else '1'}" for place in range(count)]
    assert rounded(given) == frozenset(given[:spoilt])


def test_one_number_ten_times_is_one_number() -> None:
    assert rounded(["3275050102800010"] * 10) == frozenset()


@pytest.mark.parametrize("count", [1, 3, 20, 400, 5_000])
def test_a_sound_list_is_left_alone(count: int) -> None:
    seen = [bool(rounded(numbers(random.Random(seed), count))) for seed in range(200)]
    assert sum(seen) <= 1
