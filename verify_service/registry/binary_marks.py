"""Hidden and struck-out rows of the binary workbooks, xls and xlsb: all records are walked, few are looked at.

Numbers of records and places in them are those of Microsoft's [MS-XLS] and [MS-XLSB].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from verify_service.registry.marks import Marks

_NOWHERE = 0xFFFFFFFA  # a sector's number from here on is a sign
_BOF, _EOF, _BOUNDSHEET, _FONT, _XF, _ROW, _MULRK = 0x809, 0x0A, 0x85, 0x31, 0xE0, 0x208, 0xBD
_CELLS = {0xFD, 0x204, 0x203, 0x27E, 0x205, 0x06, 0xD6}  # texts, numbers, formulas: row, column, format
_NEVER_FONT = 4  # a number that Excel leaves out when it counts its fonts


def marks_of_xls(content: bytes) -> Mapping[str, Marks]:
    """What is hidden or struck out, by sheet; nothing where the file is not as it should be: its reader will say so."""
    try:
        return _of_stream(_workbook_stream(content))
    except (struct.error, IndexError, ValueError):
        return {}


def _workbook_stream(content: bytes) -> bytes:
    """The workbook inside its container, a small file system of sectors that follow on one another."""
    (shift,) = struct.unpack_from("<H", content, 30)
    size = 1 << min(shift, 16)
    (folder,) = struct.unpack_from("<I", content, 48)
    more, many = struct.unpack_from("<II", content, 68)
    tables = list(struct.unpack_from("<109I", content, 76))
    for _ in range(min(many, len(content) // size)):
        held = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        tables += held[:-1]
        more = held[-1]
    follows: list[int] = []
    for table in tables:
        if table < _NOWHERE:
            follows += struct.unpack_from(f"<{size // 4}I", content, (table + 1) * size)

    def chain(sector: int) -> Iterator[bytes]:
        for _ in range(len(follows)):
            if sector >= _NOWHERE:
                return
            yield content[(sector + 1) * size : (sector + 2) * size]
            sector = follows[sector]

    entries = b"".join(chain(folder))
    for place in range(0, len(entries), 128):
        entry = entries[place : place + 128]
        name = entry[: max(0, entry[64] - 2)].decode("utf-16-le", errors="replace").lower()
        if name in ("workbook", "book"):
            return b"".join(chain(struct.unpack_from("<I", entry, 116)[0]))
    return b""


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its data begin, how long they are) up to the end of this part of the stream."""
    read = struct.Struct("<HH").unpack_from
    while place + 4 <= len(stream):
        kind, length = read(stream, place)
        yield kind, place + 4, length
        if kind == _EOF:
            return
        place += 4 + length


def _of_stream(stream: bytes) -> Mapping[str, Marks]:
    number = struct.Struct("<H").unpack_from
    sheets: dict[str, int] = {}
    fonts: list[bool] = []
    formats: list[int] = []
    wide = False  # Excel 97 and later write a sheet's name with a mark that says how
    for kind, place, _ in _records(stream, 0):
        if kind == _BOF:
            wide = number(stream, place)[0] >= 0x600
        elif kind == _FONT:
            fonts.append(bool(number(stream, place + 2)[0] & 0x08))
            if len(fonts) == _NEVER_FONT:
                fonts.append(False)
        elif kind == _XF:
            formats.append(number(stream, place)[0])
        elif kind == _BOUNDSHEET:
            letters = stream[place + 6]
            double = wide and stream[place + 7] & 1
            written = stream[place + 7 + wide :][: letters * (2 if double else 1)]
            name = written.decode("utf-16-le" if double else "cp1252", errors="replace")
            sheets[name] = struct.unpack_from("<I", stream, place)[0]
    struck = {place for place, font in enumerate(formats) if font < len(fonts) and fonts[font]}
    return {name: _of_sheet(stream, place, struck) for name, place in sheets.items()}


def _of_sheet(stream: bytes, start: int, struck: set[int]) -> Marks:
    marks = Marks()
    read = struct.Struct("<HHH").unpack_from
    for kind, place, length in _records(stream, start):
        if kind == _ROW and stream[place + 12] & 0x20:
            marks.hidden.add(read(stream, place)[0] + 1)
        elif struck and kind in _CELLS:
            row, column, form = read(stream, place)
            if form in struck:
                marks.struck.setdefault(row + 1, set()).add(column)
        elif struck and kind == _MULRK:
            row, first, _ = read(stream, place)
            for column in range((length - 6) // 6):
                if struct.unpack_from("<H", stream, place + 4 + 6 * column)[0] in struck:
                    marks.struck.setdefault(row + 1, set()).add(first + column)
    return marks


def hidden_rows_of_xlsb(sheet: bytes) -> set[int]:
    """The hidden rows of one sheet of a binary workbook."""
    hidden, place = set(), 0
    while place + 2 <= len(sheet):
        kind, place = _short(sheet, place, 2)
        length, place = _short(sheet, place, 4)
        if kind == 0 and length >= 12 and place + 12 <= len(sheet) and sheet[place + 11] & 0x10:
            hidden.add(struct.unpack_from("<I", sheet, place)[0] + 1)
        place += length
    return hidden


def sheets_of_xlsb(book: bytes) -> Iterator[tuple[str, str]]:
    """(name, number of its relation) of each sheet that the workbook lists."""
    place = 0
    while place + 2 <= len(book):
        kind, place = _short(book, place, 2)
        length, place = _short(book, place, 4)
        if kind == 0x9C:
            relation, rest = _text(book, place + 8)
            yield _text(book, rest)[0], relation
        place += length


def _short(data: bytes, place: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for digit in range(most):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << 7 * digit
        if byte < 0x80:
            break
    return value, place


def _text(data: bytes, place: int) -> tuple[str, int]:
    (letters,) = struct.unpack_from("<I", data, place)
    end = place + 4 + 2 * letters
    return data[place + 4 : end].decode("utf-16-le", errors="replace"), end
