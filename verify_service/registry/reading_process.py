"""The process in which one file is read: what it may take, and how it tells the rows.

Run as a program by `opening.py`, with the file on standard input. It answers in lines of JSON: a sheet, some hundred
rows, the end; a file that killed its reader is known by the end that lacks. It has no key, no database and no setting.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from verify_service.registry.grids import (
    ADVICE,
    Limits,
    Parts,
    Sheet,
    SheetRow,
    is_workbook,
    read_text,
    refuse_larger,
    refuse_other_kinds,
)
from verify_service.registry.problems import FileRefused
from verify_service.registry.workbooks import read_workbook

_MB = 1_000_000
_SPARE = 110 * _MB  # for the smallest file, beside what the interpreter has already
_ROWS, _CELLS = 500, 20_000  # told at once


def allow(size: int, held: int = 0) -> None:
    """What a file that unpacks to so many bytes may take; who takes more dies, and the other side says so.

    A small file may not take what a large one may. `held`: how many its reader has in memory at once, if not as many.
    """
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _ON_LINUX else 100 * _MB
    most, (_, hard) = taken + _SPARE + (held or size), resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):  # not every system can limit it
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, 0.5 + size / _MB / 4)  # seconds at work, however busy the machine
    signal.setitimer(signal.ITIMER_REAL, 30 + size / _MB)


_ON_LINUX = Path("/proc/self/statm").exists()


def parts_of(name: str, content: bytes, limits: Limits) -> Parts:
    """The sheets and rows of a file, whatever kind it is."""
    refuse_larger(name, content[:4], len(content), limits)
    refuse_other_kinds(name, content)
    if is_workbook(content):
        return read_workbook(name, content, limits, allow)
    allow(2 * len(content))
    return read_text(name, content, limits)


def told(parts: Parts) -> Iterator[list[object]]:
    """The lines for the other side."""
    rows: list[object] = []
    cells = 0
    for part in parts:
        if isinstance(part, SheetRow):
            rows.append(_row_told(part))
            cells += len(part.cells)
            if len(rows) < _ROWS and cells < _CELLS:
                continue
        if rows:
            yield from _rows_told(rows)
            rows, cells = [], 0
        if isinstance(part, Sheet):
            yield ["sheet", part.name, part.hidden, part.mixed]
        elif not isinstance(part, SheetRow):
            yield ["dropped"]
    if rows:
        yield from _rows_told(rows)


def _rows_told(rows: list[object]) -> Iterator[list[object]]:
    """How many are coming, then the rows in a line of their own: the other side keeps that line as it is."""
    yield ["rows", len(rows)]
    yield rows


def _row_told(row: SheetRow) -> list[object]:
    """Number, blank cells at the end, the others; then what is hidden or struck out, where anything is."""
    filled = len(row.cells)
    while filled and row.cells[filled - 1] in ("", None):
        filled -= 1
    said: list[object] = [row.number, len(row.cells) - filled, row.cells[:filled]]
    return [*said, row.hidden, row.struck] if row.hidden or row.struck else said


def _moment(cell: object) -> dict[str, str]:
    if isinstance(cell, dt.timedelta):
        return {"seconds": str(cell.total_seconds())}
    if isinstance(cell, dt.datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, dt.time):
        return {"time": cell.isoformat()}
    return {"text": str(cell)}


def main() -> None:
    """Read the file on standard input, tell it on standard output."""
    name, limits = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # people's data belong in no dump
    allow(0)
    out = sys.stdout.buffer

    def say(line: list[object]) -> None:
        out.write(json.dumps(line, default=_moment, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")

    bounds = Limits(**limits)
    try:
        allow(os.fstat(sys.stdin.fileno()).st_size)
        with open(sys.stdin.fileno(), "rb", buffering=0) as file:  # a buffer would have all of it twice
            content = file.read()
        for line in told(parts_of(name, content, bounds)):
            say(line)
        last: list[object] = ["end"]
    except FileRefused as refused:
        last = ["refused", str(refused)]
    except MemoryError:
        last = ["memory"]
    except BaseException:  # a panic of the reader is no Exception
        last = ["refused", f"{name} is damaged and cannot be opened. Open it in a spreadsheet, then {ADVICE.lower()}"]
    say(last)
    out.flush()


if __name__ == "__main__":
    main()
