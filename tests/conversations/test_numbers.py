"""Numbers change and workers have several: who may answer, whose answer holds, and where we write."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.texts import one_batch
from tests.conversations.test_texts import kept
from tests.handset import Handset
from tests.people import NOW, Someone, a_phone, a_worker, link
from tests.serving import new_client
from verify_service.conversations.asking import ask_phone, find_silent
from verify_service.conversations.numbers import NumberChange, change_number
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.gateways import gateway
from verify_service.messaging.outbox import Purpose, queue_text
from verify_service.messaging.sending import claim
from verify_service.verification.reconciliation import reconcile_batch

OLD, NEW, THIRD = "+6281234567890", "+6281299990000", "+6281288880000"
LATER = NOW + dt.timedelta(hours=1)


def changes(
    someone: Someone, new: str = NEW, old: str | None = OLD, why: int = 7, now: dt.datetime = LATER
) -> NumberChange:
    with transaction() as session:
        before = Phone(old) if old else None
        return change_number(session, someone.worker, Phone(new), old_phone=before, why=why, actor="officer:1", now=now)


def asked(number: str = OLD) -> str | None:
    with transaction() as session:
        return ask_phone(session, Phone(number), now=NOW)


def texts(db: Any) -> list[tuple[str, str | None]]:
    return list(db.execute("SELECT state, reason FROM outbox ORDER BY id").fetchall())


# --- changed by a case ---


def test_the_new_number_answers_and_the_old_one_no_longer_does(db: Any) -> None:
    someone = a_worker(db)
    assert changes(someone) == NumberChange(linked=True, unlinked=True)
    db.execute("UPDATE phone SET language = 'id', noticed_at = now()")
    client = new_client()
    seen = {}
    for number in (NEW, OLD):
        handset = Handset(client, number)
        handset.dial()
        seen[number] = handset.send("1")
    assert "Sulistiaw" in seen[NEW]
    assert "NIK" in seen[OLD]  # asked for like anybody's
    assert "Sulistiaw" not in seen[OLD]
    held = db.execute("SELECT how, unlinked_why FROM phone_link ORDER BY id").fetchall()
    assert held == [("roster", "case"), ("case", None)]
    trail = db.execute("SELECT actor, object, detail FROM audit WHERE action = 'number changed'").fetchall()
    old, new = (a_phone(db, number) for number in (OLD, NEW))
    assert trail == [
        (
            "officer:1",
            f"worker:{someone.worker}",
            {"grievance": 7, "phone": new, "old_phone": old, "linked": True, "unlinked": True},
        )
    ]


def test_what_waits_for_the_old_phone_about_this_worker_is_not_sent(db: Any) -> None:
    someone = a_worker(db)
    other = a_worker(db, nik="3275011501900002", name="Budi Dua", row=3)  # of the same family
    with transaction() as session:
        for about in (someone, other, None):
            queue_text(
                session,
                phone_id=a_phone(db, OLD),
                worker_id=about and about.worker,
                screen="s8.news",
                body=f"Kabar {about}",
                purpose=Purpose.WARNING,
                cause=f"test:{about}",
                now=NOW,
            )
    changes(someone)
    assert texts(db) == [("cancelled", "number changed"), ("waiting", None), ("waiting", None)]
    with transaction() as session:
        claimed = claim(session, gateway().capabilities, now=LATER)
    assert len(claimed.texts) == 2


def test_an_open_question_is_closed_and_an_answer_to_it_counts_for_nobody(db: Any) -> None:
    someone = a_worker(db)
    assert asked() is None
    db.execute("UPDATE outbox SET state = 'accepted', sent_at = %s", [NOW])
    changes(someone)
    assert db.execute("SELECT ended_how FROM conversation").fetchall() == [("number changed",)]
    kept("YA", OLD, at=LATER + dt.timedelta(minutes=1))
    one_batch()
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)
    assert asked(NEW) is None


def test_a_talk_that_is_going_on_does_not_show_or_take_anything_more(db: Any) -> None:
    someone = a_worker(db)
    handset = Handset(new_client(), OLD)
    handset.dial()
    handset.send("1")
    changes(someone)
    handset.send("1")
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_without_an_old_number_both_stay_and_twice_is_once(db: Any) -> None:
    someone = a_worker(db)
    assert changes(someone, old=None) == NumberChange(linked=True, unlinked=False)
    assert changes(someone, old=None) == NumberChange(linked=False, unlinked=False)
    assert changes(someone, old=THIRD) == NumberChange(linked=False, unlinked=False)  # nobody's
    assert db.execute("SELECT count(*) FROM phone_link WHERE unlinked_at IS NULL").fetchone() == (2,)


def test_a_number_given_back_by_another_case_is_linked_again(db: Any) -> None:
    someone = a_worker(db)
    changes(someone)
    assert changes(someone, new=OLD, old=NEW, why=8) == NumberChange(linked=True, unlinked=True)


def test_the_same_number_is_no_change(db: Any) -> None:
    someone = a_worker(db)
    with pytest.raises(ValueError, match="the old one"):
        changes(someone, new=OLD)


# --- several numbers ---


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
            return [silent.phone for silent in find_silent(session, kelurahan=None, most=None, now=NOW)]

    assert on() == [a_phone(db, NEW)]
    db.execute("UPDATE phone SET stopped_at = now() WHERE id = %s", [a_phone(db, NEW)])
    assert on() == [a_phone(db, OLD)]
    db.execute("UPDATE phone SET refused_at = now() WHERE id = %s", [a_phone(db, OLD)])
    assert on() == []
