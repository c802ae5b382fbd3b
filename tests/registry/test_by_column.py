"""What is read a column at a time, by a shorter way for plain cells, is what each row says by itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from verify_service.ground.phones import plain_mobile, read_phone
from verify_service.registry.areas import area_table
from verify_service.registry.columns import Header, Layout
from verify_service.registry.grids import SheetRow
from verify_service.registry.nik import Eligible, Nik, is_beyond_doubt, is_plain_nik, nik_doubts, read_nik
from verify_service.registry.packed import PackedRows
from verify_service.registry.reading import Scrutiny
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import FIELDS, ROSTER, Desk, Line
from verify_service.registry.sheets import Table

TODAY = dt.date(2026, 11, 23)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65), area_table(Path("verify_service/data/bekasi_areas.csv")))
PLAIN = {told.name: told.metadata["plain"] for told in FIELDS if told.metadata["plain"]}
CELLS = (
    some.text(max_size=30)
    | some.from_regex(r"\A[A-Za-z .,'=\-]{0,30}\Z")
    | some.from_regex(r"\A0?8[0-9 \-]{6,14}\Z")
    | some.from_regex(r"\A[0-9]{14,17}\Z")
    | some.from_regex(r"\A(Jl\. )?[A-Z][a-z]{1,10} [0-9]{1,16}\Z")
)


def alone(name: str, cell: str) -> tuple[object, list[str]]:
    """What the field says of a row with this cell and no other, and what is wrong with it."""
    header = Header(Layout("roster", ROSTER.mandatory), 1, 1, {name: (0, name)}, (), (), 1)
    row = Scrutiny(Table(ROSTER, "a", header, PackedRows((), 0), ()), SheetRow(2, (cell,)))
    (read,) = (told.metadata["read"] for told in FIELDS if told.name == name)
    return read(Line(row, DESK)), [problem.code for problem in row.problems]


@pytest.mark.parametrize("name", sorted(PLAIN))
@given(cell=CELLS)
def test_the_shorter_way_reads_what_the_long_one_reads(name: str, cell: str) -> None:
    said = PLAIN[name](cell)
    if said is not None:
        assert (said, []) == alone(name, cell)


@given(cell=CELLS)
def test_a_mobile_number_as_it_is_dialled_is_read_as_any_other(cell: str) -> None:
    said = plain_mobile(cell)
    assert said is None or said == read_phone(cell)


NIKS = some.builds(
    lambda area, day, month, year, serial: f"{area}{day:02}{month:02}{year:02}{serial:04}",
    some.sampled_from(["327501", "327505", "317101", "001122", "990000"]),
    some.integers(0, 75),
    some.integers(0, 13),
    some.integers(0, 99),
    some.integers(0, 120),
)


@given(nik=NIKS | CELLS, born=some.dates(dt.date(1920, 1, 1), TODAY) | some.none(), sex=some.sampled_from("LP?"))
def test_what_is_told_of_a_nik_at_once_is_what_a_closer_look_tells(nik: str, born: dt.date | None, sex: str) -> None:
    read = read_nik(nik)
    if is_plain_nik(nik):
        assert read == Nik(nik)
    if isinstance(read, Nik):
        for eligible in (Eligible(("3275",), 18, 65), Eligible()):
            day = read.birth_date(TODAY) if sex == "?" else born
            said = None if sex == "?" else sex
            doubts = nik_doubts(read, day, said, eligible, TODAY)
            assert not doubts or not is_beyond_doubt(read.value, day, said, eligible, TODAY)


def test_rows_that_say_the_same_are_each_told_what_is_wrong(tmp_path: Path) -> None:
    """Three rows of one unknown occupation: each has its problem, with its own number and the cell as written."""
    file = tmp_path / "list.csv"
    lines = [f"327501410780000{n},Ani {'ABC'[n - 1]}ahyu,Astronaut,{n}" for n in (1, 2, 3)]
    file.write_text("\n".join(["NIK,NAMA,PEKERJAAN,DESIL", *lines]))
    read = read_roster(file, DESK)
    told = [(one.row, one.code, one.raw) for one in read.problems if one.level == "flagged"]
    assert told == [(row, "occupation_unknown", "Astronaut") for row in (2, 3, 4)]
    assert [row.decile for row in read.accepted] == [1, 2, 3]


def test_a_row_that_is_asked_for_by_its_number_is_that_row(tmp_path: Path) -> None:
    """Among more rows than are held together, one of them blank and one a total."""
    file = tmp_path / "list.csv"
    born = [dt.date(1970, 1, 1) + dt.timedelta(days=n) for n in range(1_300)]
    lines = [f"327501{day:%d%m%y}0001,Warga {chr(65 + n % 26)}udi" for n, day in enumerate(born)]
    lines[700] = ","
    file.write_text("\n".join(["NIK,NAMA", *lines, "JUMLAH,1299"]))
    read = read_roster(file, DESK)
    assert read.table is not None
    assert (read.rows, len(read.table.rows)) == (1_299, 1_299)
    for row in (2, 501, 502, 701, 703, 1_301):
        assert read.text(row, "nik") == lines[row - 2].partition(",")[0]
        assert read.table.rows.numbered(row).number == row
    with pytest.raises(KeyError):
        read.table.rows.numbered(702)
    some_rows = read.without([3, 1_000])
    assert len(some_rows.accepted) == len(read.accepted) - 2
    assert [row.row for row in some_rows.rejected] == [3, 1_000]
