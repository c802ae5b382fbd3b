"""The office's own list back as a workbook, with what is wrong marked at its cells: to be put right and sent again."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.tables import FileImport, ImportProblem
from verify_service.registry.columns import Layout
from verify_service.registry.kept_lines import lines_of
from verify_service.registry.problems import FileRefused, Problem
from verify_service.registry.report import SENTENCES
from verify_service.registry.sheets import read_table

TITLE: Final = "HASIL_PERIKSA"  # a column of ours, which the next import passes over
_REJECTED, _FLAGGED = "#F8C9C4", "#FCE8B2"
_WIDTH: Final = 18  # letters
_LONGEST: Final = 32_767  # letters a cell holds


@dataclass(frozen=True)
class Mark:
    """What is wrong in one column of a row; `expected` says what should stand there."""

    column: str
    code: str
    expected: str
    rejected: bool

    @property
    def words(self) -> str:
        return f"{SENTENCES.get(self.code, self.code)} Expected: {self.expected}."


@dataclass(frozen=True)
class MarkedRow:
    """One row as the office wrote it, by heading, with its marks."""

    row: int
    cells: Mapping[str, str]
    marks: tuple[Mark, ...]


def mark_file(path: Path, layout: Layout, problems: Iterable[Problem]) -> bytes:
    """The table of this file with the problems that its import told, as an xlsx workbook."""
    table = read_table(path, layout)
    found: dict[int, list[Mark]] = defaultdict(list)
    for problem in problems:
        if problem.level != "file":
            mark = Mark(problem.column, problem.code, problem.expected, problem.level == "rejected")
            found[problem.row].append(mark)
    rows = (MarkedRow(row.number, table.kept_cells(row), tuple(found[row.number])) for row in table.rows)
    return _workbook(list(table.header.names.values()), rows)


def work_list(session: Session, version: int) -> tuple[bytes, int]:
    """The rows that this version refused, as an xlsx workbook to be put right and imported; and how many there are.

    Raises FileRefused when there is no such version, or its rows are past their retention.
    """
    if session.get(FileImport, version) is None:
        raise FileRefused(f"There is no version {version}. `verify roster versions` lists them.")
    found: dict[int, list[Mark]] = defaultdict(list)
    told = select(ImportProblem).where(ImportProblem.import_id == version).order_by(ImportProblem.id)
    for problem in session.scalars(told):
        found[problem.row].append(Mark(problem.column, problem.code, problem.expected, problem.rejected))
    refused = [line for line in lines_of(session, version) if line.rejected]
    if refused and not any(line.cells for line in refused):
        raise FileRefused(f"The rows of version {version} are past their retention and were emptied.")
    headings = list(dict.fromkeys(heading for line in refused for heading in line.cells))
    rows = [MarkedRow(line.row, line.cells, tuple(found[line.row])) for line in refused]
    return _workbook(headings, rows), len(rows)


@dataclass
class _Sheet:
    """A sheet under writing: text alone, so that nothing an office wrote is a formula here, and a NIK stays whole."""

    book: xlsxwriter.Workbook
    titles: Sequence[str]

    def __post_init__(self) -> None:
        self.sheet = self.book.add_worksheet("Data")
        self.places = {title: column for column, title in enumerate(self.titles)}
        self.plain = self.book.add_format({"num_format": "@"})
        self.rejected = self.book.add_format({"num_format": "@", "bg_color": _REJECTED})
        self.flagged = self.book.add_format({"num_format": "@", "bg_color": _FLAGGED})
        self.sheet.set_column(0, len(self.titles) - 1, _WIDTH, self.plain)
        self.sheet.freeze_panes(1, 0)
        bold = self.book.add_format({"bold": True})
        for title, column in self.places.items():
            self.sheet.write_string(0, column, title, bold)

    def write(self, place: int, one: MarkedRow) -> None:
        """One row, its marks as colours and comments, and all of them in words in the last column."""
        for heading, cell in one.cells.items():
            if heading in self.places:
                self.sheet.write_string(place, self.places[heading], cell[:_LONGEST], self.plain)
        at: dict[int, list[Mark]] = defaultdict(list)
        for mark in one.marks:
            at[self.places.get(mark.column, self.places[TITLE])].append(mark)
        for column, marks in at.items():
            self.sheet.write_string(place, column, one.cells.get(self.titles[column], "") or " ", self._style(marks))
            self.sheet.write_comment(place, column, "\n".join(mark.words for mark in marks)[:_LONGEST])
        if one.marks:
            words = f"Row {one.row}: " + " ".join(f"[{mark.column}] {mark.words}" for mark in one.marks)
            self.sheet.write_string(place, self.places[TITLE], words[:_LONGEST], self._style(one.marks))

    def _style(self, marks: Iterable[Mark]) -> xlsxwriter.format.Format:
        return self.rejected if any(mark.rejected for mark in marks) else self.flagged


def _workbook(headings: Sequence[str], rows: Iterable[MarkedRow]) -> bytes:
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = _Sheet(book, [*(heading for heading in headings if heading != TITLE), TITLE])
        place = 0
        for place, one in enumerate(rows, start=1):
            sheet.write(place, one)
        sheet.sheet.autofilter(0, 0, place, len(sheet.titles) - 1)
    return out.getvalue()
