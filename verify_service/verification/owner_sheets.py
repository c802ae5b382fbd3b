"""A work list's sheet as it comes back: filled in, sorted anew, saved by whatever spreadsheet the office has."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.references import WORKER_DIGITS, read_worker_code
from verify_service.registry.columns import Column, Layout
from verify_service.registry.grids import Limits
from verify_service.registry.problems import Cell, text_of
from verify_service.registry.sheets import read_table
from verify_service.verification.owner_answers import Given, SheetRow
from verify_service.verification.owner_lists import MOST_ROWS

LARGEST: Final = 4 * 1024 * 1024  # bytes of a file: 10,000 rows as CSV come to some 2 MB
_LIMITS: Final = Limits(rows=MOST_ROWS, columns=200, file_bytes=LARGEST)
# The headings of the sheet as it goes out, in either language of the pages.
LAYOUT: Final = Layout(
    "work list",
    (Column("line", "NOMOR_BARIS", "nomorbaris linenumber"), Column("answer", "JAWABAN", "jawaban theanswer answer")),
    (Column("month", "BULAN", "bulan month"), Column("code", "KODE", "kode code")),
    (Column("note", "CATATAN", "catatan note"),),
)
_NUMBER = re.compile(r"D(\d{1,18})-[0-9A-Z]{5}")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?")


@dataclass(frozen=True)
class Sheet:
    """What came back: the rows with an answer or a note, and how many have neither."""

    rows: tuple[SheetRow, ...]
    blank: int


def read_sheet(sent: bytes, spellings: Mapping[str, str]) -> Sheet:
    """The filled-in rows of a sheet; raises FileRefused where it is none of ours.

    `spellings` are the answers as people read them, in small letters, each with its code.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(sent)
        table = read_table(path, LAYOUT, _LIMITS)
    rows = []
    for row in table.rows:
        cells = {column.name: table.cell(row, column.name) for column in LAYOUT.columns}
        if text_of(cells["answer"]) or text_of(cells["note"]):
            rows.append(_row(row.number, cells, spellings))
    return Sheet(tuple(rows), len(table.rows) - len(rows))


def _row(number: int, cells: Mapping[str, Cell], spellings: Mapping[str, str]) -> SheetRow:
    line = text_of(cells["line"]).strip("'").replace(" ", "").upper()
    answered = text_of(cells["answer"]).lstrip("'")
    read = _NUMBER.fullmatch(line)
    given = Given(
        int(read[1]) if read else 0,
        line,
        spellings.get(answered.casefold(), answered),
        text_of(cells["note"]).lstrip("'"),
    )
    code = text_of(cells["code"]).strip("'")
    # A spreadsheet may have taken the zeros in front. A code that cannot be read is nobody's: rows may be mixed up.
    worker = (read_worker_code(code.zfill(WORKER_DIGITS + 1)) or 0) if code else None
    return SheetRow(number, given if read else None, line, _month(cells["month"]), worker)


def _month(cell: Cell) -> dt.date | None:
    """The month, where the cell still shows one: a spreadsheet may have made a day of it, or words."""
    if isinstance(cell, dt.date):
        return dt.date(cell.year, cell.month, 1)
    read = _MONTH.fullmatch(text_of(cell).strip("'"))
    return dt.date(int(read[1]), int(read[2]), 1) if read and 1 <= int(read[2]) <= 12 and int(read[1]) else None
