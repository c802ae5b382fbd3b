"""Reading a table row by row: what was understood, what was doubted, what was refused. Nothing gets lost on the way."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from verify_service.registry.columns import Header, is_forbidden
from verify_service.registry.grids import SheetRow
from verify_service.registry.nik import Nik, read_nik
from verify_service.registry.problems import Cell, Fault, Level, Problem, masked, text_of
from verify_service.registry.quotes import holds_rows
from verify_service.registry.rounded import rounded
from verify_service.registry.sheets import Table

Progress = Callable[[int, int], None]
LONGEST_TEXT = 120
CLEARS = "--"
LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-']{0,2}\d){12,}")  # an identity number, however it is grouped


class Numbered(Protocol):
    """A row that knows its number in the spreadsheet."""

    @property
    def row(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Duplicate:
    """Two rows that may be one person, one membership or one post."""

    rows: tuple[int, int]
    kind: str
    column: str
    why: str
    undecided: bool = False  # neither row is taken: taking the one that stands first would be a guess
    surplus: bool = False  # the other row is not taken: the first says what counts
    wanted: str = "another person than in row"

    @property
    def code(self) -> str:
        """What the problem of a row of this pair is called."""
        return "nik_shared" if self.undecided and self.kind == "same_nik" else self.kind

    @property
    def refused(self) -> tuple[int, ...]:
        """The rows of this pair that are not taken."""
        return self.rows if self.undecided else self.rows[1:] if self.surplus else ()

    def to_json(self) -> dict[str, object]:
        return {"rows": list(self.rows), "kind": self.kind, "column": self.column, "why": self.why}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be used, kept whole (heading -> text) but for the columns that are never kept."""

    row: int
    cells: Mapping[str, str] = field(repr=False)


class Held(Sequence[Row]):
    """Rows that are held otherwise than in the open."""

    @abstractmethod
    def without(self, gone: Collection[int]) -> Held[Row]:
        """All but these, which are among them."""

    @abstractmethod
    def numbered(self, rows: Collection[int]) -> Iterator[Row]:
        """Those with these numbers, which are among them."""


@dataclass(frozen=True)
class Reading(Generic[Row]):
    """A file read: `rows` = accepted + rejected, and every row with a fault has an entry in `problems`."""

    rows: int
    accepted: Sequence[Row]
    rejected: tuple[RejectedRow, ...]
    problems: tuple[Problem, ...]
    duplicates: tuple[Duplicate, ...] = ()
    notes: tuple[str, ...] = ()
    table: Table | None = field(default=None, repr=False)

    def without(self, rows: Collection[int]) -> Reading[Row]:
        """The same with these accepted rows among the rejected ones: what is wrong with them was found later."""
        if not rows or self.table is None:
            return self
        found = (self.table.rows.numbered(row) for row in sorted(rows))
        more = [RejectedRow(one.number, self.table.kept_cells(one)) for one in found]
        rejected = sorted([*self.rejected, *more], key=lambda row: row.row)
        held = self.accepted
        kept = held.without(rows) if isinstance(held, Held) else tuple(row for row in held if row.row not in rows)
        return replace(self, accepted=kept, rejected=tuple(rejected))

    def numbered(self, rows: Collection[int]) -> dict[int, Row]:
        """Those of the accepted rows that have these numbers."""
        held = self.accepted
        found = held.numbered(rows) if isinstance(held, Held) else (row for row in held if row.row in rows)
        return {row.row: row for row in found}

    def heading(self, name: str) -> str:
        """The file's own heading of a column."""
        return self.table.header.heading(name) if self.table else name

    def has(self, name: str) -> bool:
        """Whether the file has this column itself."""
        return self.table is not None and name in self.table.header.columns

    def text(self, row: int, name: str) -> str:
        """What a cell says."""
        return text_of(self.table.cell(self.table.rows.numbered(row), name)) if self.table else ""

    def flags(self) -> dict[int, tuple[str, ...]]:
        """The codes raised on each row that has any, in the order they were raised."""
        codes: dict[int, dict[str, None]] = {}
        for problem in self.problems:
            if problem.level != "file":
                codes.setdefault(problem.row, {})[problem.code] = None
        return {row: tuple(found) for row, found in codes.items()}


