"""The table in what offices send: its header, its rows with their own numbers, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from verify_service.registry.columns import (
    Header,
    Layout,
    field_of,
    find_header,
    refuse_clashes,
    refuse_missing,
)
from verify_service.registry.grids import LIMITS, Limits, SheetRow
from verify_service.registry.opening import open_grids
from verify_service.registry.packed import Grid, PackedRows, Told, row_of
from verify_service.registry.problems import Cell, FileRefused, Problem, TableMissing, json_by, text_of, texts_of


@dataclass(frozen=True)
class Table:
    """The rows of people in a file, and what was passed over to find them."""

    layout: Layout
    sheet: str
    header: Header
    rows: PackedRows
    notes: tuple[str, ...]
    faults: tuple[Problem, ...] = ()

    def cell(self, row: SheetRow, field: str) -> Cell:
        """The cell of a field, or None where the file has no such column or the row ends before it."""
        place = self.header.columns.get(field)
        return row.cells[place[0]] if place and place[0] < len(row.cells) else None

    def kept_cells(self, row: SheetRow) -> dict[str, str]:
        """All cells of a row by heading or column number, but for those that are never kept."""
        return self.kept(row.cells)

    def kept(self, cells: Sequence[Cell]) -> dict[str, str]:
        """See kept_cells."""
        texts, names = texts_of(cells), self._names
        kept = {name: text for name, text in zip(names, texts, strict=False) if text and name}
        for column in range(len(names), len(texts)):
            if texts[column]:
                kept[f"column {column + 1}"] = texts[column]
        return kept

    def kept_json(self, cells: Sequence[Cell]) -> str:
        """See kept_cells; as JSON."""
        if len(cells) <= len(self._names) and all(self._names):
            return self._as_json(texts_of(cells))
        kept = self.kept(cells)
        return json_by(list(kept))(list(kept.values()))

    @cached_property
    def _as_json(self) -> Callable[[Sequence[str | None]], str]:
        return json_by(self._names)

    @cached_property
    def _names(self) -> list[str]:
        """What each column is called, in their order; nothing for one that is never kept."""
        return [self.header.names.get(column, "") for column in range(self.header.width)]


def read_table(path: Path, layout: Layout, limits: Limits = LIMITS, sheet: str | None = None) -> Table:
    """The table of one kind in this file, or FileRefused with what to send instead.

    With several sheets the one with our columns is read; two such sheets are refused unless `sheet` names one, and so
    is a visible sheet of people that cannot be read. Every other sheet with anything in it is named in `faults`.
    """
    everything = open_grids(path, limits)
    grids = [grid for grid in everything if grid.name == sheet or (sheet is None and not grid.hidden)]
    found = _with_headers(grids, layout)
    if not found:
        _refuse_headerless(path, grids, layout)
    most = max(len(header.columns) for _, header in found)
    full = [
        (grid, header)
        for grid, header in found
        if not {column.name for column in layout.mandatory} & set(header.missing)
    ]
    filled = [(grid, header, rows, notes) for grid, header in full for rows, notes in [_body(grid, header, layout)]]
    filled = [entry for entry in filled if entry[2]]
    if len(filled) > 1 and filled[0][0].name != filled[1][0].name:
        names = ", ".join(f"{grid.name!r} ({len(rows)} rows)" for grid, _, rows, _ in filled)
        raise FileRefused(f"More than one sheet holds such rows: {names}. Send one sheet in each file.")
    if not filled:
        grid, header = next(entry for entry in found if len(entry[1].columns) == most)
        refuse_missing(header)
        raise FileRefused(f"The header stands in row {header.row} of {path.name}, but no row follows it.")
    grid, header, rows, notes = max(filled, key=lambda entry: len(entry[1].columns))
    refuse_clashes(header)
    if len(rows) > limits.rows:
        raise FileRefused(f"{path.name} holds {len(rows):,} rows; at most {limits.rows:,} are read at once. Split it.")
    beside = [other for other in everything if other.name != grid.name and other.rows]
    if sheet is None:
        _refuse_people_beside(path, beside)
    return Table(layout, grid.name, header, rows, notes, (*_mixed(grid), *map(_not_read, beside)))


def _unseen(marked: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """What the office may not have meant to send: nobody sees it in the spreadsheet, or it is struck out there."""
    for what, numbers in marked.items():
        if numbers:
            count, where = len(numbers), _ranges(numbers)
            yield f"Rows {what} in the spreadsheet were read like the others: {count:,} (row {where})."


def _ranges(numbers: Sequence[int], most: int = 12) -> str:
    """Row numbers as people list them: 2, 5-9."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans[:most]) + (" ..." if len(spans) > most else "")


