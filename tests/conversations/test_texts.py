"""What becomes of a text: which question it answers, in which order it counts, and what is tried again."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from psycopg.errors import DeadlockDetected
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from jobs import clock
from jobs.messages import one_batch
from tests.people import a_worker
from verify_service.conversations.asking import ask_phone
from verify_service.conversations.waiting_messages import NotHandled, handle_waiting, put_off
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.consent import phone_of, refuse_phone
from verify_service.messaging.gateways.contract import InboundSms
from verify_service.messaging.inbox import store_message

NUMBER = "+6281234567890"
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)  # in Jakarta
_ids = count(1)


def asks(now: dt.datetime = NOON, *, state: str = "accepted", unknowns: int = 0) -> str | None:
    """A question goes out to the phone, or comes to what is said; why it does not."""
    with transaction() as session:
        why_not = ask_phone(session, Phone(NUMBER), now=now)
    if why_not is None:
        becomes(state, unknowns, now)
    return why_not


def becomes(state: str, unknowns: int = 0, sent_at: dt.datetime | None = NOON) -> None:
    """What the sender made of the newest question."""
    reached = state in ("accepted", "unknown", "sending") or unknowns
    with transaction() as session:
        session.execute(
            sql(
                """UPDATE outbox SET state = :state, unknowns = :unknowns, sent_at = :sent_at, handed_at = :handed_at
                   WHERE id = (SELECT max(id) FROM outbox WHERE purpose = 'question')"""
            ),
            {"state": state, "unknowns": unknowns, "sent_at": sent_at, "handed_at": sent_at if reached else None},
        )


def writes(text: str, at: dt.datetime, *, written: dt.datetime | None = None) -> None:
    """The person's text reaches us at this moment, with the provider's time of it, and is handled."""
    kept(text, at=at, written=written)
    one_batch()
    handed_over(at)


def handed_over(at: dt.datetime, purpose: str = "reply") -> None:
    """What the sender does with prompts of a talk: they go at once."""
    with transaction() as session:
        session.execute(
            sql("UPDATE outbox SET handed_at = :at WHERE handed_at IS NULL AND purpose = :purpose"),
            {"at": at, "purpose": purpose},
        )


def kept(text: str, number: str = NUMBER, at: dt.datetime = NOON, written: dt.datetime | None = None) -> None:
    """A text is stored and waits."""
    sms = InboundSms(f"test-{next(_ids)}", Phone(number), number, "28282", text, written, "")
    with transaction() as session:
        store_message(session, "africastalking", sms, b"", now=at)


def after(**time: float) -> dt.datetime:
    return NOON + dt.timedelta(**time)


def said(db: Any) -> list[tuple[str, str]]:
    return list(db.execute("SELECT statement, detail FROM evidence ORDER BY id").fetchall())


def handled(db: Any) -> list[str | None]:
    return [kind for (kind,) in db.execute("SELECT handled_as FROM inbound_message ORDER BY id").fetchall()]


def questions(db: Any) -> list[tuple[str, str | None]]:
    return list(db.execute("SELECT state, reason FROM outbox WHERE purpose = 'question' ORDER BY id").fetchall())


# --- which question a text answers ---


def test_an_answer_counts_while_nobody_knows_whether_the_question_went_and_ends_its_repeat(db: Any) -> None:
    a_worker(db)
    asks(state="waiting", unknowns=1)
    writes("YA", after(minutes=3), written=after(minutes=2))
    assert said(db) == [("confirms", "")]
    assert questions(db) == [("cancelled", "answered")]
    writes("TIDAK", after(minutes=5))
    assert said(db)[1:] == [("denies", "")], "and may be corrected all the same"


def test_a_late_answer_counts_while_the_next_question_waits_for_the_morning(db: Any) -> None:
    a_worker(db)
    asks()
    assert asks(after(days=15), state="waiting") is None
    writes("YA", after(days=15, hours=1))
    assert said(db) == [("confirms", "late")]
    writes("TIDAK", after(days=15, hours=1, minutes=2))
    assert said(db)[1:] == [("denies", "late")]


def test_a_question_that_never_went_hides_no_answer_and_takes_none(db: Any) -> None:
    a_worker(db)
    asks(state="waiting")
    writes("YA", after(hours=1))
    assert handled(db) == ["keyword"], "told how to check"
    assert said(db) == []


def test_an_answer_belongs_to_what_was_handed_over_before_it_came_whatever_the_gateways_clock_says(db: Any) -> None:
    a_worker(db)
    kept("halo", "+6281200000008", at=after(minutes=-9), written=after(minutes=-9))  # the clock is known to be right
    asks()
    writes("YA", after(minutes=10), written=after(minutes=-5))
    assert handled(db) == ["triage", "answer"]


def test_a_providers_time_that_is_missing_or_ahead_of_ours_is_no_time(db: Any) -> None:
    a_worker(db)
    asks()
    writes("YA", after(minutes=10), written=after(days=400))
    writes("TIDAK", after(minutes=11), written=None)
    assert said(db) == [("confirms", ""), ("denies", "")]


def test_an_answer_to_the_first_of_two_sendings_counts(db: Any) -> None:
    a_worker(db)
    asks()
    becomes("accepted", unknowns=1, sent_at=after(minutes=10))
    writes("YA", after(minutes=12), written=after(minutes=4))
    assert said(db) == [("confirms", "")]


# --- a question that came to nothing ---


def test_a_question_that_never_reached_the_phone_makes_way_at_once(db: Any) -> None:
    a_worker(db)
    for day, state in enumerate(("failed", "stale", "refused", "cancelled", "accepted")):
        assert asks(after(days=day), state=state) is None, state
    assert asks(after(days=9)) is not None, "the last one can be answered"
    ended = db.execute("SELECT ended_how FROM conversation ORDER BY id").fetchall()
    assert ended == [("let go",)] * 4 + [(None,)]


def test_a_question_given_up_after_it_may_have_gone_is_waited_for(db: Any) -> None:
    a_worker(db)
    asks(state="failed", unknowns=1)
    assert asks(after(days=1)) is not None


# --- texts that overtake one another ---


def test_an_older_answer_that_arrives_later_takes_nothing_back(db: Any) -> None:
    a_worker(db)
    asks()
    writes("TIDAK", after(minutes=5), written=after(minutes=4))
    writes("YA", after(minutes=6), written=after(minutes=3))
    assert said(db) == [("denies", "")]
    assert handled(db) == ["answer", "keyword"]
    writes("YA", after(minutes=7), written=after(minutes=7))
    assert said(db)[1:] == [("confirms", "")]


def test_an_older_start_that_arrives_after_a_stop_is_not_answered(db: Any) -> None:
    a_worker(db)
    writes("STOP", after(minutes=5), written=after(minutes=4))
    writes("MULAI", after(minutes=6), written=after(minutes=3))
    assert db.execute("SELECT stopped_at FROM phone").fetchone() == (after(minutes=5),)
    assert db.execute("SELECT screen FROM outbox").fetchall() == [("g18.stopped",)]
    writes("MULAI", after(minutes=7), written=after(minutes=7))
    assert db.execute("SELECT stopped_at FROM phone").fetchone() == (None,)


def test_a_stop_with_a_date_gone_wrong_counts_from_when_it_came(db: Any) -> None:
    a_worker(db)
    writes("MULAI", after(minutes=1))
    writes("STOP", after(minutes=5), written=after(days=-4000))
    assert db.execute("SELECT stopped_at FROM phone").fetchone() == (after(minutes=5),)


# --- what cannot be handled ---


def spoilt(db: Any) -> None:
    """A text whose key is not there."""
    db.execute("UPDATE inbound_message SET body = '\\x6b3900'::bytea || body")


def test_a_text_that_cannot_be_read_is_tried_after_five_and_ten_minutes_and_then_set_aside(db: Any) -> None:
    a_worker(db)
    kept("STOP")
    spoilt(db)
    kept("CEK")
    waits: list[Any] = []
    for _ in range(4):
        one_batch()
        one_batch()  # too early for another try
        waits += db.execute(
            """SELECT tries, quarantined, round(extract(epoch FROM due_at - now()) / 60) FROM inbound_message
               WHERE id = 1"""
        ).fetchall()
        db.execute("UPDATE inbound_message SET due_at = now() WHERE id = 1")
    aside = "could not be handled (Unreadable)"
    assert [row[:2] for row in waits] == [(1, None), (2, None), (3, aside), (3, aside)]
    assert [row[2] for row in waits[:2]] == [5, 10]
    assert handled(db) == [None, "keyword"], "it holds nobody up"


def test_a_text_that_waits_for_its_next_try_is_not_due(db: Any) -> None:
    a_worker(db)
    kept("STOP")
    spoilt(db)
    assert queue.TEXTS in clock.tick()
    one_batch()
    assert queue.TEXTS not in clock.tick()
    db.execute("UPDATE inbound_message SET due_at = now() - interval '1 second'")
    assert queue.TEXTS in clock.tick()


def test_a_deadlock_is_no_try(db: Any) -> None:
    a_worker(db)
    kept("YA")
    with transaction() as session:
        fault = OperationalError("UPDATE", {}, DeadlockDetected())
        put_off(session, NotHandled(1, fault), now=NOON)
    assert db.execute("SELECT tries, due_at FROM inbound_message").fetchone() == (0, NOON + dt.timedelta(seconds=10))


def test_a_phone_whose_text_is_read_can_be_named_by_others(db: Any) -> None:
    a_worker(db)
    kept("CEK")
    with transaction() as session:
        handle_waiting(session, now=NOON)
        db.execute("SET lock_timeout = '2s'")
        db.execute(
            """INSERT INTO conversation (gateway, session, channel, phone_id, started_at, touched_at)
               SELECT 'africastalking', 'x', 'ussd', id, now(), now() FROM phone"""
        )


def test_a_phone_that_somebody_holds_is_passed_over_and_the_others_are_heard(db: Any) -> None:
    for place in range(2):
        a_worker(db, nik=f"327501150190000{place}", phone=f"+628120000000{place}", row=place + 2)
        kept("CEK", f"+628120000000{place}")
    with transaction() as held:
        held.execute(sql("UPDATE phone SET hops = 1 WHERE id = (SELECT min(id) FROM phone)"))
        assert one_batch().texts == 1
        assert handled(db) == [None, "keyword"]
    one_batch()
    assert handled(db) == ["keyword", "keyword"]


def test_two_workers_hear_different_phones(db: Any) -> None:
    for place in range(2):
        a_worker(db, nik=f"327501150190000{place}", phone=f"+628120000000{place}", row=place + 2)
        kept("CEK", f"+628120000000{place}")
    with transaction() as first, transaction() as second:
        assert handle_waiting(first, now=NOON, careful=True).texts == 1
        assert handle_waiting(second, now=NOON).texts == 1
    assert handled(db) == ["keyword", "keyword"]


def test_an_answer_taken_before_the_operators_refusal_counts_though_it_is_read_after_it(db: Any) -> None:
    for minutes, kind in ((5, "answer"), (7, "keyword")):
        db.execute("TRUNCATE phone, worker, enrolment, conversation, outbox, inbound_message, evidence, task CASCADE")
        a_worker(db, phone=NUMBER)
        asks()
        kept("YA", at=after(minutes=minutes))
        with transaction() as session:
            refuse_phone(session, phone_of(session, Phone(NUMBER), now=NOON), why="opt-out", now=after(minutes=6))
        one_batch()
        assert handled(db) == [kind]


def test_the_next_text_of_a_phone_waits_behind_one_that_a_full_disk_put_off(db: Any) -> None:
    a_worker(db)
    asks()
    kept("YA", at=after(minutes=1))
    with transaction() as session:
        (number,) = session.execute(sql("SELECT max(id) FROM inbound_message")).one()
        put_off(
            session, NotHandled(number, OperationalError("", {}, Exception("disk full"))), now=dt.datetime.now(dt.UTC)
        )
    kept("STOP", at=after(minutes=2))
    kept("CEK", number="+6281200000007", at=after(minutes=2))
    one_batch()
    assert handled(db) == [None, None, "keyword"]
    db.execute("UPDATE inbound_message SET due_at = now()")
    one_batch()
    assert handled(db) == ["answer", "stop", "keyword"]
