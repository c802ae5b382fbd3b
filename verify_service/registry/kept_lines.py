"""The rows of every file as they came and as they were read, sealed: what a version said can be shown years later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import PersonCipher, blind_index, seal, unseal_of, unseal_or_blank
from verify_service.ground.phones import Phone
from verify_service.registry.person_keys import Keyed
from verify_service.registry.reading import Reading, RejectedRow
from verify_service.registry.staging import Staged, changed, copy_into

LABEL = "import_line.line"
_NOT_SAID = ("row", "name_key", "birth_year")  # where it stood, and what follows from another


@dataclass(frozen=True, slots=True)
class LineKept:
    """One row of a version: `cells` by heading as the office wrote them, `read` by field as they were understood.

    Both are empty once the version is past its retention or the person was erased, `read` for a row that was refused.
    """

    row: int
    rejected: bool
    nik_index: bytes | None = None
    said: bytes | None = None
    cells: dict[str, str] = field(default_factory=dict, repr=False)
    read: dict[str, str] = field(default_factory=dict, repr=False)


def said_by(row: Any, names: Iterable[str] | None = None) -> dict[str, str]:
    """What a row says, field by field as text; fields that it leaves open are not named."""
    wanted = _fields_of(row.__class__) if names is None else names
    told = ((name, _written(getattr(row, name))) for name in wanted)
    return {name: value for name, value in told if value}


@cache
def _fields_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name not in _NOT_SAID)


def _written(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Phone):
        return value.e164
    if isinstance(value, frozenset | tuple):
        return ",".join(sorted(map(str, value)))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def hash_of(said: dict[str, str]) -> bytes:
    """By which two rows that say the same are known without reading either."""
    return hash_of_json(as_json(said))


def hash_of_json(said: str) -> bytes:
    """The same, of what is JSON already."""
    return blind_index(said, "line")


def keep_lines(session: Session, reading: Reading[Any], keys: Mapping[str, Keyed], import_id: int) -> None:
    """Every row of the file, taken or refused, under its version; sealed for the person, if it names one."""
    copy_into(session, "import_line", _columns(import_id, keys), _lines(reading, keys))


def _lines(reading: Reading[Any], keys: Mapping[str, Keyed]) -> Iterator[LineKept]:
    if reading.table is None:
        return
    taken = {row.row: row for row in reading.accepted}
    for one in reading.table.rows:
        cells = reading.table.kept_cells(one)
        row = taken.get(one.number)
        if row is None:
            yield LineKept(one.number, rejected=True, cells=cells)
        else:
            nik = getattr(row, "nik", None)  # the head of an RT has none
            yield LineKept(one.number, False, keys[nik].index if nik else None, None, cells, said_by(row))


def _columns(import_id: int, keys: Mapping[str, Keyed]) -> list[Staged[LineKept]]:
    ciphers = {keyed.index: keyed.cipher for keyed in keys.values()}
    return [
        Staged("import_id", "int8", lambda _: import_id),
        Staged("row", "int8", lambda line: line.row),
        Staged("rejected", "bool", lambda line: line.rejected),
        Staged("nik_index", "bytea", lambda line: line.nik_index),
        Staged("said", "bytea", lambda line: hash_of(line.read) if line.read else None),
        Staged("line", "bytea", lambda line: _sealed(line, ciphers.get(line.nik_index or b""))),
    ]


def _sealed(line: LineKept, cipher: PersonCipher | None) -> bytes:
    whole = {"cells": line.cells, "read": line.read} if line.read else {"cells": line.cells}
    told = as_json(whole)
    return cipher.seal(told, LABEL) if cipher else seal(told, LABEL)


_REFUSED = """
UPDATE import_line SET rejected = true, nik_index = NULL, said = NULL, line = refused.line
FROM unnest(CAST(:rows AS bigint[]), CAST(:lines AS bytea[])) AS refused (row, line)
WHERE import_id = :version AND import_line.row = refused.row
"""


def refuse_lines(session: Session, refused: Sequence[RejectedRow], import_id: int) -> None:
    """Lines that were kept as taken, and are refused after all: sealed for nobody."""
    lines = [seal(as_json({"cells": dict(one.cells)}), LABEL) for one in refused]
    if lines:
        changed(session, _REFUSED, rows=[one.row for one in refused], lines=lines, version=import_id)


_LINES = text(
    """
SELECT row, rejected, nik_index, said, line, wrapped FROM import_line LEFT JOIN person_key USING (nik_index)
WHERE import_id = :version AND (CAST(:rows AS bigint[]) IS NULL OR row = ANY(:rows)) ORDER BY row
"""
)


def lines_of(session: Session, version: int, rows: list[int] | None = None) -> Iterator[LineKept]:
    """The rows of a version, or some of them, in the order of its file."""
    for row in session.execute(_LINES, {"version": version, "rows": rows}):
        yield LineKept(row.row, row.rejected, row.nik_index, row.said, **_opened(row))


def _opened(row: Row[tuple[Any, ...]]) -> dict[str, dict[str, str]]:
    of_nobody = row.nik_index is None
    whole = unseal_or_blank(row.line, LABEL) if of_nobody else unseal_of(row.wrapped, row.line, LABEL)
    held: dict[str, dict[str, str]] = json.loads(whole) if whole else {}
    return held
