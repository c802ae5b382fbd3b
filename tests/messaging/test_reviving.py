"""What ended without having been refused goes out after all, once an operator says so, to whoever still wants it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.messaging.texts import all_sent, queued
from tests.people import NOW, a_phone, a_worker
from verify_service.ground.database import transaction
from verify_service.messaging import reviving
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.outbox import Purpose
from verify_service.messaging.reviving import Revivable

NUMBER = "+6281234567890"
DAY = dt.timedelta(days=1)
LATER = NOW + 8 * DAY


def ended(db: Any, state: str, *, purpose: Purpose = Purpose.REPLY, number: str = NUMBER, **more: Any) -> int:
    text = queued(a_phone(db, number), purpose=purpose, body=f"Kata {purpose.value} {state}.", **more)
    db.execute("UPDATE outbox SET state = %s, reason = 'so', errors = 3 WHERE id = %s", [state, text])
    return int(text or 0)


def revive(**how: Any) -> Revivable:
    with transaction() as session:
        return reviving.revive(session, by="command line", now=LATER, **how)


def states(db: Any) -> list[str]:
    return [state for (state,) in db.execute("SELECT state FROM outbox ORDER BY id").fetchall()]


def test_a_text_given_up_goes_out_and_has_as_long_as_a_new_one(db: Any) -> None:
    ended(db, "failed")
    assert revive() == Revivable(failed=1, stale=0)
    assert db.execute("SELECT state, errors, due_at, stale_at FROM outbox").fetchone() == (
        "waiting", 0, LATER, LATER + 7 * DAY,
    )  # fmt: skip
    all_sent(Console(), now=LATER)
    assert states(db) == ["accepted"]
    assert db.execute("SELECT actor, action, object, detail FROM audit WHERE action = 'texts revived'").fetchall() == [
        ("command line", "texts revived", "outbox", {"failed": 1, "stale": 0, "since": None}),
    ]  # fmt: skip


def test_what_grew_too_old_is_taken_up_only_when_that_is_said(db: Any) -> None:
    ended(db, "stale")
    assert revive() == Revivable(0, 0)
    assert revive(stale=True) == Revivable(0, 1)
    assert states(db) == ["waiting"]
    assert revive(stale=True) == Revivable(0, 0)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'texts revived'").fetchone() == (1,)


def test_what_was_refused_sent_cancelled_or_perhaps_sent_stays_as_it_is(db: Any) -> None:
    for state in ("refused", "accepted", "cancelled", "unknown", "sending", "waiting"):
        ended(db, state)
    before = states(db)
    assert revive(stale=True) == Revivable(0, 0)
    assert states(db) == before


def test_a_code_is_never_sent_again_and_words_let_go_of_cannot_be(db: Any) -> None:
    ended(db, "failed", purpose=Purpose.CODE)
    ended(db, "failed")
    db.execute("UPDATE outbox SET body = NULL WHERE purpose = 'reply'")
    assert revive(stale=True) == Revivable(0, 0)


def test_nobody_is_asked_twice(db: Any) -> None:
    someone = a_worker(db)
    for state in ("failed", "failed", "accepted"):
        ended(db, state, purpose=Purpose.QUESTION, worker_id=someone.worker)
    assert revive() == Revivable(0, 0)
    db.execute("UPDATE outbox SET state = 'refused' WHERE state = 'accepted'")
    assert revive() == Revivable(1, 0)
    assert states(db) == ["failed", "waiting", "refused"]


def test_only_what_was_written_since_a_day_is_taken_up(db: Any) -> None:
    ended(db, "failed", now=NOW - 3 * DAY)
    ended(db, "failed", now=NOW)
    with transaction() as session:
        assert reviving.count(session, since=NOW - DAY) == Revivable(1, 0)
    assert revive(since=NOW - DAY) == Revivable(1, 0)
    assert states(db) == ["failed", "waiting"]


def test_who_said_stop_meanwhile_gets_none(db: Any) -> None:
    ended(db, "failed", purpose=Purpose.REMINDER)
    with transaction() as session:
        stop_phone(session, a_phone(db, NUMBER), NOW)
    revive()
    all_sent(Console(), now=LATER)
    assert db.execute("SELECT state, reason FROM outbox").fetchall() == [("cancelled", "stopped")]


def test_what_we_start_waits_for_the_morning_and_counts_its_days_from_there(db: Any, office_hours: None) -> None:
    ended(db, "failed", purpose=Purpose.REMINDER)
    night = dt.datetime(2026, 12, 1, 15, 0, tzinfo=dt.UTC)  # ten in the evening
    with transaction() as session:
        reviving.revive(session, by="officer:1", now=night)
    all_sent(Console(), now=night)
    morning = dt.datetime(2026, 12, 2, 1, 0, tzinfo=dt.UTC)
    assert db.execute("SELECT state, due_at, stale_at FROM outbox").fetchone() == (
        "waiting",
        morning,
        morning + 7 * DAY,
    )
