"""What is hashed of a row: the vector, and that the database and Python write the same bytes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from verify_service.record.canonical import AUDIT, SOURCES, Kind, canonical
from verify_service.record.merkle import leaf_hash

_TYPES = {
    Kind.NUMBER: "bigint",
    Kind.TEXT: "text",
    Kind.FLAG: "boolean",
    Kind.MOMENT: "timestamptz",
    Kind.DAY: "date",
    Kind.WEEK: "timestamptz",
    Kind.JSON: "jsonb",
    Kind.BYTES: "bytea",
}
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
_FIRST, _LAST = dt.datetime(1, 1, 9), dt.datetime(9999, 12, 30)  # noqa: DTZ001  # made aware below
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: st.integers(-(2**63), 2**63 - 1),
    Kind.TEXT: _TEXT,
    Kind.FLAG: st.booleans(),
    Kind.MOMENT: st.datetimes(_FIRST, _LAST, timezones=st.just(dt.UTC)),
    Kind.DAY: st.dates(),
    Kind.WEEK: st.datetimes(_FIRST, _LAST, timezones=st.just(dt.UTC)),
    Kind.JSON: st.dictionaries(_TEXT, st.integers() | _TEXT | st.booleans() | st.none(), max_size=3).map(json.dumps),
    Kind.BYTES: st.binary(max_size=40),
}


def test_an_entry_is_the_vectors() -> None:
    said = {
        "at": "2026-11-28T02:03:04.000005Z",
        "rupiah": 16800,
        "t": "answer",
        "v": 1,
        "who": "c:00000000",
        "why": None,
    }
    assert canonical(said) == (
        b'{"at":"2026-11-28T02:03:04.000005Z","rupiah":16800,"t":"answer","v":1,"who":"c:00000000","why":null}'
    )
    assert leaf_hash(canonical(said)).hex() == "1830f07e017a479fd2ffba199f29897fcf1ade337de0a9c10b51290b027c0e85"


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_database_writes_an_entry_as_python_does(db: Any, data: st.DataObject) -> None:
    db.execute("SET TIME ZONE 'Asia/Jakarta'")
    for source in SOURCES:
        given_ = {
            name: data.draw(_VALUES[kind] if name == "id" else st.none() | _VALUES[kind])
            for name, kind in source.fields.items()
        }
        row = ", ".join(f'%s::{_TYPES[kind]} AS "{name}"' for name, kind in source.fields.items())
        read = {name: f'"{name}"::text' if kind is Kind.JSON else f'"{name}"' for name, kind in source.fields.items()}
        written, *held = db.execute(
            f"SELECT {source.sql('held').replace('%', '%%')}, {', '.join(read.values())} FROM (SELECT {row}) held",
            list(given_.values()),
        ).fetchone()
        assert written.encode() == source.entry(dict(zip(read, held, strict=True)))
        json.loads(written)


def test_whatever_is_changed_in_a_row_changes_its_entry(db: Any) -> None:
    text = f"SELECT {AUDIT.sql('held')} FROM (SELECT %s::bigint id, %s::timestamptz at, %s actor, %s action,"
    text += " %s object, %s::jsonb detail) held"
    sound = (1, "2026-01-01T00:00:00Z", "a", "b", "c", "{}")
    changed = [
        (2, *sound[1:]),
        (1, "2026-01-01T00:00:00.000001Z", *sound[2:]),
        (1, "2026-01-01T00:00:00Z BC", *sound[2:]),
        (1, "infinity", *sound[2:]),
        (1, "-infinity", *sound[2:]),
        (1, "12026-01-01T00:00:00Z", *sound[2:]),
        (*sound[:2], "A", *sound[3:]),
        (*sound[:2], "\u00e9", *sound[3:]),
        (*sound[:2], "e\u0301", *sound[3:]),
        (*sound[:2], None, *sound[3:]),
        (*sound[:2], "null", *sound[3:]),
        (*sound[:5], '{"n": 0.1}'),
        (*sound[:5], '{"n": 0.10}'),
        (*sound[:5], '{"n": 0.1000000000000000000000000001}'),
        (*sound[:5], '{"n": "0.1"}'),
    ]
    entries = {db.execute(text, row).fetchone()[0] for row in (sound, *changed)}
    assert len(entries) == len(changed) + 1
