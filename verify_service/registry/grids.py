"""A file as rows of cells: workbooks and text tables, told apart by their content, refused where they are neither.

This is read in a process of its own (`opening.py` starts it, `reading_process.py` is its course): what a file does to
its reader is not done to the service.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from verify_service.registry.problems import Cell, FileRefused, text_of
from verify_service.registry.quotes import refuse_swallowed


@dataclass(frozen=True)
class Limits:
    """How large a file may be before it is refused unread. Sizes in bytes; cells and columns with the blank between."""

    rows: int = 25_000
    columns: int = 1_000
    file_bytes: int = 20_000_000
    text_bytes: int = 20_000_000  # of a file that is no workbook
    unpacked_bytes: int = 50_000_000
    ratio: int = 300
    entries: int = 2_000
    cells: int = 4_000_000
    told_bytes: int = 150_000_000  # what its reader tells of it: twice what the largest list comes to


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with the number a spreadsheet shows beside it (1-based, letterhead counted).

    `hidden`: nobody who opens the spreadsheet sees it; `struck`: the columns (0-based) whose words are struck out.
    """

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    struck: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The head of what is read: one sheet, or one reading of a text file. `mixed`: its lines come in two encodings."""

    name: str
    hidden: bool = False
    mixed: bool = False


class Dropped(Exception):
    """The reading that was begun last led nowhere; another one of the same text is meant."""


# A sheet, then its rows, then the next sheet; Dropped takes back the sheet before it.
Parts = Iterator[Sheet | SheetRow | Dropped]


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
# Spreadsheets as one XML file, told by what stands near the top; no reader of ours opens them.
_XML_KINDS = {
    "urn:schemas-microsoft-com:office:spreadsheet": "an XML Spreadsheet 2003",
    "urn:oasis:names:tc:opendocument:xmlns:office": "a flat OpenDocument spreadsheet (.fods)",
}
_SOMETHING = re.compile(rb"[^ \t\r\n\x00\xef\xbb\xbf]")
ADVICE = "Save the list as .xlsx or .csv and send that."


def is_workbook(content: bytes) -> bool:
    """Whether a file begins as a workbook does: as a zip archive, or as the older container of Microsoft's."""
    return content.startswith((b"PK", b"\xd0\xcf\x11\xe0"))


def refuse_larger(name: str, begin: bytes, size: int, limits: Limits) -> None:
    """Refuse a file of more bytes than one of its kind may have; its first four tell the kind."""
    most = limits.file_bytes if is_workbook(begin) else limits.text_bytes
    if size > most:
        raise FileRefused(f"{name} is larger than {most // 1_000_000} MB. Split it.")


def refuse_other_kinds(name: str, content: bytes) -> None:
    """Refuse what its first bytes tell to be no spreadsheet, or nothing at all."""
    if _SOMETHING.search(content) is None:
        raise FileRefused(f"{name} is empty.")
    for start, what in _OTHER_KINDS.items():
        if content.startswith(start):
            raise FileRefused(f"{name} is {what}, not a spreadsheet. {ADVICE}")


def bounded(name: str, rows: Iterable[SheetRow], limits: Limits) -> Iterator[SheetRow]:
    """The rows of one sheet; FileRefused as soon as they are more, or wider, than a list can be."""
    most, cells = 2 * limits.rows, 0  # more than letterheads and totals can add; the table is counted to the row later
    for place, row in enumerate(rows):
        if len(row.cells) > limits.columns:
            row = replace(row, cells=_without_blank_end(row.cells))
        cells += len(row.cells)
        if place == most:
            raise FileRefused(f"{name} holds more than {most:,} rows; at most {limits.rows:,} are read. Split it.")
        if len(row.cells) > limits.columns or cells > limits.cells:
            raise FileRefused(
                f"Row {row.number:,} of {name} reaches to column {len(row.cells):,}: more than a list needs. Delete the"
                " columns and stray cells to the right of the list and send it again."
            )
        yield row


_LEFT_BLANK = 100  # columns; a remark beside the list stands within them, and its row has no cell too many