def _refuse_people_beside(path: Path, beside: Sequence[Grid]) -> None:
    """A list that goes on in a sheet without a header would lose its people."""
    for grid in beside:
        people = sum(1 for row in grid.rows if any(_is_16_digits(cell) for cell in row.cells))
        if people and not grid.hidden:
            raise FileRefused(
                f"Sheet {grid.name!r} of {path.name} holds {people} rows with a number of 16 digits, but not our"
                " columns: these people would be lost. Put them under the header of the first sheet, or take it out."
            )


def _is_16_digits(cell: Cell) -> bool:
    return re.fullmatch(r"\d{16}", re.sub(r"[ .\-'’`]", "", text_of(cell))) is not None


def _not_read(grid: Grid) -> Problem:
    what = f"{'hidden ' if grid.hidden else ''}sheet {grid.name} ({len(grid.rows)} rows) was not read"
    return Problem(grid.rows[0].number, grid.name, "sheet_not_read", what, "one sheet in each file", "file")


def _mixed(grid: Grid) -> Iterator[Problem]:
    if grid.mixed:
        expected = "one encoding (UTF-8) for the whole file; every line was read in its own"
        yield Problem(grid.rows[0].number, grid.name, "mixed_encoding", "UTF-8 and Windows-1252", expected, "file")


def _with_headers(grids: Sequence[Grid], layout: Layout) -> list[tuple[Grid, Header]]:
    pairs = [(grid, find_header([(row.number, row.cells) for row in grid.rows[:60]], layout)) for grid in grids]
    found = [(grid, header) for grid, header in pairs if header is not None]
    # The readings of one text file with several delimiters share a name: the one with most columns is meant.
    best: dict[str, tuple[Grid, Header]] = {}
    for grid, header in found:
        if grid.name not in best or len(header.columns) > len(best[grid.name][1].columns):
            best[grid.name] = (grid, header)
    return list(best.values())


def _refuse_headerless(path: Path, grids: Sequence[Grid], layout: Layout) -> None:
    rows = list(islice((row for grid in grids for row in grid.rows), 60))
    if not rows:
        raise FileRefused(f"{path.name} is empty: no row holds anything.")
    fullest = max(rows, key=lambda row: sum(1 for cell in row.cells if text_of(cell)))
    found = ", ".join(_heading_shown(cell) for cell in fullest.cells if text_of(cell))[:160]
    raise TableMissing(
        f"No header row was found in {path.name}. Expected columns like {layout.expected};"
        f" the fullest row ({fullest.number}) reads: {found}."
    )


def _heading_shown(cell: Cell) -> str:
    """A would-be heading for the message: digits hidden, since the row may be a person's."""
    return re.sub(r"\d", "*", text_of(cell))[:24]


_TOTAL = re.compile(r"(grand ?)?(sub ?)?(jumlah|total)(?=[\s:/]|$)", re.IGNORECASE)
# What a total is of; any other word after it in the name column is a person called so.
_OF_WHAT = re.compile(
    r"[\s:/.()\d]*((kel|kec|desa|kota|rt|rw|halaman|hal|lembar|bulan)\b.*|((keseluruhan|seluruh|seluruhnya|semua|umum|akhir"
    r"|data|orang|org|jiwa|warga|peserta|penerima|pekerja|tenaga|kerja|bantuan|manfaat|iuran|bayar|pembayaran|nominal"
    r"|rp|rupiah)[\s:/.()\d]*)*)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(rp\.?)?[\s\d.,:%()=\-]*(orang|org|jiwa|peserta)?\.?", re.IGNORECASE)
_SIGNED = re.compile(
    r"(bekasi\s*,|mengetahui|menyetujui|kepala|lurah|camat|sekretaris|ketua|plt|nip\b|ttd|an\.|a\.n\.|u\.b\.)",
    re.IGNORECASE,
)