class Scrutiny:
    """One row under reading: gives its cells and gathers the faults found in them."""

    def __init__(self, table: Table, row: SheetRow, *, rounded: bool = False) -> None:
        self._table, self._row, self.rounded = table, row, rounded
        self.number = row.number
        self.problems: list[Problem] = []

    @property
    def rejected(self) -> bool:
        return any(problem.level == "rejected" for problem in self.problems)

    def cell(self, name: str) -> Cell:
        """What stands there; nothing where the office wrote that the value goes (CLEARS)."""
        cell = self._table.cell(self._row, name)
        return None if cell == CLEARS else cell

    @property
    def clears_any(self) -> bool:
        return any(isinstance(cell, str) and CLEARS in cell for cell in self._row.cells)

    def clears(self, name: str) -> bool:
        """Whether the office says that what is held of this field is to go; a blank only says nothing."""
        cell = self._table.cell(self._row, self._table.header.field_at(name))
        return cell is not None and text_of(cell) == CLEARS

    def text(self, name: str) -> str:
        return text_of(self.cell(name))

    def has(self, name: str) -> bool:
        """Whether the file has this column, so that an empty cell is a fault of the row."""
        return name not in self._table.header.missing

    def heading(self, name: str) -> str:
        """The file's own heading of this column."""
        return self._table.header.heading(name)

    def reject(self, name: str, fault: Fault) -> None:
        self._note(name, fault, "rejected")

    def flag(self, name: str, fault: Fault) -> None:
        self._note(name, fault, "flagged")

    def _note(self, name: str, fault: Fault, level: Level) -> None:
        cell = self.cell(self._table.header.field_at(name))
        self.problems.append(
            Problem(
                self.number,
                self._table.header.heading(name),
                fault.code,
                masked(cell),
                fault.expected,
                level,
                raw=text_of(cell),
            )
        )

    def sound(self, name: str, value: Value | Fault | None) -> Value | None:
        """The value if it could be read; otherwise a flag on the row, and None."""
        if isinstance(value, Fault):
            self.flag(name, value)
            return None
        return value

    def short(self, name: str, most: int = LONGEST_TEXT) -> str:
        """The text of a cell, cut to `most` characters with a flag: whole pages get pasted into one cell."""
        text = self.text(name)
        if len(text) > most:
            self.flag(name, Fault("text_too_long", f"at most {most} characters; the rest was cut"))
        return text[:most]

    def clear(self, name: str) -> str:
        """The text of a cell that is kept in clear: an identity number in it is taken out, with a flag."""
        text = self.short(name)
        if not LONG_NUMBER.search(text):
            return text
        self.flag(name, Fault("text_holds_number", "words without an identity number; the number was not kept"))
        return " ".join(LONG_NUMBER.sub(" ", text).split())

    def person(self, name: str) -> str:
        """A person's name without stray signs; one too long to be a name rejects the row.

        So does one with an identity number in it: names are kept in clear, and it may be another person's.
        """
        text = self.text(name).strip("-. ")
        if LONG_NUMBER.search(text):
            self.reject(name, Fault("name_holds_number", "one person's name, without a number"))
        if len(text) > LONGEST_TEXT:
            self.reject(name, Fault("name_too_long", f"one person's name, at most {LONGEST_TEXT} characters"))
        return text[:LONGEST_TEXT]

    def nik(self) -> Nik | None:
        """The row's NIK; without one the row is rejected, since it cannot be said who it is."""
        nik = read_nik(self.cell("nik"))
        if self.rounded and (isinstance(nik, Nik) or nik.code == "nik_serial"):
            expected = (
                "the column formatted as text: too many NIKs end in 0, the spreadsheet has rounded the last digit"
            )
            nik = Fault("nik_rounded", expected)
        if isinstance(nik, Fault):
            self.reject("nik", nik)
            return None
        return nik

    def whole(self) -> RejectedRow:
        return RejectedRow(self.number, self._table.kept_cells(self._row))


Pairs = tuple[Iterable[Duplicate], Mapping[int, str]]


def read_rows(
    table: Table,
    read: Callable[[Scrutiny], Row | None],
    pairs: Callable[[Sequence[Row], Header], Pairs],
    progress: Progress | None = None,
) -> Reading[Row]:
    """A table read row by row; a row that `read` makes nothing of is rejected.

    `pairs` finds, among the accepted, rows that may be one, and says by which number each row of a pair is shown.
    """
    accepted: list[Row] = []
    rejected: list[RejectedRow] = []
    problems = file_problems(table)
    for scrutiny in _scrutinised(table, progress):
        row = read(scrutiny)
        if row is None:
            rejected.append(scrutiny.whole())
        else:
            accepted.append(row)
        problems += scrutiny.problems
    found, shown = pairs(accepted, table.header)
    reading = Reading[Row](
        len(table.rows), tuple(accepted), tuple(rejected), tuple(problems), notes=table.notes, table=table
    )
    return with_pairs(reading, tuple(found), shown)


