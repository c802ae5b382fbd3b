"""Workers have several numbers: who may answer, whose answer holds, and where we write."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from tests.handset import Handset
from tests.people import NOW, a_phone, a_worker, link
from tests.serving import new_client
from verify_service.conversations.asked_group import Whom, keep_group
from verify_service.ground.database import transaction
from verify_service.ground.tables import Ask, AskPerson
from verify_service.verification.reconciliation import reconcile_batch

OLD, NEW, THIRD = "+6281234567890", "+6281299990000", "+6281288880000"
LATER = NOW + dt.timedelta(hours=1)


def reconciled(db: Any) -> str:
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=NOW)
    return str(db.execute("SELECT worker FROM verdict").fetchone()[0])


def test_either_number_may_answer_and_the_newest_answer_holds(db: Any) -> None:
    someone = a_worker(db)
    link(db, NEW, someone.worker)
    client = new_client()
    for number, keys, says in ((OLD, "11", "confirms"), (NEW, "12", "wrong_data"), (OLD, "11", "confirms")):
        handset = Handset(client, number)
        handset.dial()
        handset.press(keys)
        db.execute("UPDATE conversation SET ended_at = now(), ended_how = 'test' WHERE ended_at IS NULL")
        last = db.execute("SELECT statement FROM evidence ORDER BY id DESC LIMIT 1").fetchone()
        assert last == (says,), handset.screen
        assert reconciled(db) == says
    assert db.execute("SELECT count(DISTINCT phone_id) FROM evidence").fetchone() == (2,)


def test_a_worker_with_two_numbers_is_asked_once_on_the_newer_one_that_wants_questions(db: Any) -> None:
    someone = a_worker(db)
    link(db, NEW, someone.worker)
    db.execute("UPDATE phone_link SET linked_at = linked_at + id * interval '1 day'")

    def on() -> list[int]:
        with transaction() as session:
            ask = Ask(question="text", whom={}, state="asking", made_at=NOW, made_by="test", people=1, rupiah=0)
            session.add(ask)
            session.flush()
            keep_group(session, Whom(), ask.id, now=NOW)
            kept = select(AskPerson.phone_id).where(AskPerson.ask_id == ask.id, AskPerson.outcome.is_(None))
            phones = [phone for phone in session.scalars(kept) if phone is not None]
            session.rollback()
            return phones

    assert on() == [a_phone(db, NEW)]
    db.execute("UPDATE phone SET stopped_at = now() WHERE id = %s", [a_phone(db, NEW)])
    assert on() == [a_phone(db, OLD)]
    db.execute("UPDATE phone SET refused_at = now() WHERE id = %s", [a_phone(db, OLD)])
    assert on() == []
