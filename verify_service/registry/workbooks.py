"""Workbooks, looked at from outside before they are read: xlsx, xlsm, xlsb, xls, ods."""

from __future__ import annotations

import io
import itertools
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from verify_service.registry.binary_marks import marks_of_xls
from verify_service.registry.grids import ADVICE, Limits, Parts, Sheet, SheetRow, bounded
from verify_service.registry.marks import Marks
from verify_service.registry.problems import Cell, FileRefused, text_of
from verify_service.registry.row_marks import marks_of

Allow = Callable[[int, int], None]  # unpacked to so many bytes, with so many in memory at once


def read_workbook(name: str, content: bytes, limits: Limits, allow: Allow) -> Parts:
    """Every sheet with its rows, values alone: a macro or a formula is never run."""
    marks: Mapping[str, Marks] = {}
    if content.startswith(b"PK"):
        content, marks = _looked_into(name, content, limits, allow)
    elif _is_encrypted(content):
        raise _protected(name)
    else:
        allow(len(content), 10 * len(content))  # its reader has all sheets at once, each cell laid out
        marks = marks_of_xls(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for one in book.sheets_metadata:
            if one.typ == SheetTypeEnum.WorkSheet:
                yield Sheet(one.name, one.visible != SheetVisibleEnum.Visible)
                rows = _rows(book.get_sheet_by_name(one.name))
                yield from bounded(name, _marked(rows, marks.get(one.name)), limits)
    except python_calamine.PasswordError:
        raise _protected(name) from None
    except (python_calamine.CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FileRefused(f"{name} cannot be opened as a spreadsheet. Save it again as .xlsx and send it.") from error


# The beginning of a workbook of Excel 5 to 2003, inside its container.
_BEGINNING = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00")
_PASSWORD = 0x2F  # the record that says how the others are encrypted; it stands among the first


def _is_encrypted(content: bytes) -> bool:
    """Whether a file in Microsoft's older container wants a password; its reader only says that it cannot read it."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return True
    for found in itertools.islice(_BEGINNING.finditer(content), 4):
        place = found.start()
        for _ in range(6):
            if place + 4 > len(content):
                break
            kind, length = struct.unpack_from("<HH", content, place)
            if kind == _PASSWORD:
                return True
            place += 4 + length
    return False


def _protected(name: str) -> FileRefused:
    return FileRefused(f"{name} is protected by a password. Send it without one.")


def _looked_into(name: str, content: bytes, limits: Limits, allow: Allow) -> tuple[bytes, Mapping[str, Marks]]:
    """The archive if a list can be in it, its paths as they should be, and which of its rows are hidden or struck."""
    try:
        _refuse_endless_directory(name, content, limits)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(name, archive, limits)
            unpacked = sum(entry.file_size for entry in archive.infolist())
            allow(unpacked, unpacked * 4 // 3)
            mended = _with_plain_paths(archive)
        content = mended or content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                what = "is protected by a password. Send it without one" if "encrypted-package" in names else ""
                raise FileRefused(f"{name} {what or f'is a zip archive, not a spreadsheet. {ADVICE[:-1]}'}.")
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise _protected(name)
            if "xl/workbook.bin" in names and archive.testzip() is not None:
                raise FileRefused(f"{name} is damaged. Save it again and send it.")
            _check_extent(name, archive, limits)
            return content, marks_of(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        struct.error,
        LookupError,
    ) as error:
        raise FileRefused(f"{name} is damaged and cannot be opened. Save it again and send it.") from error


def _refuse_endless_directory(name: str, content: bytes, limits: Limits) -> None:
    """Listing an archive takes ten times the length of its directory, so that is looked at first."""
    end = content.rfind(b"PK\x05\x06")
    if end >= 0 and len(content) >= end + 22:
        (length,) = struct.unpack_from("<L", content, end + 12)
        if 500 * limits.entries < length < 0xFFFFFFFF:
            raise FileRefused(f"{name} holds far more files than a spreadsheet has. {ADVICE}")


def _check_directory(name: str, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse an archive that would unpack to more than a list can be, before unpacking it."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _protected(name)
    if len(entries) > limits.entries:
        raise FileRefused(f"{name} holds far more files than a spreadsheet has. {ADVICE}")
    if unpacked > limits.unpacked_bytes:
        raise FileRefused(f"{name} unpacks to {unpacked // 1_000_000} MB: more than a list needs. {ADVICE}")
    if any(e.file_size > 1_000_000 and e.file_size > limits.ratio * e.compress_size for e in entries):
        raise FileRefused(f"{name} is packed far more tightly than a real list (a zip bomb?). {ADVICE}")


def _with_plain_paths(archive: zipfile.ZipFile) -> bytes | None:
    """The archive anew with `/` in its paths; some programs of Windows write `xl\\workbook.xml`. None: all is well."""
    plain = {entry: entry.filename.replace("\\", "/").lstrip("/") for entry in archive.infolist()}
    if all(entry.filename == path for entry, path in plain.items()):
        return None
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as mended:
        for entry, path in plain.items():
            if path and not path.endswith("/"):
                mended.writestr(path, archive.read(entry))
    return held.getvalue()


_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def _check_extent(name: str, archive: zipfile.ZipFile, limits: Limits) -> None:
    """One stray cell at the far corner would make the reader lay out seventeen thousand million cells."""
    for entry in archive.namelist():
        if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry):
            continue
        last_row, last_column = 0, 0
        for reference in _REFERENCE.finditer(archive.read(entry)):
            last_row = max(last_row, int(reference[2]))
            last_column = max(last_column, _column_number(reference[1]))
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


def _rows(sheet: CalamineSheet) -> Iterator[SheetRow]:
    """The rows as they stand in the sheet; a value merged over several rows (one kelurahan) belongs to each of them."""
    left_blank = ("",) * (sheet.start[1] if sheet.start else 0)
    last = sheet.end[0] if sheet.end else -1
    tops: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left == right and bottom <= last:
            tops.setdefault(top, []).append((left, bottom))
    below: dict[int, tuple[int, Cell]] = {}
    for place, read in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [*left_blank, *read]
        for column, (bottom, value) in list(below.items()):
            if place <= bottom:
                cells[column] = value
            else:
                del below[column]
        for column, bottom in tops.get(place, ()):
            if column < len(cells):
                below[column] = (bottom, cells[column])
        if cells.count("") < len(cells) and any(text_of(cell) for cell in cells):
            yield SheetRow(place + 1, tuple(cells))


def _marked(rows: Iterator[SheetRow], marks: Marks | None) -> Iterator[SheetRow]:
    if marks is None:
        return rows
    return (
        replace(row, hidden=row.number in marks.hidden, struck=_with_words(row, marks.struck.get(row.number, ())))
        if row.number in marks.hidden or row.number in marks.struck
        else row
        for row in rows
    )


def _with_words(row: SheetRow, columns: Iterable[int]) -> tuple[int, ...]:
    return tuple(column for column in sorted(columns) if column < len(row.cells) and text_of(row.cells[column]))