def with_pairs(reading: Reading[Row], found: Collection[Duplicate], shown: Mapping[int, str]) -> Reading[Row]:
    """The reading with these pairs of rows told, and without the rows that they refuse."""
    gone = {row for pair in found for row in pair.refused}
    refused = gone - {row.row for row in reading.rejected} if gone else gone
    problems = [*reading.problems]
    _note_pairs(problems, found, shown, refused)
    return replace(reading, problems=tuple(problems), duplicates=tuple(found)).without(refused)


def _scrutinised(table: Table, progress: Progress | None = None) -> Iterable[Scrutiny]:
    """Each row in turn; one with cells beyond the header (they have moved) or with others in a cell is rejected."""
    total = len(table.rows)
    suspect = suspect_niks(table)
    for done, row in enumerate(table.rows, start=1):
        scrutiny = Scrutiny(table, row, rounded=bool(suspect) and digits_of(table.cell(row, "nik")) in suspect)
        scrutinise(scrutiny, table, row)
        yield scrutiny
        if progress and (done % 500 == 0 or done == total):
            progress(done, total)


def scrutinise(scrutiny: Scrutiny, table: Table, row: SheetRow) -> None:
    """What is wrong with the row as a whole."""
    if any(text_of(cell) for cell in row.cells[table.header.width :]):
        expected = f"{table.header.width} cells as in the header; this row has more (a delimiter inside a cell?)"
        scrutiny.reject(table.layout.key, Fault("row_shifted", expected))
    if any(holds_rows(cell) for cell in row.cells):
        expected = "one person in each row: a cell of this one goes on with further people (a quote never closed?)"
        scrutiny.reject(table.layout.key, Fault("cell_holds_rows", expected))
    _flag_unseen(scrutiny, table, row)


def suspect_niks(table: Table) -> frozenset[str]:
    """Those that a spreadsheet rounded: only the whole column gives them away."""
    return rounded(number for number in map(digits_of, cells_of(table, "nik")) if len(number) == 16)


def cells_of(table: Table, field: str) -> Iterator[Cell]:
    """The cells of one column; none where the file has none."""
    place = table.header.columns.get(field)
    for _, rows in table.rows.parts() if place else ():
        for row in rows:
            yield row[2][place[0]] if place and place[0] < len(row[2]) else None


def digits_of(cell: Cell) -> str:
    text = text_of(cell)
    return text if text.isdecimal() else re.sub(r"\D", "", text)


def _flag_unseen(scrutiny: Scrutiny, table: Table, row: SheetRow) -> None:
    """A row may be hidden or struck out because it no longer counts; only the office knows, so it is told."""
    if row.hidden:
        expected = "a row that can be seen; this one is hidden or filtered out in the spreadsheet, and was read"
        scrutiny.flag(table.layout.key, Fault("row_hidden", expected))
    if row.struck:
        fields = (name for name, (column, _) in table.header.columns.items() if column in row.struck)
        expected = "words that are not struck out; the row was read like the others"
        scrutiny.flag(next(fields, table.layout.key), Fault("row_struck_out", expected))


_NOT_KNOWN = "a column we know; this one was not read (--map 'HEADING=COLUMN' says which it is)"


def file_problems(table: Table) -> list[Problem]:
    """Faults of the file itself: columns we do not know, columns we miss, what was left unread beside the table."""
    header = table.header
    unknown = [
        Problem(header.row, heading, "unknown_column", heading, _NOT_KNOWN, "file")
        for heading in header.unknown
        if not is_forbidden(heading)
    ]
    missing = [
        Problem(header.row, title, "missing_column", "", f"a column {title}", "file")
        for title in map(table.layout.title, header.missing)
    ]
    return [*table.faults, *unknown, *missing]


def _note_pairs(
    problems: list[Problem], duplicates: Iterable[Duplicate], shown: Mapping[int, str], refused: Collection[int]
) -> None:
    """Give the later row of each pair its problem entry, so that a duplicate is a flag like any other.

    Of a pair that nobody can decide here, the first row has one too.
    """
    told: set[int] = set()
    for duplicate in duplicates:
        first, second = duplicate.rows
        both = duplicate.undecided and first not in told
        if both:
            told.add(first)
        for row, other in ((first, second), (second, first)) if both else ((second, first),):
            problems.append(
                Problem(
                    row,
                    duplicate.column,
                    duplicate.code,
                    masked(shown.get(row, "")),
                    f"{duplicate.wanted} {other}: {duplicate.why}",
                    "rejected" if row in refused else "flagged",
                    raw=shown.get(row, ""),
                )
            )
