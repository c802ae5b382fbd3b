"""What is wrong with a file or a row, said so that an office clerk can find the cell and mend it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Literal

from verify_service.ground.phones import Phone, read_phone

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Level = Literal["rejected", "flagged", "file"]


def says(sentence: str) -> str:
    """A sentence of a report as written: pages and translators find it by this."""
    return sentence


class FileRefused(Exception):
    """A whole file cannot be read; the message says why and what to send instead. Nothing was stored."""


class TableMissing(FileRefused):
    """No table of the kind that was asked for stands in the file; it may be one of another kind.

    `lacking`: the columns without which no row can be used; `unknown`: headings that may be theirs; `looks_like`: the
    other kind, where it is one of ours.
    """

    def __init__(
        self, message: str, *, lacking: tuple[str, ...] = (), unknown: tuple[str, ...] = (), looks_like: str = ""
    ) -> None:
        super().__init__(message)
        self.lacking, self.unknown, self.looks_like = lacking, unknown, looks_like


class StillNeeded(FileRefused):
    """A version cannot be undone: how many of what rests on it, and the versions after it, each with its rows."""

    def __init__(self, message: str, *, rests: dict[str, int], later: list[tuple[int, int]]) -> None:
        super().__init__(message)
        self.rests, self.later = rests, later


@dataclass(frozen=True)
class Fault:
    """A value that could not be read as meant: a code for machines, `expected` for the office."""

    code: str
    expected: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one cell: `row` is the spreadsheet's own row number, `column` the heading as in the file."""

    row: int
    column: str
    code: str
    found: str
    expected: str
    level: Level
    raw: str = field(default="", repr=False)  # unmasked, for the sealed copy only

    def to_json(self) -> dict[str, object]:
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "found": self.found,
            "expected": self.expected,
            "level": self.level,
        }


# A letter O typed for a zero must not leave the rest of a number to be read.
_NUMBER = re.compile(r"\+?[\dOo](?:[ .\-]{0,2}[\dOo]){6,}")
# A date is shown: whoever has to mend it must see it. One that goes on in digits is part of a number.
_DATE = re.compile(
    r"(?<![\dOo])(?<![\dOo][ .\-])(?<![\dOo][ .\-]{2})"
    r"(?:(?:0?[1-9]|[12]\d|3[01])([\-./ ])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([\-./])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?![\dOo]|[ .\-]{1,2}[\dOo](?!\d?:\d))"
)
_SHOWN = 48


def words(text: str) -> frozenset[str]:
    """The words of a written list."""
    return frozenset(text.split())


def masked(cell: Cell) -> str:
    """A cell for the report: long numbers keep enough to be found again (first 6 and last 4 of a NIK), never all.

    The six digits hidden in a NIK are the birth date.
    """
    text = text_of(cell)
    shown, done = "", 0
    for date in _DATE.finditer(text):
        shown += _NUMBER.sub(_hide, text[done : date.start()]) + date[0]
        done = date.end()
    return (shown + _NUMBER.sub(_hide, text[done:]))[:_SHOWN]


def _hide(match: re.Match[str]) -> str:
    digits = re.sub(r"[ .+\-]", "", match[0])
    if isinstance(phone := read_phone(digits), Phone):
        return phone.masked  # as everywhere else
    head, tail = (6, 4) if len(digits) >= 13 else (4, 2)
    return digits[:head] + "*" * (len(digits) - head - tail) + digits[-tail:]


# What is no plain letter or sign, two blanks, one at either end, a formula.
_UNLIKE_TYPED = re.compile(r"[^!-~ ]|  |\A[ =]| \Z")


def text_of(cell: Cell) -> str:
    """A cell as its reader would type it: whole numbers without a decimal point, blanks collapsed."""
    if type(cell) is str and _UNLIKE_TYPED.search(cell) is None:
        return cell  # nearly every cell, and each is asked for a dozen times
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    text = str(cell)
    if not text.isascii():
        text = _as_typed(text)
    # A few NULs, zero-width and no-break blanks come along with copy and paste from web pages.
    text = " ".join(re.sub(r"[\x00-\x1f\x7f\u00a0\u200b-\u200f\u2060\ufeff]", " ", text).split())
    kept = _KEPT_AS_TEXT.fullmatch(text) if text[:1] == "=" else None
    return kept[1].strip() if kept else text


# The same of many cells, laid side by side with a sign between that no plain cell has.
_BETWEEN = "\x1f"
_ANY_UNLIKE_TYPED = re.compile(r"[^!-~ \x1f]|  |(?:\A|\x1f)[ =]| (?:\x1f|\Z)")


def texts_of(cells: Sequence[Cell]) -> Sequence[str]:
    """text_of of each cell."""
    try:
        row = _BETWEEN.join(cells)  # type: ignore[arg-type]
    except TypeError:
        return [text_of(cell) for cell in cells]
    if _ANY_UNLIKE_TYPED.search(row) is None and row.count(_BETWEEN) < max(1, len(cells)):
        return cells  # type: ignore[return-value]
    return [text_of(cell) for cell in cells]


def json_by(names: Sequence[str]) -> Callable[[Sequence[str | None]], str]:
    """How texts under these names are written as a JSON object, those that are blank left out."""
    heads = [f"{encode_basestring(name)}:" for name in names]
    return lambda texts: (
        "{" + ",".join([head + encode_basestring(text) for head, text in zip(heads, texts, strict=False) if text]) + "}"
    )


# ="3275..." is how programs keep a spreadsheet from turning a number into another.
_KEPT_AS_TEXT = re.compile(r'=\s*"([^"]*)"')


def _as_typed(text: str) -> str:
    """Without marks that nobody sees (soft hyphens, marks of writing direction), wide digits and signs made plain."""
    return "".join(
        str(unicodedata.decimal(letter))
        if letter.isdecimal()
        else unicodedata.normalize("NFKC", letter)
        if "\uff01" <= letter <= "\uff5e"
        else ""
        if _UNSEEN.match(letter)
        else letter
        for letter in text
    )


_UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u180e\u202a-\u202e\u2061-\u2064\u2066-\u206f\ufe00-\ufe0f]")
