"""Workbooks made by hand, byte by byte: what no program that means well would write."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Rows = Sequence[Sequence[str]]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for path, content in parts.items():
            archive.writestr(zipfile.ZipInfo(path), content, method)
    return held.getvalue()


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    name = ""
    while column >= 0:
        name, column = chr(65 + column % 26) + name, column // 26 - 1
    return name


def sheet_xml(rows: Rows, far: tuple[int, int] | None = None, *, p: str = "", end: str = "") -> str:
    """A sheet; `far` is one more cell (row, column; 0-based), `p` a prefix before each tag."""
    said = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<{p}c r="{letters(column)}{number}" t="inlineStr"><{p}is><{p}t>{escape(cell)}</{p}t></{p}is></{p}c>'
            for column, cell in enumerate(row)
        )
        said.append(f'<{p}row r="{number}">{cells}</{p}row>')
    if far:
        place = f"{letters(far[1])}{far[0] + 1}"
        said.append(f'<{p}row r="{far[0] + 1}"><{p}c r="{place}"><{p}v>1</{p}v></{p}c></{p}row>')
    name = f"xmlns:{p[:-1]}" if p else "xmlns"
    return f'<{p}worksheet {name}="{_MAIN}"><{p}sheetData>{"".join(said)}</{p}sheetData>{end}</{p}worksheet>'


def xlsx_parts(*sheets: str, strings: str = "", styles: str = "") -> dict[str, bytes | str]:
    """The parts of a workbook with these sheets."""
    numbers = range(1, len(sheets) + 1)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>'
        + "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        + "</sheets></workbook>",
    }
    for n, sheet in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
        related += f'<Relationship Id="rId98" Type="{_RELS}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'
        related += f'<Relationship Id="rId99" Type="{_RELS}/styles" Target="styles.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>'
    return parts


def ods_row(row: Sequence[str], attributes: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
        for cell in row
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def ods(*rows: str, styles: str = "", manifest: str = "") -> bytes:
    """A workbook of OpenDocument with these rows, as ods_row gives them."""
    names = "".join(
        f" xmlns:{name}={quoteattr('urn:oasis:names:tc:opendocument:xmlns:' + name + ':1.0')}"
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<office:document-content{names} office:version="1.2"><office:automatic-styles>{styles}'
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest or "<manifest/>",
        }
    )


def _biff(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(
    rows: Rows,
    far: tuple[int, int] | None = None,
    *,
    password: bool = False,
    hidden: Sequence[int] = (),
    struck: Sequence[tuple[int, int]] = (),
) -> bytes:
    """A workbook of Excel 97; `password`: it says that the rest is encrypted."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    sheet = _biff(0x0809, bof[:2] + b"\x10\x00" + bof[4:])
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            text = cell.encode("utf-16-le")
            form = int((number, column) in struck)
            sheet += _biff(0x0204, struct.pack("<HHHHB", number, column, form, len(text) // 2, 1) + text)
    if far:
        sheet += _biff(0x0203, struct.pack("<HHHd", *far, 0, 1.0))
    for number in range(len(rows)):
        sheet += _biff(0x0208, struct.pack("<HHHHIHH", number, 0, 20, 255, 0, 0x20 * (number in hidden), 0))
    sheet += _biff(0x0A)
    before = _biff(0x0809, bof) + (_biff(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if password else b"")
    for look in (0, 8):  # a font, and one that is struck out; a format with each
        before += _biff(0x31, struct.pack("<HHHHHBBBBBB", 200, look, 0, 400, 0, 0, 0, 0, 0, 1, 0) + b"A")
    before += _biff(0xE0, struct.pack("<H", 0) + bytes(18)) + _biff(0xE0, struct.pack("<H", 1) + bytes(18))
    name = b"Sheet1"
    place = len(before) + 4 + 8 + len(name) + 4
    bundle = _biff(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    return container("Workbook", before + bundle + _biff(0x0A) + sheet)


def container(name: str, stream: bytes) -> bytes:
    """One stream in the older container of Microsoft's: sectors of 512 bytes, a table of what follows on what."""
    stream = stream.ljust(4096, b"\0")  # a shorter one would be kept elsewhere
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    tables = 1
    while tables * 128 < sectors + 1 + tables:
        tables += 1
    follows = [*range(1, sectors), 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFD] * tables]
    follows += [0xFFFFFFFF] * (tables * 128 - len(follows))

    def entry(label: str, kind: int, child: int, start: int, size: int) -> bytes:
        said = (label + "\0").encode("utf-16-le") if label else b""
        nobody = 0xFFFFFFFF
        links = struct.pack("<HBBIII", len(said), kind, 1, nobody, nobody, child)
        return said.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 0, len(stream))
    folder += 2 * entry("", 0, 0xFFFFFFFF, 0, 0)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    places = [sectors + 1 + n for n in range(tables)]
    head += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - tables))
    return head + stream + folder + struct.pack(f"<{len(follows)}I", *follows)


def _binary(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind & 0x7F | 0x80, kind >> 7]) if kind > 0x7F else bytes([kind])
    return number + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(
    rows: Rows, far: tuple[int, int] | None = None, *, sheet_id: str = "rId1", hidden: Sequence[int] = ()
) -> bytes:
    """A binary workbook; with a `sheet_id` that is nowhere it is the kind on which readers panic."""
    last = far or (len(rows), 20)
    sheet = _binary(0x81) + _binary(0x94, struct.pack("<IIII", 0, last[0], 0, last[1])) + _binary(0x91)
    for number, row in enumerate(rows):
        sheet += _binary(0x00, struct.pack("<IIHBB", number, 0, 300, 0, 0x10 * (number in hidden)) + bytes(5))
        for column, cell in enumerate(row):
            sheet += _binary(0x06, struct.pack("<II", column, 0) + _wide(cell))
    if far:
        sheet += _binary(0x00, struct.pack("<I", far[0]) + bytes(13))
        sheet += _binary(0x05, struct.pack("<IId", far[1], 0, 1.0))
    sheet += _binary(0x92) + _binary(0x82)
    bundle = struct.pack("<II", 0, 1) + _wide(sheet_id) + _wide("Sheet1")
    book = _binary(0x83) + _binary(0x8F) + _binary(0x9C, bundle) + _binary(0x90) + _binary(0x84)
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1"'
            f' Type="{_RELS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/worksheets/sheet1.bin": sheet,
        }
    )
