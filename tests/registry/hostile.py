"""Two hundred files that hurt whoever opens them, made from a seed: no two alike, always the same."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests.registry import files

HEADINGS = ["NIK", "NAMA", "TGL LAHIR", "RT", "RW", "KELURAHAN", "NO HP"]
Chance = random.Random


def people(chance: Chance, most: int = 40) -> list[list[str]]:
    rows = [HEADINGS]
    for place in range(chance.randint(2, most)):
        born = f"{chance.randint(1, 28):02}{chance.randint(1, 12):02}{chance.randint(60, 99)}"
        name = chance.choice(["Ani", "Budi", "René", "Zoë"]) + " " + chance.choice(["Lestari", "Santoso"])
        date = f"{born[:2]}-{born[2:4]}-19{born[4:]}"
        rows.append([f"327501{born}{place + 1:04}", name, date, "1", "2", "Margahayu", f"0812{place:08}"])
    return rows


def text(rows: list[list[str]], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


def sound(chance: Chance) -> tuple[str, bytes]:
    """A file of any kind with nothing wrong in it."""
    rows = people(chance)
    kind = chance.choice(["csv", "xlsx", "xls", "xlsb", "ods"])
    made: dict[str, Callable[[], bytes]] = {
        "csv": lambda: text(rows, chance.choice(",;\t|")).encode(),
        "xlsx": lambda: files.zipped(files.xlsx_parts(files.sheet_xml(rows))),
        "xls": lambda: files.xls(rows),
        "xlsb": lambda: files.xlsb(rows),
        "ods": lambda: files.ods(*map(files.ods_row, rows)),
    }
    return kind, made[kind]()


def truncated(chance: Chance) -> tuple[str, bytes]:
    kind, content = sound(chance)
    return kind, content[: chance.randrange(1, len(content))]


def bits_flipped(chance: Chance) -> tuple[str, bytes]:
    kind, content = sound(chance)
    hurt = bytearray(content)
    for _ in range(chance.choice([1, 3, 30])):
        hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
    return kind, bytes(hurt)


def blotted(chance: Chance) -> tuple[str, bytes]:
    """A stretch overwritten, by nothing or by anything."""
    kind, content = sound(chance)
    start = chance.randrange(len(content))
    length = min(chance.choice([4, 64, 600]), len(content) - start)
    ink = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
    return kind, content[:start] + ink + content[start + length :]


def far_cell(chance: Chance) -> tuple[str, bytes]:
    rows = people(chance)
    place = (chance.randint(50_000, 1_048_575), chance.randint(600, 16_383))
    kind = chance.choice(["xlsx", "prefixed", "xls", "xlsb", "ods", "repeated"])
    if kind in ("xlsx", "prefixed"):
        sheet = files.sheet_xml(rows, place, p="x:" if kind == "prefixed" else "")
        return "xlsx", files.zipped(files.xlsx_parts(sheet))
    if kind == "xls":
        return kind, files.xls(rows, (65_535, chance.randint(200, 255)))
    if kind == "xlsb":
        return kind, files.xlsb(rows, place)
    blank = f'<table:table-cell table:number-columns-repeated="{place[1]}"/>'
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    filled = cell.replace("<table:table-cell", f'<table:table-cell table:number-columns-repeated="{place[1]}"')
    row = f'<table:table-row table:number-rows-repeated="{place[0]}">'
    far = f"{row}<table:table-cell/></table:table-row><table:table-row>{blank}{cell}</table:table-row>"
    return "ods", files.ods(*map(files.ods_row, rows), far if kind == "ods" else f"{row}{filled}</table:table-row>")


def bomb(chance: Chance) -> tuple[str, bytes]:
    """Little that unpacks to much, and little that refers to much."""
    rows = people(chance)
    which = chance.randrange(6)
    parts = files.xlsx_parts(files.sheet_xml(rows))
    if which == 0:
        parts["xl/media/picture.bin"] = bytes(chance.randint(2, 60) * 1_000_000)
    elif which == 1:
        parts |= {f"xl/media/{n}.bin": b"" for n in range(chance.randint(2_100, 6_000))}
    elif which == 2:
        parts["xl/worksheets/sheet1.xml"] = "<row>" * 150_000 + chance.randbytes(20_000).hex()
    elif which == 3:
        return "xlsx", files.zipped({"list.xlsx": files.zipped(parts)})
    elif which == 4:
        size, cells = chance.randint(20_000, 32_000), chance.randint(20_000, 30_000)
        held = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, cells))
        sheet = f'<worksheet><sheetData><row r="1">{held}</row></sheetData></worksheet>'
        return "xlsx", files.zipped(files.xlsx_parts(sheet, strings=f"<si><t>{'x' * size}</t></si>"))
    else:
        return "xlsx", lying(files.zipped(parts), chance)
    return "xlsx", files.zipped(parts)


def lying(content: bytes, chance: Chance) -> bytes:
    """An archive whose directory says less of its sheet than unpacks."""
    wide = b"<worksheet><sheetData>" + b" " * 30_000_000 + b"</sheetData></worksheet>"
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(wide) + packed.flush()
    name = b"xl/worksheets/sheet1.xml"
    said = struct.pack("<LLL", zlib.crc32(wide), len(data), chance.randint(100, 100_000))
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + said + struct.pack("<HH", len(name), 0) + name
    entry = struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + said + struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0)
    parts = {"xl/workbook.xml": files.xlsx_parts("")["xl/workbook.xml"]}
    del content
    rest = files.zipped(parts)
    moved = len(local) + len(data)
    place = rest.rfind(b"PK\x01\x02")
    other = bytearray(rest[place : rest.rfind(b"PK\x05\x06")])
    other[42:46] = struct.pack("<L", moved)
    directory = b"PK\x01\x02" + entry + name + bytes(other)
    end = struct.pack("<HHHHLLH", 0, 0, 2, 2, len(directory), moved + place, 0)
    return local + data + rest[:place] + directory + b"PK\x05\x06" + end


def wrong_name(chance: Chance) -> tuple[str, bytes]:
    kind, content = sound(chance)
    return chance.choice([one for one in ("csv", "xlsx", "xls", "ods", "txt") if one != kind]), content


def deep_xml(chance: Chance) -> tuple[str, bytes]:
    depth = chance.randint(10_000, 100_000)
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    sheet = chance.choice(
        [
            "<a>" * depth + "</a>" * depth,
            f"<!DOCTYPE a [<!ENTITY a0 'ha'>{laughs}]><worksheet><sheetData><row><c><v>&a11;</v></c></row></sheetData>"
            "</worksheet>",
            '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is>' + "<r>" * depth + "</is></c></row>",
            files.sheet_xml(people(chance), end="<mergeCells>" + '<mergeCell ref="A1:A60000"/>' * 20_000),
        ]
    )
    return "xlsx", files.zipped(files.xlsx_parts(sheet))


def odd_encoding(chance: Chance) -> tuple[str, bytes]:
    encoding = chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-7", "cp037", "cp1252", "shift_jis", "utf-8-sig"])
    return "csv", text(people(chance)).encode(encoding, errors="replace")


def stray_bytes(chance: Chance) -> tuple[str, bytes]:
    content = bytearray(text(people(chance)).encode())
    for _ in range(chance.randint(1, 40)):
        content.insert(chance.randrange(len(content)), chance.choice([0, 0, 1, 8, 0x1B, 0x85, 0xFF, 0x22, 0x0D]))
    return "csv", bytes(content)


def huge(chance: Chance) -> tuple[str, bytes]:
    """Cells, rows and columns in numbers that no list has."""
    rows = people(chance)
    which = chance.randrange(7)
    if which == 0:
        rows[-1][1] = "x" * chance.randint(50_000, 300_000)
    elif which == 1:
        rows[-1][1] = '"' + "x\n" * chance.randint(50_000, 300_000)
    elif which == 2:
        rows = [[*row, *("",) * chance.randint(1_000, 16_384)] for row in rows]
    elif which == 3:
        rows = [[*row, *(f"k{n}" for n in range(chance.randint(1_000, 5_000)))] for row in rows]
    elif which == 4:
        rows += [["1"]] * chance.randint(50_100, 400_000)
    elif which == 5:
        return "csv", b";,\t|" * chance.randint(100_000, 500_000)
    else:
        return "csv", b'"' * chance.randint(10_000, 1_000_000)
    return "csv", text(rows).encode()


def endless(chance: Chance) -> tuple[str, bytes]:
    """A container whose sectors follow on one another in a ring, or on what is not there."""
    content = bytearray(files.xls(people(chance)))
    table = len(content) - 512
    for _ in range(chance.randint(1, 6)):
        value = chance.choice([0, 1, 2, 0x7FFFFFFF, 0xFFFFFFFD, chance.randrange(20)])
        place = chance.choice([table + 4 * chance.randrange(12), 0x2C, 0x30, 0x3C, 0x44, 0x48, 0x4C])
        content[place : place + 4] = struct.pack("<I", value)
    return "xls", bytes(content)


def lost_parts(chance: Chance) -> tuple[str, bytes]:
    """A workbook whose parts name others that are not in it."""
    rows = people(chance)
    if chance.random() < 0.4:
        return "xlsb", files.xlsb(rows, sheet_id=chance.choice(["rId9", "", "x" * 200]))
    parts = files.xlsx_parts(files.sheet_xml(rows), files.sheet_xml(rows))
    del parts[chance.choice(sorted(parts))]
    return "xlsx", files.zipped(parts, zipfile.ZIP_STORED)


def protected(chance: Chance) -> tuple[str, bytes]:
    rows = people(chance)
    if chance.random() < 0.5:
        return "xls", files.xls(rows, password=True)
    sealed = "<manifest><manifest:encryption-data/></manifest>"
    return "ods", files.ods(*map(files.ods_row, rows), manifest=sealed)


KINDS: tuple[Callable[[Chance], tuple[str, bytes]], ...] = (
    sound, truncated, bits_flipped, blotted, far_cell, bomb, wrong_name, deep_xml, odd_encoding, stray_bytes, huge,
    endless, lost_parts, protected,
)  # fmt: skip


def corpus(seed: int, size: int) -> Iterator[tuple[str, bytes]]:
    """(name, content) of so many files, of every kind in turn."""
    chance = Chance(seed)
    for place in range(size):
        make = KINDS[place % len(KINDS)]
        ending, content = make(chance)
        yield f"{place:03}_{make.__name__}.{ending}", content