def _body(grid: Grid, header: Header, layout: Layout) -> tuple[PackedRows, tuple[str, ...]]:
    """The rows of people below the header; totals, repeated headers, column numbers and signatures are passed over."""
    notes: dict[int, str] = {}
    marked: dict[str, list[int]] = {"hidden or filtered out": [], "struck out": []}
    closed = False
    below = grid.rows.behind(header.last_row)
    last: int | None = None  # found when it is asked for: most lists have no total, and each look costs every cell
    for told in (told for _, rows in below.parts() for told in rows):
        if not _has_key(told, header, layout):
            row = row_of(told)
            filled = _filled(row)
            if closed and last is None:
                last = max((other.number for other in below if _is_full(other, header)), default=0)
            if _is_total(row, header, filled):
                notes[row.number] = f"is a total ({_total_said(filled)}) and was not read as a person."
                closed = True
            elif _is_numbering(filled, header) or _is_header(row, header, layout):
                notes[row.number] = "repeats the header and was not read as a person."
            elif last is not None and row.number > last and not _is_person(row, header):
                notes[row.number] = "below the total was not read as a person."
        if len(told) > _PLAIN and told[0] not in notes:
            for numbers, is_so in zip(marked.values(), told[_PLAIN:], strict=True):
                numbers += [told[0]] if is_so else []
    passed = (f"Row {number} {what}" for number, what in notes.items())
    return below.without(notes), (*passed, *_unseen(marked))


_PLAIN = 3  # what is told of a row with nothing hidden or struck out
_PLAIN_NUMBER = re.compile(r"[0-9]{13,}")


def _has_key(told: Told, header: Header, layout: Layout) -> bool:
    """Whether a plain number as long as a NIK stands in the column that names the person: no total, no heading."""
    place = header.columns[layout.key][0] if layout.key in header.columns else -1
    cells = told[2]
    return 0 <= place < len(cells) and type(cells[place]) is str and _PLAIN_NUMBER.fullmatch(cells[place]) is not None


def _filled(row: SheetRow) -> list[str]:
    return [text for text in map(text_of, row.cells) if text]


def _is_total(row: SheetRow, header: Header, filled: Sequence[str]) -> bool:
    """JUMLAH or TOTAL with nothing but figures beside it."""
    place = next((place for place, text in enumerate(filled[:2]) if _TOTAL.match(text)), None)
    if place is None or len(filled) > 5 or _has_number(filled):
        return False
    label = filled[place]
    plain = _OF_WHAT.fullmatch(_TOTAL.sub("", label, count=1)) is not None
    figures = all(_FIGURE.fullmatch(text) for text in filled if text != label)
    return figures and (plain or (place == 0 and label != _name_in(row, header)))


def _name_in(row: SheetRow, header: Header) -> str:
    column = next((header.columns[field][0] for field in ("name", "head") if field in header.columns), len(row.cells))
    return text_of(row.cells[column]) if column < len(row.cells) else ""


def _is_full(row: SheetRow, header: Header) -> bool:
    """Whether a row is beyond doubt one of the list, so that what stands above it is no signature."""
    filled = _filled(row)
    return _has_number(filled) or (len(filled) > 3 and not _is_total(row, header, filled))


def _is_person(row: SheetRow, header: Header) -> bool:
    """Whether a row below a total is one of the list with cells left empty, rather than part of a signature."""
    filled = _filled(row)
    if any(_SIGNED.match(text) for text in filled):
        return False
    column = header.columns["nik"][0] if "nik" in header.columns else len(row.cells)
    number = text_of(row.cells[column]) if column < len(row.cells) else ""
    if number and re.fullmatch(r"[\d\s.,'+\-eE]+", number):
        return True
    return len(filled) > 1 and re.search(r"[^\W\d_]{2}", _name_in(row, header)) is not None


def _has_number(filled: Sequence[str]) -> bool:
    return any(len(re.sub(r"\D", "", text)) >= 13 and "NIP" not in text.upper() for text in filled)


def _total_said(filled: Sequence[str]) -> str:
    return " ".join(text[:20] for text in filled[:2])


def _is_numbering(filled: Sequence[str], header: Header) -> bool:
    """Forms number their columns under the heading: 1, 2, 3 or (1), (2), (3)."""
    numbers = [text.strip("()") for text in filled]
    return len(filled) >= 3 and numbers == [str(place + 1) for place in range(len(numbers))]


def _is_header(row: SheetRow, header: Header, layout: Layout) -> bool:
    first = header.columns.get(layout.key)
    if first and (first[0] >= len(row.cells) or field_of(row.cells[first[0]], layout) != layout.key):
        return False  # nearly every row, at the price of one cell
    again = sum(
        1
        for field, (column, _) in header.columns.items()
        if column < len(row.cells) and field_of(row.cells[column], layout) == field
    )
    return again >= max(2, len(header.columns) // 2)
