"""What is in the record beside trail and evidence, what is left when people are forgotten, and who is in it by week."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.cli.test_commands import document
from tests.people import a_cipher
from tests.record.log import BEGUN, sealed, verified
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.database import transaction
from verify_service.record.findings import Altered
from verify_service.retention import forget_closed_reports

NIK = "3275014107800001"
LATER = BEGUN + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _record(record: Any, db: Any) -> Any:
    """Each of these on a record of its own; rows are written without what they lead to."""
    db.execute("SET session_replication_role = replica")
    yield
    db.execute("RESET session_replication_role")


def a_report(db: Any, identity: str = "normal", closed: dt.datetime | None = None) -> int:
    (report,) = db.execute(
        """INSERT INTO grievance (id, number, category, identity, restricted, origin, channel, inbound, opened_at,
                                  verify_by, due_on, closed_at, state)
           VALUES ((random() * 1e15)::bigint, gen_random_uuid(), 'payment', %s, false, 'report', 'ussd',
                   gen_random_uuid()::text::bytea, %s, '2026-11-02', '2026-11-09', %s, 'received') RETURNING id""",
        [identity, BEGUN, closed],
    ).fetchone()
    return int(report)


def said(db: Any, report: int, words: str | None, at: dt.datetime = BEGUN) -> int:
    (event,) = db.execute(
        """INSERT INTO grievance_event (id, grievance_id, at, seq, kind, by, channel, words)
           VALUES ((random() * 1e15)::bigint, %s, %s, (SELECT count(*) FROM grievance_event), 'heard', 'reporter',
                   'sms', %s) RETURNING id""",
        [report, at, words and seal(words, "grievance_event.words")],
    ).fetchone()
    return int(event)


def one_of_each(db: Any) -> dict[str, int]:
    """A row of each table, with the words that may be in it."""
    note = a_cipher(db, NIK).seal("Bu Sri pindah", "discrepancy_answer.note")
    made = {
        "decision": (
            "proposal_id, step, says, reason, note, officer_id, at",
            (1, "first", "refuse", "covered", seal("kata-kata", "decision.note"), 1, BEGUN),
        ),
        "discrepancy_answer": (
            "discrepancy_id, stood_since, enrolment_id, period, verdict, owner, answer, note, by, answered_at, how",
            (1, BEGUN, 1, "2026-10-01", "v", "kelurahan", "moved", note, "officer:1", BEGUN, "file"),
        ),
        "knowledge_answer": (
            "phone_id, answer, correct, again, words_version, language, channel, inbound, answered_at",
            (1, "accident", True, False, "w1", "id", "ussd", "conversation:1:1", BEGUN),
        ),
        "file_import": (
            "kind, filename, sha256, imported_at, actor, rows, accepted, flagged, rejected, report",
            ("roster", "daftar.xlsx", b"x", BEGUN, "command line", 3, 3, 0, 0, '{"codes": {"nik": 1}}'),
        ),
    }
    rows = {}
    for table, (columns, values) in made.items():
        places = ", ".join(["%s"] * len(values))
        (rows[table],) = db.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id", values
        ).fetchone()
    return rows | {"grievance_event": said(db, a_report(db), "Diminta uang")}


def test_a_change_of_any_of_them_is_found(db: Any) -> None:
    rows = one_of_each(db)
    sealed(LATER)
    assert (verified().findings, verified().size) == ((), 5)
    changes = {
        "decision": ("says = 'accept'", "note = overlay(note PLACING '\\x00'::bytea FROM 20)"),
        "discrepancy_answer": ("answer = 'there'", "note = NULL"),
        "knowledge_answer": ("correct = false",),
        "file_import": ("accepted = 2", """report = '{"codes": {"nik": 2}}'"""),
        "grievance_event": ("by = 'officer:1'", "words = 'x'", "at = at + interval '1 hour'"),
    }
    for table, edits in changes.items():
        for edit in edits:
            with db.transaction():
                db.execute(f"CREATE TEMP TABLE before ON COMMIT PRESERVE ROWS AS TABLE {table}")
                db.execute(f"UPDATE {table} SET {edit}")
            (finding,) = verified().findings
            assert (finding.altered, finding.entries) == (Altered.EDITED, (f"{table}:{rows[table]}",)), edit
            db.execute(f"DELETE FROM {table}")
            (gone,) = verified().findings
            assert (gone.altered, gone.entries) == (Altered.DELETED, (f"{table}:{rows[table]}",))
            db.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE before; DROP TABLE before")
    assert not verified().findings


def test_an_import_can_be_undone_and_stays_the_one_that_was_sealed(db: Any) -> None:
    one_of_each(db)
    sealed(LATER)
    with transaction() as session:
        session.execute(text("UPDATE file_import SET undone_at = now(), undone_by = 'command line'"))
    assert not verified().findings


def test_forgetting_people_leaves_every_proof_valid(db: Any) -> None:
    rows = one_of_each(db)
    old = said(db, a_report(db, closed=dt.datetime(2019, 1, 1, tzinfo=dt.UTC)), "Saya Budi, RT 3")
    sealed(LATER)
    names = [*(f"{table}:{number}" for table, number in rows.items()), f"grievance_event:{old}"]
    before = {name: document("audit", "prove", name, "--json") for name in names}

    db.execute("UPDATE person_key SET wrapped = NULL WHERE nik_index = %s", [blind_index(NIK, "nik")])
    db.execute("RESET session_replication_role")
    with transaction() as session:
        assert forget_closed_reports(session, now=LATER + dt.timedelta(minutes=1)) == 1
    assert db.execute("SELECT words FROM grievance_event WHERE id = %s", [old]).fetchone() == (None,)
    assert not verified().findings
    sealed(LATER + dt.timedelta(hours=1))
    for name in names:
        proof = document("audit", "prove", name, "--json")
        assert (proof["entry"], proof["leaf_index"]) == (before[name]["entry"], before[name]["leaf_index"])
    assert "Budi" not in json.dumps(before)

    db.execute("UPDATE record_commitment SET hash = sha256('other') WHERE id = %s", [old])
    (finding,) = verified().findings
    assert finding.entries == (f"grievance_event:{old}",)


def test_reports_without_a_name_enter_with_their_week_in_no_order(db: Any) -> None:
    reports = [a_report(db, "anonymous") for _ in range(40)]
    monday = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    arrived = [
        said(db, report, "Minta uang", monday + dt.timedelta(days=nth // 8)) for nth, report in enumerate(reports)
    ]
    alone = said(db, a_report(db, "anonymous"), "Minta uang", monday - dt.timedelta(days=7))
    db.execute("UPDATE grievance_event SET at = at - interval '40 days'")
    this_week = said(db, a_report(db, "anonymous"), "Minta uang", dt.datetime.now(dt.UTC))
    sealed(LATER)
    (ids, leaves) = db.execute("SELECT ids, leaves FROM record_leaves").fetchone()
    assert set(ids) == {*arrived, alone}, "of a week that is over, and all together"
    assert this_week not in ids
    held = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert held == sorted(held), "by their own leaves, whatever came first"
    entries = [document("audit", "prove", f"anonymous_event:{number}", "--json")["entry"] for number in arrived]
    assert {json.loads(entry)["at"] for entry in entries} == {"2026-09-21"}
    assert not verified().findings
    db.execute("UPDATE grievance_event SET kind = 'other' WHERE id = %s", [arrived[3]])
    assert verified().entries == [f"anonymous_event:{arrived[3]}"]


def test_few_reports_without_a_name_wait_for_more(db: Any) -> None:
    for _ in range(4):
        said(db, a_report(db, "anonymous"), None, BEGUN - dt.timedelta(days=300))
    assert sealed(LATER) is None
    said(db, a_report(db, "anonymous"), None, BEGUN - dt.timedelta(days=200))
    head = sealed(LATER)
    assert head is not None
    assert head.size == 5
    assert not verified().findings
