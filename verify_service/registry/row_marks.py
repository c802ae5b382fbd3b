"""Rows that nobody sees, or that were struck out: the reader of values does not tell, but a workbook's archive does."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping

from verify_service.registry.binary_marks import hidden_rows_of_xlsb, sheets_of_xlsb
from verify_service.registry.marks import Marks


def marks_of(archive: zipfile.ZipFile) -> Mapping[str, Marks]:
    """What is hidden or struck out, by sheet. XML is searched, not parsed: that would take longer than reading it."""
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return _of_xlsx(archive, names)
    if "xl/workbook.bin" in names:
        return _of_xlsb(archive, names)
    return _of_ods(archive.read("content.xml")) if "content.xml" in names else {}


_P = rb"<(?:[\w.-]+:)?"  # the beginning of a tag; a program may write a prefix before each


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"[\s:]" + name + rb"""\s*=\s*["']([^"']*)["']""", b" " + tag)
    return html.unescape(found[1].decode(errors="replace")) if found else ""


def _of_xlsx(archive: zipfile.ZipFile, names: set[str]) -> dict[str, Marks]:
    def part(path: str) -> bytes:
        return archive.read(path) if path in names else b""

    targets = _targets(part("xl/_rels/workbook.xml.rels"))
    styles = _struck_styles(part("xl/styles.xml"))
    texts = _struck_texts(part("xl/sharedStrings.xml"))
    return {
        _attribute(tag, b"name"): Marks(_hidden_rows(sheet), _struck_cells(sheet, styles, texts))
        for tag in re.findall(_P + rb"sheet\s([^<>]*)>", part("xl/workbook.xml"))
        if (sheet := part(targets.get(_attribute(tag, b"id"), "")))
    }


def _targets(relations: bytes) -> dict[str, str]:
    """The parts of an archive that a workbook relates to, by the names that it has for them."""
    return {
        _attribute(tag, b"Id"): posixpath.normpath(posixpath.join("/xl", _attribute(tag, b"Target"))).lstrip("/")
        for tag in re.findall(_P + rb"Relationship\s([^<>]*)>", relations)
    }


def _of_xlsb(archive: zipfile.ZipFile, names: set[str]) -> dict[str, Marks]:
    relations = "xl/_rels/workbook.bin.rels"
    targets = _targets(archive.read(relations)) if relations in names else {}
    return {
        name: Marks(hidden_rows_of_xlsb(archive.read(targets[relation])))
        for name, relation in sheets_of_xlsb(archive.read("xl/workbook.bin"))
        if targets.get(relation) in names
    }


def _hidden_rows(sheet: bytes) -> set[int]:
    """Rows that were hidden, filtered out, folded away or made as low as nothing."""
    if not re.search(rb"""\b(?:hidden|ht)\s*=\s*["'](?:1|true|0)""", sheet):
        return set()
    hidden, number = set(), 0
    for tag in re.findall(_P + rb"row\b([^<>]*)>", sheet):
        written = _attribute(tag, b"r")
        number = int(written) if re.fullmatch(r"[0-9]{1,7}", written) else number + 1
        if _attribute(tag, b"hidden") in ("1", "true") or re.fullmatch(r"0(\.0*)?", _attribute(tag, b"ht")):
            hidden.add(number)
    return hidden


_STRIKE = re.compile(_P + rb"""strike(?!\s+val\s*=\s*["'](?:0|false))\b""")


def _part(xml: bytes, name: bytes) -> bytes:
    """The first element of this name, with what is in it."""
    begins = re.search(_P + name + rb"[\s/>]", xml)
    ends = begins and re.compile(rb"</(?:[\w.-]+:)?" + name + rb">").search(xml, begins.end())
    return xml[begins.start() : ends.start()] if begins and ends else b""


def _struck_styles(styles: bytes) -> set[str]:
    """The numbers of the cell styles whose font is struck out."""
    if not _STRIKE.search(styles):
        return set()
    fonts, formats = _part(styles, b"fonts"), _part(styles, b"cellXfs")
    each = re.split(_P + rb"font(?=[\s/>])", fonts)[1:]
    struck = {str(place) for place, font in enumerate(each) if _STRIKE.search(font)}
    return {
        str(place)
        for place, tag in enumerate(re.findall(_P + rb"xf\s([^<>]*)>", formats))
        if _attribute(tag, b"fontId") in struck
    }


def _struck_texts(strings: bytes) -> set[str]:
    """The numbers of the shared texts that hold words struck out by themselves."""
    if not _STRIKE.search(strings):
        return set()
    each = re.split(_P + rb"si(?=[\s/>])", strings)[1:]
    return {str(place) for place, text in enumerate(each) if _STRIKE.search(text)}


_CELL = re.compile(_P + rb"c\s([^<>]*?)/?>(?:" + _P + rb"v>(\d{1,9})</)?")


def _struck_cells(sheet: bytes, styles: set[str], texts: set[str]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    if not styles and not texts:
        return found
    for tag, value in _CELL.findall(sheet):
        in_text = value.decode() in texts and _attribute(tag, b"t") == "s"
        place = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", _attribute(tag, b"r"))
        if place and (in_text or _attribute(tag, b"s") in styles):
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - 64
            found.setdefault(int(place[2]), set()).add(column - 1)
    return found


_ODS_TAGS = re.compile(
    rb"<(/?)table:(table|table-row-group|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>"
)
_FARTHEST = 2_000_000  # rows; whatever repeats further holds no list


def _of_ods(content: bytes) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    styles = set(_struck_ods_styles(content))
    if not styles and not re.search(rb"(?:visibility|display)=[\"'](?:collapse|filter|false)", content):
        return found
    marks, row, column, repeats, folded = Marks(), 0, 0, 1, 0
    for closes, what, tag in _ODS_TAGS.findall(content):
        if what == b"table-row-group":
            folded += (-1 if closes else 1) if folded or _attribute(tag, b"display") == "false" else 0
        elif closes:
            continue
        elif what == b"table":
            marks, row, repeats = found.setdefault(_attribute(tag, b"name"), Marks()), 0, 1
        elif what == b"table-row":
            row, column = row + repeats if row else 1, 0
            repeats = _repeated(tag, b"number-rows-repeated")
            if (folded or _attribute(tag, b"visibility") in ("collapse", "filter")) and row + repeats < _FARTHEST:
                marks.hidden.update(range(row, row + min(repeats, 100_000)))
        else:
            if _attribute(tag, b"style-name") in styles and not tag.endswith(b"/"):
                marks.struck.setdefault(row, set()).add(column)
            column += _repeated(tag, b"number-columns-repeated")
    return found


def _repeated(tag: bytes, name: bytes) -> int:
    written = _attribute(tag, name)
    return int(written) if re.fullmatch(r"\d{1,7}", written) else 1


def _struck_ods_styles(content: bytes) -> Iterator[str]:
    for style in content.split(b"<style:style ")[1:]:
        tag, _, body = style.partition(b"</style:style>")[0].partition(b">")
        line = _attribute(body, b"text-line-through-style") or _attribute(body, b"text-line-through-type")
        if line not in ("", "none"):
            yield _attribute(tag, b"name")
