"""Files for a spreadsheet: whatever people wrote stays text in them, and nothing is evaluated."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

import xlsxwriter
from flask import Response, send_file
from flask_babel import gettext

from verify_service.grievances.exports import Case, Happened
from verify_service.grievances.identity import Identity
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.codes import identity_name, report_step
from verify_service.labels.grievances import body_name
from verify_service.labels.standings import state_words

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_IN_MEMORY: Final = 8 * 1024 * 1024  # what is larger goes to a file without a name
_LONGEST: Final = 32_767  # letters a cell holds
_LONGEST_CHOICE: Final = 255  # letters of all that a cell may be chosen from
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# OWASP, "CSV injection": what a spreadsheet takes for the beginning of a formula, wide forms included; and the same
# after a semicolon or a break, since an Indonesian Excel parts cells at semicolons whatever the quotes say.
_FORMULA: Final = r'(?=[\s"\u200b-\u200f\ufeff]*[=+\-@＝＋－＠])'
_EVALUATED: Final = re.compile(rf"^(?=[\t\r])|^{_FORMULA}|(?<=[;\t\r\n]){_FORMULA}")

Cell = str | int | dt.date | dt.datetime | None


@dataclass(frozen=True)
class Table:
    """One sheet: its name, its headings, and rows that are read once; `choices`: what a column (0-based) may hold."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


def case_table(cases: Iterable[Case], identities: Mapping[int, Identity] | None = None) -> Table:
    """Reports, one a row; with `identities` (by id) two columns say who reported."""
    columns: list[tuple[str, Callable[[Case], Cell]]] = [
        (gettext("Number"), lambda case: case.number),
        (gettext("Classification"), lambda case: case.code),
        (gettext("About"), lambda case: category_name(case.category)),
        (gettext("State"), lambda case: state_words(case.state, merged=case.merged)),
        (gettext("Urgent"), lambda case: gettext("yes") if case.urgency else ""),
        (gettext("Told"), lambda case: identity_name(case.identity)),
        (gettext("Agency"), lambda case: case.agency),
        (gettext("Kelurahan"), lambda case: case.kelurahan),
        (gettext("Kecamatan"), lambda case: case.kecamatan),
        (gettext("Came by"), lambda case: case.channel),
        (gettext("Received"), lambda case: case.opened_on),
        (gettext("Answer due"), lambda case: case.due_on),
        (gettext("Answered"), lambda case: case.answered_on),
        (gettext("Closed"), lambda case: case.closed_on),
        (gettext("Decision"), lambda case: case.decision),
        (gettext("Opened again, times"), lambda case: case.reopened),
        (gettext("Handed to"), lambda case: body_name(case.referred_to)),
        (gettext("Number there"), lambda case: case.external_number),
        (gettext("Words of the report"), lambda case: case.words),
        (gettext("Answer given"), lambda case: case.answer),
    ]
    if identities is not None:
        nobody = Identity("", "")
        columns += [
            (gettext("Name of the reporter"), lambda case: identities.get(case.id, nobody).name),
            (gettext("Phone of the reporter"), lambda case: identities.get(case.id, nobody).phone),
        ]
    rows = ([read(case) for _, read in columns] for case in cases)
    return Table(gettext("Reports"), [heading for heading, _ in columns], rows)


def step_table(steps: Iterable[Happened]) -> Table:
    """The chronology, one step a row."""
    headings = [
        gettext("Number"),
        gettext("Classification"),
        gettext("Agency"),
        gettext("Step"),
        gettext("When"),
        gettext("What happened"),
        gettext("Done by"),
        gettext("Words"),
    ]
    by = {
        "reporter": gettext("the reporter"),
        "officer": gettext("an officer"),
        "clock": gettext("the clock"),
        "api_key": gettext("another system"),
    }
    rows = (
        (one.number, one.code, one.agency, one.place, one.at, report_step(one.kind), by.get(one.by, one.by), one.words)
        for one in steps
    )
    return Table(gettext("Chronology"), headings, rows)


def sheet_file(name: str, form: str, *tables: Table) -> Response:
    """The tables as a file to keep, whole before anything of it is sent; a CSV holds the first alone."""
    held = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed here, or with the answer
    (_write_csv if form == "csv" else _write_workbook)(held, tables)
    size = held.tell()
    held.seek(0)
    body: IO[bytes] = held
    if size <= _IN_MEMORY:
        body = io.BytesIO(held.read())
        held.close()
    return send_file(body, mimetype=TYPES[form], as_attachment=True, download_name=f"{name}.{form}")


def _write_csv(out: IO[bytes], tables: Sequence[Table]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")  # Excel takes UTF-8 for another code without a mark
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(tables[0].headings)
    writer.writerows([in_csv(cell) for cell in row] for row in tables[0].rows)
    text.flush()
    text.detach()


def in_csv(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(cell, dt.datetime):
        return f"{cell.astimezone(programme().zone):%Y-%m-%d %H:%M}"
    if isinstance(cell, str):
        return _EVALUATED.sub("'", _CONTROLS.sub("", cell))
    return "" if cell is None else str(cell)


def _write_workbook(out: IO[bytes], tables: Sequence[Table]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        forms = {
            "head": book.add_format({"bold": True, "text_wrap": True}),
            "day": book.add_format({"num_format": "dd-mm-yyyy"}),
            "moment": book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
        }
        for table in tables:
            _write_sheet(book.add_worksheet(table.name), table, forms)


def _write_sheet(sheet: Any, table: Table, forms: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(table.headings) - 1, 16)
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, heading, forms["head"])
    place = 0
    for place, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(sheet, place, column, cell, forms)
    for column, words in table.choices.items():
        if place and len(",".join(words)) <= _LONGEST_CHOICE:
            sheet.data_validation(1, column, place, column, {"validate": "list", "source": list(words)})


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, forms: Mapping[str, Any]) -> None:
    if isinstance(cell, dt.datetime):
        local = cell.astimezone(programme().zone).replace(tzinfo=None)  # a spreadsheet knows no zones
        sheet.write_datetime(row, column, local, forms["moment"])
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, cell, forms["day"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, _CONTROLS.sub("", cell)[:_LONGEST])
