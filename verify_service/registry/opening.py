"""Opening a file that somebody sent: in a process with limits, which may die of it in our place."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from verify_service.registry.grids import ADVICE, LIMITS, Limits, refuse_larger
from verify_service.registry.packed import Chunk, Grid, PackedRows
from verify_service.registry.problems import FileRefused

_ROOT = Path(__file__).parents[2]


def refuse_too_large(path: Path, limits: Limits = LIMITS) -> None:
    """Refuse what is no file, or too large a one, before more than its first bytes are read."""
    if not path.is_file():
        raise FileRefused(f"There is no file {path.name}.")
    with path.open("rb") as file:
        refuse_larger(path.name, file.read(4), path.stat().st_size, limits)


def open_grids(path: Path, limits: Limits = LIMITS) -> list[Grid]:
    """Every sheet of a workbook, or every reading of a text table; FileRefused when it is neither.

    Readers of spreadsheets panic, loop and ask for gigabytes when a file is damaged or was made to hurt. So it is read
    by `reading_process.py`, which has limits of memory and time and none of our keys; whatever it dies of is a refusal.
    """
    refuse_too_large(path, limits)
    asked = json.dumps([path.name, dataclasses.asdict(limits)])
    # Without `site`: the paths are known, and looking for them again takes as long as reading a small list.
    command = [sys.executable, "-S", "-s", "-P", *(["-B"] if sys.dont_write_bytecode else [])]
    command += ["-m", "verify_service.registry.reading_process", asked]
    found = {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
    with (
        path.open("rb") as file,
        subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=found, cwd="/"
        ) as process,
    ):
        try:
            grids = _heard(path.name, process, limits)
        finally:
            process.kill()
    if grids is None:
        raise FileRefused(f"{path.name} {_died_of(process.returncode)}")
    return grids


def _rows(chunks: list[Chunk]) -> PackedRows:
    return PackedRows(tuple(chunks), sum(chunk.count for chunk in chunks))


def _heard(name: str, process: subprocess.Popen[bytes], limits: Limits) -> list[Grid] | None:
    """The sheets as the process tells them; None when it died before the end."""
    assert process.stdout is not None
    sheets: list[tuple[str, bool, bool]] = []
    chunks: list[list[Chunk]] = []
    told = 0
    for line in process.stdout:
        kind, *said = json.loads(line.decode("utf-8", "surrogatepass"))
        if kind == "rows":
            rows = process.stdout.readline()
            if not rows.endswith(b"\n"):
                break
            told += len(rows)
            if told > limits.told_bytes:
                raise FileRefused(f"{name} holds more text than a list of people can. {ADVICE}")
            chunks[-1].append(Chunk.of(rows, said[0]))
        elif kind == "sheet":
            sheets.append((said[0], said[1], said[2]))
            chunks.append([])
        elif kind == "dropped":
            sheets.pop()
            chunks.pop()
        elif kind == "end":
            return [Grid(sheet, _rows(held), *rest) for (sheet, *rest), held in zip(sheets, chunks, strict=True)]
        elif kind == "refused":
            raise FileRefused(said[0])
        else:
            raise FileRefused(f"{name} {_TOO_MUCH}")
    process.wait()
    return None


_TOO_MUCH = (
    "needs far more memory than a list of its size: it has cells far from the list, or is damaged. Copy the rows of the"
    " list alone into a new workbook, save that as .xlsx or .csv and send it."
)
_TOO_LONG = (
    "takes far longer to read than a list of its size. Copy the rows of the list alone into a new workbook, save that"
    " as .xlsx or .csv and send it."
)
# How a limit ends a process; without memory the reader aborts, or the system kills.
_ENDS = {
    -signal.SIGPROF: _TOO_LONG,
    -signal.SIGALRM: _TOO_LONG,
    -signal.SIGABRT: _TOO_MUCH,
    -signal.SIGKILL: _TOO_MUCH,
}


def _died_of(code: int) -> str:
    return _ENDS.get(code, f"is damaged and cannot be opened. Open it in a spreadsheet, then {ADVICE.lower()}")
