"""A quote that is never closed takes nobody along: the file is refused, and the line is named."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples_of
from hypothesis import strategies as st

from tests.conftest import examples
from tests.registry.test_sheets import sheet_of
from verify_service.registry.nik import Eligible
from verify_service.registry.payments import PAYMENTS
from verify_service.registry.problems import FileRefused
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import ROSTER, Desk
from verify_service.registry.sheets import read_table

FIELD = Path(__file__).parent / "field"
HEADINGS = ["NIK", "NAMA", "TGL LAHIR", "ALAMAT", "RT", "RW", "NO HP"]
PEOPLE = [
    [f"32750501028000{n:02}", f"Ani {'ABCDEFGH'[n]}", "01-02-1980", "Jl. Melati 1", "001", "002", f"0812100000{n:02}"]
    for n in range(1, 7)
]


def written(folder: Path, rows: list[list[str]], delimiter: str = ",", ending: str = "\n") -> Path:
    file = folder / "list.csv"
    file.write_bytes((ending.join(delimiter.join(row) for row in [HEADINGS, *rows]) + ending).encode())
    return file


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("F1_payments_stray_quotes.csv", PAYMENTS),
        ("F1b_roster_stray_quotes.csv", ROSTER),
        ("F1c_roster_11_columns_adjacent_quotes.csv", ROSTER),
    ],
)
def test_people_behind_a_quote_that_is_never_closed_are_not_lost(name: str, layout: object) -> None:
    with pytest.raises(FileRefused, match=r'line 2: a quote \("\) is opened and not closed'):
        read_table(FIELD / name, layout)  # type: ignore[arg-type]  # either kind


def test_the_same_list_without_quotes_is_read() -> None:
    assert len(read_table(FIELD / "F1_roster.csv", ROSTER).rows) == 5


CLOSED = (None, (2, 0), (2, 1), (2, 6), (4, 3), (5, 6))
WRITTEN = tuple(product((",", ";", "\t"), ("\n", "\r\n", "\r")))  # each several times, among the cells


@pytest.mark.parametrize(("place", "column", "closed"), [(n, *one) for n, one in enumerate(product(range(7), CLOSED))])
def test_whichever_cell_opens_it_and_whichever_closes_it_the_line_is_named(
    tmp_path: Path, place: int, column: int, closed: tuple[int, int] | None
) -> None:
    assert len(HEADINGS) == 7
    delimiter, ending = WRITTEN[place % len(WRITTEN)]
    rows = [list(row) for row in PEOPLE]
    rows[1][column] = '"' + rows[1][column]
    if closed:
        rows[closed[0]][closed[1]] += '"'
    with pytest.raises(FileRefused, match="line 3: a quote"):
        read_table(written(tmp_path, rows, delimiter, ending), ROSTER)


@pytest.mark.parametrize("column", range(len(HEADINGS) - 1))
def test_a_quote_opened_in_the_last_row_or_closed_behind_its_cell_moves_no_cell(tmp_path: Path, column: int) -> None:
    rows = [list(row) for row in PEOPLE]
    rows[-1][column] = '"' + rows[-1][column]
    with pytest.raises(FileRefused, match="line 7: a quote"):
        read_table(written(tmp_path, rows), ROSTER)
    rows[-1][column + 1] += '"'
    with pytest.raises(FileRefused, match="line 7: a quote"):
        read_table(written(tmp_path, rows), ROSTER)


@pytest.mark.parametrize(
    "address",
    ['"Jl. Melati 1\nRT 01, RW 02"', '"Jl. Melati 1, No. 3\nBekasi"', '"Jl. A, B, C\nD, E, F"', '"Jl. Melati, 3"',
     '"Jl. ""Melati"" 3"', '"Jl. Melati\n"', 'Gg. 5" kiri', '"Jl. Melati\nHP 081234567890"'],
)  # fmt: skip
def test_an_address_of_several_lines_is_an_address(tmp_path: Path, address: str) -> None:
    rows = [list(row) for row in PEOPLE]
    rows[2][3] = address
    assert len(read_table(written(tmp_path, rows), ROSTER).rows) == len(PEOPLE)


def test_a_list_in_which_every_row_has_a_quoted_delimiter_is_read(tmp_path: Path) -> None:
    rows = [[*row[:3], '"Jl. Melati 1, No. 3\nRT 01, RW 02"', *row[4:]] for row in PEOPLE]
    assert len(read_table(written(tmp_path, rows), ROSTER).rows) == len(PEOPLE)
    one = [[*PEOPLE[0][:3], '"Jl. Melati 1, No. 3"', *PEOPLE[0][4:]]]
    assert len(read_table(written(tmp_path, one), ROSTER).rows) == 1


def test_people_in_a_cell_of_a_workbook_are_not_lost(tmp_path: Path) -> None:
    swallowed = "Jl. Melati 1\n3275050304750002,Budi Hartono,03-04-1975"
    rows = [list(row) for row in PEOPLE]
    rows[1][3] = swallowed
    rows[2][3] = "Jl. Melati 1\nRT 01, RW 02"
    file = sheet_of(tmp_path, list(HEADINGS), *(list(row) for row in rows))
    read = read_roster(file, Desk(dt.date(2026, 11, 23), Eligible()))
    assert [(one.row, one.code) for one in read.problems if one.level == "rejected"] == [(3, "cell_holds_rows")]
    assert "Budi Hartono" in read.rejected[0].cells["ALAMAT"]
    assert len(read.accepted) == len(PEOPLE) - 1


def test_a_row_taken_into_the_last_cell_is_told_though_its_number_has_quotes_in_it(tmp_path: Path) -> None:
    rows = [list(row) for row in PEOPLE]
    rows[2][6] = f'"{rows[2][6]}'
    rows[3][0] = f'"{rows[3][0][:3]}"{rows[3][0][3:]}'
    with pytest.raises(FileRefused, match=r'line 4: a quote \("\) is opened'):
        read_table(written(tmp_path, rows), ROSTER)


@given(data=st.data())
@examples_of(max_examples=examples(60))
def test_wherever_quotes_fall_nobody_is_lost_or_mixed_with_another(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    delimiter = data.draw(st.sampled_from(",;\t"))
    text = "\n".join(delimiter.join(row) for row in [HEADINGS, *PEOPLE]) + "\n"
    for place in data.draw(st.lists(st.integers(len(delimiter.join(HEADINGS)) + 1, len(text)), min_size=1, max_size=3)):
        text = text[:place] + '"' + text[place:]
    file = tmp_path_factory.mktemp("quotes") / "list.csv"
    file.write_text(text, encoding="utf-8")
    try:
        read = read_roster(file, Desk(dt.date(2026, 11, 23), Eligible()))
    except FileRefused:
        return
    assert {row.row for row in read.accepted} | {row.row for row in read.rejected} >= set(range(2, len(PEOPLE) + 2))
    truth = {row[0]: row for row in PEOPLE}
    for row in read.accepted:
        _, name, _, _, rt, rw, phone = truth[row.nik]
        assert row.name.replace('"', "").strip() == name
        assert row.birth_date in (dt.date(1980, 2, 1), None)
        assert (row.rt in (rt, None), row.rw in (rw, None)) == (True, True)
        assert row.phone is None or row.phone.local == phone
