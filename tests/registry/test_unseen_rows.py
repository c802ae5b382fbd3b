"""Rows that nobody sees, and rows struck out: they go in, and the office is told which they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.registry import files
from verify_service.registry.nik import Eligible
from verify_service.registry.report import report_of
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk

DESK = Desk(dt.date(2026, 11, 23), Eligible(("3275",), 18, 65))
ROWS = [["NIK", "NAMA"], *([f"327501410780{place:04}", f"Ani {chr(65 + place)}"] for place in range(1, 9))]


def told(file: Path, code: str) -> tuple[list[tuple[int, str]], str]:
    """The rows and headings flagged so, and what the report says of them in one line."""
    reading = read_roster(file, DESK)
    assert len(reading.accepted) == 8
    report = report_of("roster", file.name, reading)
    assert (code in report.counts) == any("spreadsheet" in note for note in report.notes)
    flagged = [(one.row, one.column) for one in reading.problems if one.code == code and one.level == "flagged"]
    return flagged, " ".join(report.notes)


def workbook(folder: Path) -> tuple[Workbook, Worksheet, Path]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in ROWS:
        sheet.append(row)
    return book, sheet, folder / "list.xlsx"


def test_hidden_and_filtered_rows_of_xlsx(tmp_path: Path) -> None:
    book, sheet, file = workbook(tmp_path)
    sheet.auto_filter.ref = "A1:B9"
    for number in (2, 4, 5, 6):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["B"].hidden = True  # a column is seen by its heading in the report
    book.save(file)
    rows, said = told(file, "row_hidden")
    assert rows == [(number, "NIK") for number in (2, 4, 5, 6)]
    assert said == "Rows hidden or filtered out in the spreadsheet were read like the others: 4 (row 2, 4-6)."


def test_a_row_as_low_as_nothing_is_hidden(tmp_path: Path) -> None:
    low = files.sheet_xml(ROWS).replace('<row r="8">', '<row r="8" ht="0" customHeight="1">')
    (tmp_path / "list.xlsx").write_bytes(files.zipped(files.xlsx_parts(low)))
    assert told(tmp_path / "list.xlsx", "row_hidden")[0] == [(8, "NIK")]


def test_struck_out_cells_of_xlsx(tmp_path: Path) -> None:
    book, sheet, file = workbook(tmp_path)
    for place in ("A3", "B3", "B7"):
        sheet[place].font = Font(strike=True)
    sheet["C5"].font = Font(strike=True)  # nothing stands in it
    sheet["A6"].font = Font(strike=False, bold=True)
    book.save(file)
    rows, said = told(file, "row_struck_out")
    assert rows == [(3, "NIK"), (7, "NAMA")]
    assert said == "Rows struck out in the spreadsheet were read like the others: 2 (row 3, 7)."


def test_words_struck_out_by_themselves(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>{cell}</t></si>" for row in ROWS for cell in row)
    strings = strings.replace("<si><t>Ani C</t>", "<si><r><rPr><strike/></rPr><t>Ani</t></r><r><t> C</t></r>")
    cells = [
        "".join(f'<c r="{files.letters(column)}{row + 1}" t="s"><v>{2 * row + column}</v></c>' for column in range(2))
        for row in range(len(ROWS))
    ]
    sheet = "".join(f'<row r="{row + 1}">{held}</row>' for row, held in enumerate(cells))
    parts = files.xlsx_parts(f"<worksheet><sheetData>{sheet}</sheetData></worksheet>", strings=strings)
    (tmp_path / "list.xlsx").write_bytes(files.zipped(parts))
    assert told(tmp_path / "list.xlsx", "row_struck_out")[0] == [(3, "NAMA")]


STRUCK = (
    '<style:style style:name="a1" style:family="table-cell"><style:text-properties'
    ' style:text-line-through-style="{}"/></style:style>'
)


@pytest.mark.parametrize("how", ["collapse", "filter", "group"])
def test_hidden_and_filtered_rows_of_ods(tmp_path: Path, how: str) -> None:
    rows = [files.ods_row(row) for row in ROWS]
    if how == "group":
        rows[2] = f'<table:table-row-group table:display="false">{rows[2]}'
        rows[3] += "</table:table-row-group>"
    else:
        rows[2:4] = [files.ods_row(row, f'table:visibility="{how}"') for row in ROWS[2:4]]
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    (tmp_path / "list.ods").write_bytes(files.ods(blank, *rows))
    assert told(tmp_path / "list.ods", "row_hidden")[0] == [(6, "NIK"), (7, "NIK")]


@pytest.mark.parametrize(("line", "rows"), [("solid", [(2, "NIK"), (2, "NIK")]), ("none", [])])
def test_struck_out_cells_of_ods(tmp_path: Path, line: str, rows: list[tuple[int, str]]) -> None:
    struck = files.ods_row(ROWS[1]).replace("<table:table-cell ", '<table:table-cell table:style-name="a1" ')
    others = [files.ods_row(row) for row in ROWS[2:]]
    file = tmp_path / "list.ods"
    file.write_bytes(files.ods(files.ods_row(ROWS[0]), struck, *others, styles=STRUCK.format(line)))
    assert told(file, "row_struck_out")[0] == rows[:1]


def test_hidden_and_struck_out_rows_of_xls(tmp_path: Path) -> None:
    file = tmp_path / "list.xls"
    file.write_bytes(files.xls(ROWS, hidden=(2, 5), struck=((4, 0), (4, 1), (7, 1))))
    assert told(file, "row_hidden")[0] == [(3, "NIK"), (6, "NIK")]
    assert told(file, "row_struck_out")[0] == [(5, "NIK"), (8, "NAMA")]


def test_hidden_rows_of_xlsb(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsb"
    file.write_bytes(files.xlsb(ROWS, hidden=(1, 8)))
    assert told(file, "row_hidden")[0] == [(2, "NIK"), (9, "NIK")]


def test_nothing_is_said_where_nothing_is_hidden(tmp_path: Path) -> None:
    book, _, file = workbook(tmp_path)
    book.save(file)
    assert told(file, "row_hidden") == ([], "")
