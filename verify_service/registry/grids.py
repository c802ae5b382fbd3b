"""A file as rows of cells: workbooks and text tables, told apart by their content, refused where they are neither."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from verify_service.registry.problems import Cell, FileRefused, text_of
from verify_service.registry.quotes import refuse_swallowed


@dataclass(frozen=True)
class Limits:
    """How large a file may be before it is refused unread. Sizes in bytes."""

    rows: int = 25_000
    file_bytes: int = 20_000_000
    unpacked_bytes: int = 50_000_000
    ratio: int = 300
    entries: int = 2_000
    cells: int = 4_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class SheetRow:
    """One row with the number a spreadsheet shows beside it (1-based, letterhead counted)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """One sheet, or one reading of a text file; blank rows left out. `mixed`: its lines come in two encodings."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    mixed: bool = False


# Files, told by their first bytes: names lie.
_OTHER_KINDS = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"{\\rtf": "a text document (RTF)",
}
_ADVICE = "Save the list as .xlsx or .csv and send that."


def open_grids(path: Path, limits: Limits = LIMITS) -> list[Grid]:
    """Every sheet of a workbook, or every reading of a text table; FileRefused when it is neither."""
    if not path.is_file():
        raise FileRefused(f"There is no file {path.name}.")
    if path.stat().st_size > limits.file_bytes:
        raise FileRefused(f"{path.name} is larger than {limits.file_bytes // 1_000_000} MB. Split it.")
    content = path.read_bytes()
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise FileRefused(f"{path.name} is empty.")
    for start, what in _OTHER_KINDS.items():
        if content.startswith(start):
            raise FileRefused(f"{path.name} is {what}, not a spreadsheet. {_ADVICE}")
    if content.startswith(b"PK"):
        _check_zip(path.name, content, limits)
        return _workbook(path.name, content, limits)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FileRefused(f"{path.name} is protected by a password. Send it without one.")
        return _workbook(path.name, content, limits)
    text, mixed = _decode(path.name, content)
    return [replace(grid, mixed=mixed) for grid in _text_grids(path.name, text)]


def _check_zip(name: str, content: bytes, limits: Limits) -> None:
    """A workbook is a zip archive: refuse one that would unpack to more than a list can be, before unpacking it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(f"{name} is protected by a password. Send it without one.")
            if len(entries) > limits.entries or unpacked > limits.unpacked_bytes:
                raise FileRefused(f"{name} unpacks to {unpacked // 1_000_000} MB: more than a list needs. {_ADVICE}")
            if any(e.file_size > 1_000_000 and e.file_size > limits.ratio * e.compress_size for e in entries):
                raise FileRefused(f"{name} is packed far more tightly than a real list (a zip bomb?). {_ADVICE}")
            names = {entry.filename for entry in entries}
            if not ("xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names):
                raise FileRefused(f"{name} is a zip archive, not a spreadsheet. {_ADVICE}")
            # Reading every entry proves the sizes in the directory true, which the limits above rely on.
            if archive.testzip() is not None:
                raise FileRefused(f"{name} is damaged. Save it again and send it.")
            _check_extent(name, archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FileRefused(f"{name} is damaged and cannot be opened. Save it again and send it.") from error


_REFERENCE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')


def _check_extent(name: str, archive: zipfile.ZipFile, limits: Limits) -> None:
    """One stray cell at the far corner would make the reader lay out seventeen thousand million cells."""
    for entry in archive.namelist():
        if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry):
            continue
        last_row, last_column = 0, 0
        for letters, digits in _REFERENCE.findall(archive.read(entry)):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column_number(letters))
        if last_row * last_column > limits.cells:
            raise FileRefused(
                f"A sheet of {name} reaches to row {last_row:,} and column {last_column:,}: delete the stray cells far"
                " from the list, or split the file."
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(name: str, content: bytes, limits: Limits) -> list[Grid]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            _grid(book, sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
    except python_calamine.PasswordError:
        raise FileRefused(f"{name} is protected by a password. Send it without one.") from None
    except (python_calamine.CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FileRefused(f"{name} cannot be opened as a spreadsheet. Save it again as .xlsx and send it.") from error


def _grid(book: CalamineWorkbook, name: str, hidden: bool) -> Grid:
    sheet = book.get_sheet_by_name(name)
    cells: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        # A value merged over several rows (one kelurahan for all below) belongs to each of them.
        if left == right and bottom < len(cells) and left < len(cells[top]):
            for row in range(top + 1, bottom + 1):
                cells[row][left] = cells[top][left]
    return Grid(name, _numbered(cells), hidden)


def _numbered(rows: Iterable[Sequence[Cell]]) -> tuple[SheetRow, ...]:
    return tuple(
        SheetRow(number, tuple(cells))
        for number, cells in enumerate(rows, start=1)
        if any(text_of(cell) for cell in cells)
    )


def _decode(name: str, content: bytes) -> tuple[str, bool]:
    """Text in the encodings offices' programs write, and whether two of them are mixed.

    UTF-8 with or without mark, UTF-16 with mark, Windows-1252; lines pasted together from both are told apart.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), False
        except UnicodeDecodeError:
            raise FileRefused(f"{name} is damaged text. Save it again as .csv (UTF-8).") from None
    if b"\x00" in content:
        raise FileRefused(f"{name} holds NUL bytes: it is not a text table. {_ADVICE}")
    text, mixed = _decode_lines(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise FileRefused(f"{name} is a web page saved under a spreadsheet's name. Open it, then {_ADVICE.lower()}")
    if sum(1 for letter in text[:5000] if letter < " " and letter not in "\t\r\n\x0c") > 5:
        raise FileRefused(f"{name} is not a text table. {_ADVICE}")
    return text, mixed


def _decode_lines(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    lines: list[str] = []
    mixed = False
    for line in content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True):
        try:
            lines.append(line.decode("utf-8"))
            mixed = mixed or not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
    return "".join(lines), mixed


def _text_grids(name: str, text: str) -> Iterator[Grid]:
    """The file read with each delimiter it holds; the header tells later which was meant."""
    held = [delimiter for delimiter in ";,\t|" if delimiter in text]
    if not held:
        yield Grid(name, _numbered([[line] for line in text.splitlines()]))
    usual = max(held, key=text.count, default="")
    for delimiter in held:
        try:
            yield Grid(name, _numbered(refuse_swallowed(name, _records(name, text, delimiter), delimiter)))
        except FileRefused:
            if delimiter == usual:
                raise


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line in which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        opened = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(f"{name}, line {opened}: {error}. Look for a quote that is never closed.") from None
        yield opened, record
