"""The lists of the sample city as offices send them, against the same people without faults."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest

from verify_service.registry.insurers import read_insurer
from verify_service.registry.nik import Eligible
from verify_service.registry.occupations import occupation_code
from verify_service.registry.payments import read_payments
from verify_service.registry.problems import text_of
from verify_service.registry.reading import Reading
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import ROSTER, Desk, RosterRow
from verify_service.registry.rt_heads import read_rt_heads
from verify_service.registry.sheets import read_table

SAMPLE = Path(__file__).parents[2] / "verify_service" / "data" / "sample"
TODAY = dt.date(2026, 11, 23)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65))
PARTS = ("roster_part1.xlsx", "roster_part2.csv")
# What says that a NIK is wrong, beside the hard rules.
TELLING = ("nik_missing", "nik_scientific", "nik_length", "nik_letters", "nik_is_kk", "nik_serial_high", "same_person")


@lru_cache(maxsize=3)
def reading(name: str) -> Reading[RosterRow]:
    return read_roster(SAMPLE / name, DESK)


@lru_cache(maxsize=1)
def truth() -> dict[str, dict[str, str]]:
    """The clean rows by family card number, which the faulty lists keep right."""
    with (SAMPLE / "roster_clean.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["NO_KK"]: row for row in csv.DictReader(file)}


@lru_cache(maxsize=3)
def sent(name: str) -> dict[int, dict[str, str]]:
    """Each row as sent: number -> {nik, kk, name}."""
    table = read_table(SAMPLE / name, ROSTER)
    return {row.number: {f: text_of(table.cell(row, f)) for f in ("nik", "kk", "name")} for row in table.rows}


def wrong_niks(name: str) -> set[int]:
    return {
        number
        for number, row in sent(name).items()
        if re.sub(r"\D", "", row["nik"]) != truth()[row["kk"]]["NIK"] or "E" in row["nik"]
    }


def true_pairs(name: str) -> set[tuple[int, int]]:
    rows = defaultdict(list)
    for number, row in sent(name).items():
        rows[row["kk"]].append(number)
    return {pair for numbers in rows.values() for pair in combinations(numbers, 2)}


@pytest.mark.parametrize("name", [*PARTS, "roster_clean.csv"])
def test_no_row_is_lost_and_every_fault_has_an_entry(name: str) -> None:
    read = reading(name)
    numbers = [row.row for row in read.accepted] + [row.row for row in read.rejected]
    assert sorted(numbers) == list(sent(name))
    assert read.rows == len(read.accepted) + len(read.rejected)
    refused = {problem.row for problem in read.problems if problem.level == "rejected"}
    assert refused == {row.row for row in read.rejected}


def test_the_rows_are_those_a_spreadsheet_shows() -> None:
    assert (min(sent(PARTS[0])), max(sent(PARTS[0]))) == (5, 1034)
    assert (min(sent(PARTS[1])), max(sent(PARTS[1]))) == (2, 1031)
    assert reading(PARTS[0]).notes == ("Row 1036 is a total (JUMLAH 1030) and was not read as a person.",)


def test_the_sheet_beside_the_list_is_named_and_the_list_still_accepted() -> None:
    told = [(one.code, one.column, one.found) for one in reading(PARTS[0]).problems if one.level == "file"]
    assert told == [("sheet_not_read", "REKAP", "sheet REKAP (1 rows) was not read")]


@pytest.mark.parametrize("name", PARTS)
def test_every_person_listed_twice_is_found_and_nobody_else(name: str) -> None:
    found = {pair.rows for pair in reading(name).duplicates}
    real = true_pairs(name)
    assert len(real) == {"roster_part1.xlsx": 17, "roster_part2.csv": 16}[name]
    assert found == real


@pytest.mark.parametrize(("name", "wrong", "least"), [(PARTS[0], 50, 48), (PARTS[1], 44, 42)])
def test_wrong_niks_are_found_but_for_a_last_digit_nobody_can_see(name: str, wrong: int, least: int) -> None:
    real = wrong_niks(name)
    pairs = {row for pair in reading(name).duplicates if pair.kind == "same_person" for row in pair.rows}
    told = {
        problem.row
        for problem in reading(name).problems
        if problem.code in TELLING or (problem.level == "rejected" and problem.code.startswith("nik_"))
    } | pairs
    assert len(real) == wrong
    assert len(real & told) >= least
    # A pair under two NIKs accuses both rows, one of them wrongly; nothing else does.
    assert told - real <= pairs
    missed = real - told
    assert all(re.sub(r"\D", "", sent(name)[row]["nik"])[:12] == _true_nik(name, row)[:12] for row in missed)


def _true_nik(name: str, row: int) -> str:
    return truth()[sent(name)[row]["kk"]]["NIK"]


@pytest.mark.parametrize("name", PARTS)
def test_nobody_whose_nik_is_right_is_rejected(name: str) -> None:
    assert {row.row for row in reading(name).rejected} <= wrong_niks(name)


@pytest.mark.parametrize("name", PARTS)
def test_what_is_accepted_is_what_was_meant(name: str) -> None:
    """Birth dates in three forms, sexes in six words, places in four spellings, phones in eight."""
    for row in reading(name).accepted:
        meant = truth()[sent(name)[row.row]["kk"]]
        assert row.birth_date is not None
        assert f"{row.birth_date:%d-%m-%Y}" == meant["TANGGAL_LAHIR"]
        assert (row.sex, row.rt, row.rw) == (meant["JENIS_KELAMIN"], meant["RT"], meant["RW"])
        assert (row.decile, row.source, row.months) == (int(meant["DESIL"]), meant["SUMBER_DATA"], 12)
        assert occupation_code(row.occupation) is not None
        if row.kelurahan_code:
            assert DESK.areas.find(meant["KELURAHAN"], "").area.kelurahan_code == row.kelurahan_code  # type: ignore[union-attr]
        if row.phone:
            assert row.phone.local == meant["NO_HP"]


def test_the_clean_list_has_no_fault_but_its_own() -> None:
    read = reading("roster_clean.csv")
    assert (len(read.accepted), read.duplicates) == (2000, ())
    assert {problem.code for problem in read.problems} == {"nik_other_area"}


@pytest.mark.parametrize("name", PARTS)
def test_the_report_never_shows_a_whole_nik_kk_or_phone(name: str) -> None:
    for problem in reading(name).problems:
        assert not re.search(r"\d{9}", problem.found)
        assert not re.search(r"(?<!such as )\b\d{9}", problem.expected)


@pytest.mark.parametrize("month", [1, 2, 3])
def test_payment_and_insurer_files_are_read_whole(month: int) -> None:
    period = dt.date(2026, month, 1)
    paid = read_payments(SAMPLE / f"payments_2026-{month:02}.csv", period, TODAY, 16_800)
    known = read_insurer(SAMPLE / f"insurer_2026-{month:02}.csv", period, TODAY)
    assert (len(paid.accepted), paid.problems) == ({1: 1972, 2: 1979, 3: 1974}[month], ())
    assert (len(known.accepted), known.problems) == (1891, ())
    statuses = {status: sum(1 for row in known.accepted if row.status == status) for status in ("unpaid", "inactive")}
    assert statuses == {"unpaid": 0 if month == 1 else 93, "inactive": 81}


def test_rt_heads_are_read_whole() -> None:
    read = read_rt_heads(SAMPLE / "rt_heads.csv", DESK)
    assert (read.rows, len(read.accepted), read.duplicates) == (1659, 1659, ())
    assert [problem.code for problem in read.problems] == []
