"""A roster's rows into the caller's transaction, some thousand at a time: sealed for their people, staged and kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_indexes, seal, seal_each
from verify_service.registry.binary_copy import copy_columns
from verify_service.registry.kept_lines import LABEL, hash_of_json
from verify_service.registry.packed import Told
from verify_service.registry.person_keys import Keyed, keys_for
from verify_service.registry.problems import json_by
from verify_service.registry.reading import Reading
from verify_service.registry.roster_reading import RosterRows, Said
from verify_service.registry.rosters import KEPT, RosterRow
from verify_service.registry.sheets import Table
from verify_service.registry.staging import begin_stage, end_stage
from verify_service.registry.traits import Seen, traits_of_each

A_YEAR = 12
_AT_ONCE = 2_000  # rows sealed and copied together

_FIELDS = tuple(one.name for one in fields(RosterRow))
# What of a row is written down with its version: without where it stood, and what follows from another.
_SAID = tuple(name for name in _FIELDS if name not in ("row", "name_key", "birth_year"))
_OF_THE_WORKER = (*(name for name, keep in KEPT.items() if keep.table == "worker"), "cleared")
_SEALED = {"nik": "worker.nik"} | {name: keep.label for name, keep in KEPT.items() if keep.label}

_STAGED: Mapping[str, str] = {
    "row": "int8",
    "nik": "bytea",
    "nik_index": "bytea",
    "months": "int2",
    "flags": "text[]",
    "cleared": "text[]",
    "said": "bytea",
    "traits": "int8[]",
    "phone": "bytea",
    "phone_index": "bytea",
} | {name: keep.kind for name, keep in KEPT.items()}
# The planner asks about these alone; of the others every word and trait would be counted.
_PLANNED = ("row", "nik_index", "said", "phone_index", "name_key")

_LINES: Mapping[str, str] = {
    "import_id": "int8",
    "row": "int8",
    "rejected": "bool",
    "nik_index": "bytea",
    "said": "bytea",
    "line": "bytea",
}


def stage_roster(
    session: Session, reading: Reading[RosterRow], version: int, months: int | None, *, now: dt.datetime
) -> None:
    """The accepted rows, sealed, in the temporary table `staged_roster`; every row, sealed, under its version."""
    assert reading.table is not None
    flags = reading.flags()
    begin_stage(session, "staged_roster", _STAGED)
    for rows, said in _together(reading.table, cast("RosterRows", reading.accepted)):
        keys = keys_for(session, said["nik"], now=now)
        people = [keys[nik] for nik in said["nik"]]
        written = _written(said)
        lines = _lines(reading.table, rows, said, written, people)
        sealed = lines.pop("sealed")
        staged = _staged(said, written, people, flags, months) | sealed
        copy_columns(session, "staged_roster", {name: (kind, staged[name]) for name, kind in _STAGED.items()})
        lines["import_id"] = [version] * len(rows)
        copy_columns(session, "import_line", {name: (kind, lines[name]) for name, kind in _LINES.items()})
    end_stage(session, "staged_roster", _PLANNED)


def _together(table: Table, accepted: RosterRows) -> Iterator[tuple[list[Told], Said]]:
    """Some thousand rows of the file at a time, and what was read of those among them that can be used."""
    coming = accepted.parts()
    taken = next(coming, None)
    rows: list[Told] = []
    said: Said = {name: [] for name in _FIELDS}
    for _, more in table.rows.parts():
        rows += more
        if taken is not None and taken["row"][0] <= more[-1][0]:
            for name, column in taken.items():
                said[name] += column
            taken = next(coming, None)
        if len(rows) >= _AT_ONCE:
            yield rows, said
            rows, said = [], {name: [] for name in _FIELDS}
    if rows:
        yield rows, said


def _written(said: Said) -> Mapping[str, Sequence[str | None]]:
    """Every field as text; nothing where it is left open."""
    number = {None: None} | {one: str(one) for name in ("decile", "months", "birth_year") for one in set(said[name])}
    day = {born: born and born.isoformat() for born in set(said["birth_date"])}
    return said | {
        "birth_date": [day[one] for one in said["birth_date"]],
        "birth_year": [number[one] for one in said["birth_year"]],
        "decile": [number[one] for one in said["decile"]],
        "months": [number[one] for one in said["months"]],
        "cleared": [",".join(sorted(names)) for names in said["cleared"]],
    }


def _rows(names: Sequence[str], written: Mapping[str, Sequence[str | None]]) -> Iterator[Sequence[str | None]]:
    return zip(*(written[name] for name in names), strict=True)


def _lines(
    table: Table,
    rows: Sequence[Told],
    said: Said,
    written: Mapping[str, Sequence[str | None]],
    people: Sequence[Keyed],
) -> dict[str, Any]:
    """Every row as it came and as it was read, sealed; and, sealed with the same keys, what the worker's row keeps."""
    taken = set(said["row"])
    cells = [table.kept_json(row[2]) for row in rows]
    read = list(map(json_by(_SAID), _rows(_SAID, written)))
    whole = iter(
        zip(
            (f'{{"cells":{one},"read":{as_read}}}' for one, as_read in zip(_of(cells, rows, taken), read, strict=True)),
            *(written[name] for name in _SEALED),
            strict=True,
        )
    )
    purposes = [LABEL.encode(), *(label.encode() for label in _SEALED.values())]
    boxes = [one.cipher.seal_all(texts, purposes) for one, texts in zip(people, whole, strict=True)]
    sealed = list(zip(*boxes, strict=True)) or [()] * len(purposes)
    lines = dict(zip(said["row"], sealed[0], strict=True))
    hashes = dict(zip(said["row"], map(hash_of_json, read), strict=True))
    indexes = dict(zip(said["row"], (one.index for one in people), strict=True))
    numbers = [row[0] for row in rows]
    refused = {
        row: seal(f'{{"cells":{one}}}', LABEL) for row, one in zip(numbers, cells, strict=True) if row not in taken
    }
    return {
        "row": numbers,
        "rejected": [row not in taken for row in numbers],
        "nik_index": [indexes.get(row) for row in numbers],
        "said": [hashes.get(row) for row in numbers],
        "line": [lines.get(row) or refused[row] for row in numbers],
        "sealed": dict(zip(_SEALED, sealed[1:], strict=True)),
    }


def _of(cells: Sequence[str], rows: Sequence[Told], taken: set[int]) -> Iterator[str]:
    return (one for one, row in zip(cells, rows, strict=True) if row[0] in taken)


def _staged(
    said: Said,
    written: Mapping[str, Sequence[str | None]],
    people: Sequence[Keyed],
    flags: Mapping[int, Sequence[str]],
    months: int | None,
) -> dict[str, Sequence[Any]]:
    """The columns of the staged table, but for those that are sealed for the person."""
    places = zip(said["kelurahan_code"], said["rw"], said["rt"], strict=True)
    seen = map(Seen, said["nik"], said["name_key"], said["birth_date"], said["phone"], places)
    plain = {name: [keep.write(one) for one in said[name]] for name, keep in KEPT.items() if not keep.label}
    return plain | {
        "row": said["row"],
        "nik_index": [one.index for one in people],
        "months": [months or one or A_YEAR for one in said["months"]],
        "flags": [flags.get(row, ()) for row in said["row"]],
        "cleared": said["cleared"],
        "said": list(map(hash_of_json, map(json_by(_OF_THE_WORKER), _rows(_OF_THE_WORKER, written)))),
        "traits": traits_of_each(seen),
        "phone": seal_each(said["phone"], "phone.number"),
        "phone_index": blind_indexes(said["phone"], "phone"),
    }
