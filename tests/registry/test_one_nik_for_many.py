"""One NIK for several people: a placeholder, a cell filled down, a slip. None of them is taken for the others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from verify_service.registry.insurers import read_insurer
from verify_service.registry.nik import Eligible
from verify_service.registry.payments import read_payments
from verify_service.registry.report import report_of
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk

FIELD = Path(__file__).parent / "field"
TODAY = dt.date(2026, 11, 23)
MARCH = dt.date(2026, 3, 1)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65))
ANI, BUDI = "3275014107800001", "3275011203750002"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_five_people_under_a_placeholder_are_five_rows_for_a_person_to_decide() -> None:
    read = read_roster(FIELD / "F5_placeholder_nik.csv", DESK)
    assert (read.rows, read.accepted, [row.row for row in read.rejected]) == (5, (), [2, 3, 4, 5, 6])
    told = {problem.row: problem.expected for problem in read.problems if problem.code == "nik_shared"}
    assert sorted(told) == [2, 3, 4, 5, 6]
    assert told[2].startswith("another person than in row 3: the same NIK under different names")
    assert all(problem.level == "rejected" for problem in read.problems if problem.code == "nik_shared")
    assert read.rejected[0].cells["NAMA_LENGKAP"] == "Ani Wijaya"
    report = report_of("roster", "list.csv", read)
    assert (report.rejected, report.accepted) == (5, 0)
    assert "Different people stand under one NIK; none of them was taken." in report.to_text()


@pytest.mark.parametrize(
    ("rows", "accepted"),
    [
        ([f"{ANI},Ani Lestari,01-07-1980", f"{ANI},Any Lestari,01-07-1980"], 2),
        ([f"{ANI},Ani Lestari,01-07-1980", f"{ANI},Hj. Ani L.,01-07-1980"], 2),
        ([f"{ANI},Ani Lestari,01-07-1980", f"{ANI},Budi Santoso,12-03-1975"], 0),
        ([f"{ANI},Ani Lestari,", f"{ANI},Ani Lestari,", f"{ANI},Budi Santoso,", f"{BUDI},Budi Santoso,"], 1),
        ([f"{ANI},Ani Lestari,01-07-1980", f"{ANI},Ani,22-11-1955"], 0),
        ([f"{ANI},Ani Lestari,01-07-1980", f"{ANI},Ani Lestari,07-01-1980"], 2),
    ],
)
def test_one_person_twice_is_taken_and_several_people_are_not(tmp_path: Path, rows: list[str], accepted: int) -> None:
    read = read_roster(written(tmp_path, "NIK,NAMA,TGL LAHIR", *rows), DESK)
    assert (len(read.accepted), len(read.rejected)) == (accepted, len(rows) - accepted)
    assert read.rows == len(read.accepted) + len(read.rejected)


def test_payments_and_insurers_rows_of_several_people_under_one_nik_are_not_one_persons(tmp_path: Path) -> None:
    lines = ("NIK,NAMA,JUMLAH", f"{ANI},Ani Lestari,16800", f"{ANI},Budi Santoso,16800", f"{BUDI},Budi Santoso,16800")
    paid = read_payments(written(tmp_path, *lines), MARCH, TODAY, 16_800)
    assert ([row.row for row in paid.accepted], [row.row for row in paid.rejected]) == ([4], [2, 3])
    lines = ("NIK,KPJ,NAMA,STATUS", f"{ANI},26000000001,Ani Lestari,AKTIF", f"{ANI},26000000002,Budi Santoso,AKTIF")
    known = read_insurer(written(tmp_path, *lines), MARCH, TODAY)
    assert (known.accepted, len(known.rejected)) == ((), 2)