def _without_blank_end(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Programs write delimiters to the last column of their sheet, the 1,024th or the 16,384th."""
    filled = next(
        (place for place in range(len(cells), 0, -1) if cells[place - 1] != "" and text_of(cells[place - 1])), 0
    )
    return cells[: max(filled, _LEFT_BLANK)]


def read_text(name: str, content: bytes, limits: Limits) -> Parts:
    """Every reading of a text table, with each delimiter that it holds; the header tells later which was meant."""
    text, mixed = _decode(name, content)
    held = [delimiter for delimiter in ";,\t|" if delimiter.encode() in text]
    if not held:
        yield Sheet(name, mixed=mixed)
        yield from bounded(name, _numbered([line] for line in _lines(name, text)), limits)
    usual = max(held, key=lambda delimiter: text.count(delimiter.encode()), default="")
    for delimiter in held:
        yield Sheet(name, mixed=mixed)
        try:
            records = refuse_swallowed(name, _records(name, text, delimiter), delimiter)
            yield from bounded(name, _numbered(records), limits)
        except FileRefused:
            if delimiter == usual:
                raise
            yield Dropped()


def _numbered(rows: Iterator[list[str]]) -> Iterator[SheetRow]:
    for number, cells in enumerate(rows, start=1):
        if any(text_of(cell) for cell in cells):
            yield SheetRow(number, tuple(cells))


def _decode(name: str, content: bytes) -> tuple[bytes, bool]:
    """Text in the encodings offices' programs write, as UTF-8, and whether two of them are mixed.

    UTF-8 and UTF-16 with or without mark, Windows-1252; lines pasted together from both are told apart.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode("utf-8", "surrogatepass"), False
        except UnicodeDecodeError:
            raise FileRefused(f"{name} is damaged text. Save it again as .csv (UTF-8).") from None
    if b"\x00" in content:
        unmarked = _unmarked_utf16(content)
        if unmarked is not None:
            return unmarked.encode("utf-8", "surrogatepass"), False
        raise FileRefused(f"{name} holds NUL bytes: it is not a text table. {ADVICE}")
    text, mixed = _decode_lines(content)
    begin = text[:20_000].decode("utf-8", "ignore")
    start = begin[:4000].lstrip().lower()
    for sign, what in _XML_KINDS.items():
        if start.startswith("<") and sign in start:
            raise FileRefused(f"{name} is {what}. Open it, then {ADVICE.lower()}")
    if start.startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise FileRefused(f"{name} is a web page saved under a spreadsheet's name. Open it, then {ADVICE.lower()}")
    if sum(1 for letter in begin[:5000] if letter < " " and letter not in "\t\r\n\x0c") > 5:
        raise FileRefused(f"{name} is not a text table. {ADVICE}")
    return text, mixed


_HALVES = 2_000  # bytes looked at


def _unmarked_utf16(content: bytes) -> str | None:
    """Text of two bytes a letter whose mark was lost on the way: every other byte of plain words is a zero."""
    for encoding, half in (("utf-16-le", content[1:_HALVES:2]), ("utf-16-be", content[0:_HALVES:2])):
        if half.count(0) > 0.9 * len(half):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _decode_lines(content: bytes) -> tuple[bytes, bool]:
    plain = content.removeprefix(b"\xef\xbb\xbf")
    if _is_utf8(plain):
        return plain, False
    text = bytearray()
    mixed = False
    for line in _split(plain):
        try:
            line.decode("utf-8")
            text += line
            mixed = mixed or not line.isascii()
        except UnicodeDecodeError:
            text += line.decode("cp1252", errors="replace").encode()
    return bytes(text), mixed


_PIECE = 1_000_000  # bytes


def _is_utf8(content: bytes) -> bool:
    """Looked at piece by piece: as letters a large file would be held twice."""
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        for place in range(0, len(content), _PIECE):
            reader.decode(content[place : place + _PIECE])
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_MOST_LINES, _LONGEST_LINE = 1_048_576, 1_000_000  # rows of a spreadsheet; letters


def _lines(name: str, text: bytes) -> Iterator[str]:
    """The lines one by one: a file in memory would be laid out once more, with four bytes for each letter."""
    if max(text.count(b"\n"), text.count(b"\r")) > _MOST_LINES:
        raise FileRefused(f"{name} has more lines than a spreadsheet has rows. Delete the empty ones and send it.")
    for number, one in enumerate(_split(text), start=1):
        line = one.decode("utf-8", "surrogatepass")
        if len(line) > _LONGEST_LINE:
            raise FileRefused(
                f"{name}, line {number}: {len(line):,} letters in one line are no row of a list. {ADVICE}"
            )
        yield line


def _split(text: bytes) -> Iterator[bytes]:
    return (line[0] for line in re.finditer(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)", text) if line[0])


def _records(name: str, text: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line in which it begins."""
    reader = csv.reader(_lines(name, text), delimiter=delimiter)
    while True:
        opened = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(f"{name}, line {opened}: {error}. Look for a quote that is never closed.") from None
        yield opened, record
