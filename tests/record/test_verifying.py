"""Whatever a superuser does to a sealed record is found, and where."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest

from tests.record.log import BEGUN, Superuser, grow, sealed, verified, write
from verify_service.ground.database import transaction
from verify_service.record.findings import Altered
from verify_service.record.heads import keep_heads, read_outside
from verify_service.record.keys import verifier_keys

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _record(record: Any) -> None:
    """Each of these on a record of its own."""


def test_two_hundred_random_edits_are_each_found_and_located(db: Any) -> None:
    grow(db, 500, 7)
    assert not verified().findings
    superuser = Superuser(db, random.Random(15))
    for nth in range(200):
        done, concerned = superuser.alters()
        told = verified()
        assert set(told.entries) == concerned, (nth, done)
        kinds = {finding.altered for finding in told.findings}
        expected = {"edit": "edited", "insert": "inserted", "swap": "swapped"}.get(done, "deleted")
        assert kinds == {Altered(expected)}, (nth, done)
        superuser.undoes(concerned)
    assert not verified().findings


def test_a_leaf_that_was_altered_is_told_from_a_row_that_was(db: Any) -> None:
    grow(db, 500, 5)
    db.execute("UPDATE record_leaves SET leaves = overlay(leaves PLACING sha256('x') FROM 33) WHERE first = 0")
    (finding,) = verified().findings
    assert (finding.altered, finding.first, finding.last) == (Altered.LEAF, 1, 1)
    assert len(finding.entries) == 1


def test_row_and_leaf_altered_together_are_located_between_two_heads(db: Any) -> None:
    grow(db, 500, 5)
    db.execute("UPDATE audit SET actor = 'officer:99' WHERE id = 100")
    _place_anew(db, "audit", 100)
    (finding,) = verified().findings
    assert finding.altered is Altered.RESEALED
    assert (finding.first, finding.last) == (100, 199)
    assert "audit:100" in finding.entries
    assert len(finding.entries) == 100


def _place_anew(db: Any, table: str, number: int) -> None:
    """The leaf of a row put in the place of the one that is kept."""
    from verify_service.record.canonical import BY_VERSION
    from verify_service.record.merkle import leaf_hash

    entry = BY_VERSION[table, 1].sql("held")
    (written,) = db.execute(f"SELECT {entry} FROM {table} held WHERE id = {number}").fetchone()
    db.execute(
        "UPDATE record_leaves SET leaves = overlay(leaves PLACING %s FROM (array_position(ids, %s) - 1)::int * 32 + 1)"
        " WHERE source = %s AND %s = ANY(ids)",
        [leaf_hash(written.encode()), number, table, number],
    )


def test_leaves_that_are_cut_off_are_missed(db: Any) -> None:
    grow(db, 500, 5)
    db.execute("DELETE FROM record_leaves WHERE first >= 400")
    told = verified()
    assert [finding.altered for finding in told.findings] == [Altered.TRUNCATED, Altered.INSERTED, Altered.INSERTED]
    assert (told.findings[0].first, told.findings[0].last) == (400, 499)
    assert len(told.entries) == 100, "rows that have no leaf any more"


def test_leaves_that_are_gone_from_the_middle_are_missed(db: Any) -> None:
    grow(db, 500, 5)
    db.execute("DELETE FROM record_leaves WHERE first = 100")
    told = verified()
    assert (told.findings[0].altered, told.findings[0].first, told.findings[0].last) == (Altered.TRUNCATED, 100, 166)
    assert len(told.entries) == 67


def test_heads_that_are_altered_or_gone_are_missed(db: Any) -> None:
    grow(db, 500, 5)
    db.execute("UPDATE record_head SET note = replace(note, E'\\n200\\n', E'\\n201\\n') WHERE size = 200")
    (finding,) = verified().findings
    assert (finding.altered, "200 leaves" in finding.told) == (Altered.HEAD, True)
    db.execute("DELETE FROM record_head WHERE size >= 200")
    (finding,) = verified().findings
    assert (finding.altered, finding.first, finding.last) == (Altered.HEAD, 100, 499)


def test_what_waits_for_the_next_seal_is_no_finding(db: Any) -> None:
    at = grow(db, 30, 2)
    write(db, 3, at + HOUR)
    told = verified()
    assert (told.findings, told.late) == ((), ())
    assert told.waiting == ("audit:21", "audit:22", "evidence:11")
    sealed(at + 2 * HOUR)
    assert verified().waiting == ()


def test_a_row_of_long_ago_is_told_of_even_when_it_was_sealed_since(db: Any) -> None:
    at = grow(db, 30, 2)
    write(db, 3, BEGUN + dt.timedelta(minutes=1))
    assert {finding.altered for finding in verified().findings} == {Altered.INSERTED}
    sealed(at + HOUR)
    told = verified()
    assert (told.findings, told.late) == ((), ("audit:21", "audit:22", "evidence:11"))


def test_whatever_is_put_into_the_records_own_tables_is_a_finding(db: Any) -> None:
    grow(db, 500, 5)
    with transaction() as session:
        path = keep_heads(session)
    assert path is not None
    kept = read_outside(path, verifier_keys())
    last = "first = (SELECT max(first) FROM record_leaves)"
    for alteration in (
        f"UPDATE record_leaves SET ids[1] = NULL WHERE {last}",
        f"UPDATE record_leaves SET ids = '{{}}' WHERE {last}",
        f"UPDATE record_leaves SET ids = ids || 17 WHERE {last}",
        f"UPDATE record_leaves SET leaves = leaves || 'x'::bytea WHERE {last}",
        f"UPDATE record_leaves SET leaves = '' WHERE {last}",
        f"UPDATE record_leaves SET source = 'worker' WHERE {last}",
        f"UPDATE record_leaves SET version = 7 WHERE {last}",
        f"UPDATE record_leaves SET first = first + 1000000000000 WHERE {last}",
        "UPDATE record_leaves SET first = -1 WHERE first = 0",
        "UPDATE record_leaves SET ids[1] = ids[2], ids[2] = ids[1] WHERE first = 0",
        "INSERT INTO record_leaves SELECT 500, source, 1, ids, leaves, highest FROM record_leaves WHERE first = 0",
        "INSERT INTO record_leaves SELECT 1, source, 1, ids, leaves, highest FROM record_leaves WHERE first = 0",
        "UPDATE record_head SET peaks = '' WHERE size = 300",
        "UPDATE record_head SET note = '' WHERE size = 300",
        "UPDATE record_head SET size = -300 WHERE size = 300",
        "UPDATE record_head SET root = sha256('x') WHERE size = 300",
        "UPDATE record_head SET note = (SELECT note FROM record_head WHERE size = 200) WHERE size = 300",
        "DELETE FROM record_head WHERE size = 500",
        "DELETE FROM record_leaves",
        "TRUNCATE record_head, record_leaves",
        "TRUNCATE audit",
    ):
        db.execute("CREATE TEMP TABLE heads AS TABLE record_head; CREATE TEMP TABLE leaves AS TABLE record_leaves")
        db.execute("CREATE TEMP TABLE trail AS TABLE audit")
        db.execute(alteration)
        assert verified(kept).findings, alteration
        db.execute("TRUNCATE record_head, record_leaves, audit CASCADE")
        db.execute("INSERT INTO record_head TABLE heads; INSERT INTO record_leaves TABLE leaves")
        db.execute("INSERT INTO audit OVERRIDING SYSTEM VALUE TABLE trail; DROP TABLE heads, leaves, trail")
    assert not verified().findings


def test_a_record_that_was_cut_back_is_missed_by_a_head_from_outside(db: Any, record: Path) -> None:
    grow(db, 500, 5)
    with transaction() as session:
        kept = keep_heads(session)
    assert kept is not None
    for table in ("audit", "evidence"):
        later = "SELECT unnest(ids) FROM record_leaves WHERE source = %s AND first >= 300"
        db.execute(f"DELETE FROM {table} WHERE id IN ({later})", [table])
    db.execute("DELETE FROM record_leaves WHERE first >= 300; DELETE FROM record_head WHERE size > 300")
    assert not verified().findings, "the database agrees with itself"
    (finding,) = verified(read_outside(kept, verifier_keys())).findings
    assert (finding.altered, finding.first, finding.last) == (Altered.TRUNCATED, 300, 499)
