"""Sealing: nothing is lost that came late, nobody seals twice, and what does not stand is not signed over."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.record.log import BEGUN, grow, sealed, verified, write
from verify_service.record.checkpoint import opened
from verify_service.record.keys import verifier_keys
from verify_service.record.sealing import SealRefused

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _record(record: Any) -> None:
    """Each of these on a record of its own."""


def test_what_was_written_is_sealed_once_and_stands(db: Any) -> None:
    assert sealed(BEGUN) is None, "nothing was written"
    write(db, 700)
    head = sealed(BEGUN + HOUR)
    assert head is not None
    assert (head.size, head.added) == (700, 700)
    signed = opened(head.note, verifier_keys())
    assert (signed.origin, signed.size, signed.root) == ("bekasikota.go.id/record", 700, head.root)
    assert sealed(BEGUN + HOUR) is None, "nothing new"
    write(db, 3, BEGUN + 2 * HOUR)
    later = sealed(BEGUN + 3 * HOUR)
    assert later is not None
    assert (later.size, later.added) == (703, 3)
    told = verified()
    assert (told.findings, told.size, told.root, told.heads) == ((), 703, later.root, 2)
    assert (told.waiting, told.late) == ((), ())


def test_turns_come_to_the_same_record(db: Any) -> None:
    write(db, 700)
    sizes = []
    while (head := sealed(BEGUN + HOUR, most=300)) is not None:
        sizes.append(head.size)
    assert (sizes[0], sizes[-1]) == (300, 700)
    told = verified()
    assert (told.findings, told.size, told.heads, told.waiting) == ((), 700, len(sizes), ())


def test_a_row_that_is_committed_late_is_not_lost(db: Any, owner_url: str) -> None:
    insert = "INSERT INTO audit (at, actor, action, object, detail) VALUES (%s, 'clock', 'x', 'y', '{}') RETURNING id"
    with psycopg.connect(owner_url) as slow:
        (first,) = slow.execute(insert, [BEGUN]).fetchone() or ()
        (second,) = db.execute(insert, [BEGUN]).fetchone()
        assert first < second
        head = sealed(BEGUN + HOUR)
        assert head is not None
        assert head.size == 1
        slow.commit()
    head = sealed(BEGUN + HOUR)
    assert head is not None
    assert head.size == 2
    assert db.execute("SELECT ids FROM record_leaves ORDER BY first").fetchall() == [([second],), ([first],)]
    assert not verified().findings


def test_one_that_comes_very_late_is_found_in_the_next_hour(db: Any) -> None:
    db.execute("SELECT setval('audit_id_seq', 50000)")
    write(db, 30)
    sealed(BEGUN + HOUR)
    db.execute(
        "INSERT INTO audit (id, at, actor, action, object, detail) OVERRIDING SYSTEM VALUE"
        " VALUES (1, %s, 'clock', 'x', 'y', '{}')",
        [BEGUN],
    )
    assert sealed(BEGUN + HOUR) is None, "only the recent ones are looked through"
    head = sealed(BEGUN + 2 * HOUR)
    assert head is not None
    assert head.size == 31
    told = verified()
    assert (told.findings, told.late) == ((), ("audit:1",))


def test_two_sealers_at_once_share_nothing(db: Any) -> None:
    write(db, 2_000)
    verified()  # four threads that use the pool first would make four of them
    with ThreadPoolExecutor(4) as pool:
        heads = [head for head in pool.map(sealed, [BEGUN + HOUR] * 4) if head]
    assert [(head.size, head.added) for head in heads] == [(2_000, 2_000)]
    (ids,) = db.execute("SELECT count(*) = count(DISTINCT (source, id)) FROM record_leaves, unnest(ids) id").fetchone()
    assert ids
    assert not verified().findings


def test_what_does_not_stand_is_not_signed_over(db: Any) -> None:
    grow(db, 600, 2)
    write(db, 3, BEGUN + 9 * HOUR)
    for alteration in (
        "UPDATE record_head SET peaks = overlay(peaks PLACING '\\x00'::bytea FROM 1) WHERE size = 600",
        "UPDATE record_head SET root = sha256('x'), note = replace(note, E'\\n600\\n', E'\\n601\\n') WHERE size = 600",
        "DELETE FROM record_head WHERE size = 600",
        "DELETE FROM record_head",
        "DELETE FROM record_leaves WHERE first = (SELECT max(first) FROM record_leaves)",
    ):
        with db.transaction(force_rollback=False) as _:
            db.execute("CREATE TEMP TABLE heads AS TABLE record_head; CREATE TEMP TABLE leaves AS TABLE record_leaves")
            db.execute(alteration)
        with pytest.raises(SealRefused, match=r"[Rr]un verify audit verify"):
            sealed(BEGUN + 10 * HOUR)
        db.execute("TRUNCATE record_head, record_leaves; INSERT INTO record_head TABLE heads;")
        db.execute("INSERT INTO record_leaves TABLE leaves; DROP TABLE heads, leaves")
    head = sealed(BEGUN + 10 * HOUR)
    assert head is not None
    assert head.size == 603


def test_the_services_own_role_cannot_change_the_record(db: Any) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import ProgrammingError

    from verify_service.ground.database import transaction

    grow(db, 6, 1)
    for table in ("record_leaves", "record_head", "audit", "evidence"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {table} = {table}"):
            statement = statement.replace(f"{table} = {table}", _column(table))
            with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
                session.execute(text(statement))


def _column(table: str) -> str:
    return {"record_leaves": "source = ''", "record_head": "note = ''", "audit": "actor = ''"}.get(table, "detail = ''")
