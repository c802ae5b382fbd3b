"""A quote that is never closed takes nobody along: the file is refused, and the line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify_service.registry.payments import PAYMENTS
from verify_service.registry.problems import FileRefused
from verify_service.registry.rosters import ROSTER
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
        read_table(FIELD / name, layout)  # type: ignore[arg-type]


def test_the_same_list_without_quotes_is_read() -> None:
    assert len(read_table(FIELD / "F1_roster.csv", ROSTER).rows) == 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("column", range(len(HEADINGS)))
@pytest.mark.parametrize("closed", [None, (2, 0), (2, 1), (2, 6), (4, 3), (5, 6)])
def test_whichever_cell_opens_it_and_whichever_closes_it_the_line_is_named(
    tmp_path: Path, delimiter: str, ending: str, column: int, closed: tuple[int, int] | None
) -> None:
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
