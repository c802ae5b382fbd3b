"""What is wrong with a file or a row, said so that an office clerk can find the cell and mend it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Literal

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Level = Literal["rejected", "flagged", "file"]


class FileRefused(Exception):
    """A whole file cannot be read; the message says why and what to send instead. Nothing was stored."""


@dataclass(frozen=True)
class Fault:
    """A value that could not be read as meant: a code for machines, `expected` for the office."""

    code: str
    expected: str


@dataclass(frozen=True)
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
_NUMBER = re.compile(r"[\dOo](?:[ .\-]{0,2}[\dOo]){6,}")
_SHOWN = 48


def words(text: str) -> frozenset[str]:
    """The words of a written list."""
    return frozenset(text.split())


def masked(cell: Cell) -> str:
    """A cell for the report: long numbers keep enough to be found again (first 6 and last 4 of a NIK), never all.

    The six digits hidden in a NIK are the birth date.
    """
    return _NUMBER.sub(_hide, text_of(cell))[:_SHOWN]


def _hide(match: re.Match[str]) -> str:
    digits = re.sub(r"[ .\-]", "", match[0])
    head, tail = (6, 4) if len(digits) >= 13 else (4, 2)
    return digits[:head] + "*" * (len(digits) - head - tail) + digits[-tail:]


def text_of(cell: Cell) -> str:
    """A cell as its reader would type it: whole numbers without a decimal point, blanks collapsed."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    # A few NULs, zero-width and no-break blanks come along with copy and paste from web pages.
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u00a0\u200b-\u200f\u2060\ufeff]", " ", str(cell)).split())
