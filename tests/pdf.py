"""The words of a PDF of ours, as a reader finds them: by each font's own table of letters."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.S)
# A font is chosen, or letters of it are shown: in hexadecimal, or as they are in round brackets that may be nested.
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>"
    rb"|\(((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*)\)",
    re.S,
)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)


def pages_of(file: bytes) -> int:
    """How many sheets it has."""
    return len(re.findall(rb"/Type\s*/Page\b", file))


def words_of(file: bytes) -> str:
    """All that is printed in it, without blanks: where a line breaks is no matter."""
    objects = {int(number): held for number, held in _OBJECT.findall(file)}
    fonts = {}
    for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", file):
        table = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(font)])
        fonts[name] = _letters(_stream(objects[int(table[1])])) if table else {}
    said = []
    for held in objects.values():
        content = _stream(held)
        if b" Tf" not in content:
            continue
        letters: dict[int, str] = {}
        for found in _SHOWN.finditer(content):
            font, digits, literal = found.groups()
            if font:
                letters = fonts[font]
                continue
            codes = bytes.fromhex(digits.decode()) if digits else _unescaped(literal)
            said += [letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)]
    return re.sub(r"\s", "", "".join(said))


def _stream(held: bytes) -> bytes:
    found = _STREAM.search(held)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"FlateDecode" in held else found[1]


def _letters(table: bytes) -> dict[int, str]:
    """What each code of a font stands for."""
    found = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.S):
        for code, letter in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            found[int(code, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.S):
        for first, last, letter in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            for place in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + place] = chr(int(letter, 16) + place)
    return found


def _unescaped(literal: bytes) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(found: re.Match[bytes]) -> bytes:
        octal, sign = found.groups()
        return bytes([int(octal, 8)]) if octal else named.get(sign, sign)

    return re.sub(rb"\\(?:([0-7]{1,3})|(.))", plain, literal, flags=re.S)
