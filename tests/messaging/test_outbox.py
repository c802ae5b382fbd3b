"""A text is queued once for each cause, and what may not go says why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.messaging.texts import queued
from tests.people import NOW, a_phone, a_worker
from verify_service.ground.crypto import unseal
from verify_service.ground.settings import settings
from verify_service.messaging.outbox import TERMS, Purpose

NUMBER = "+6281234567890"
MINUTE = dt.timedelta(minutes=1)
OURS = [purpose for purpose in Purpose if TERMS[purpose].ours]
STOPPABLE = [purpose for purpose in Purpose if TERMS[purpose].stoppable]


def rows(db: Any, columns: str = "state, reason") -> list[Any]:
    return list(db.execute(f"SELECT {columns} FROM outbox ORDER BY id").fetchall())


def mark(db: Any, phone: int, column: str) -> None:
    db.execute(f"UPDATE phone SET {column} = %s WHERE id = %s", [NOW, phone])


def test_every_purpose_has_its_terms() -> None:
    assert set(TERMS) == set(Purpose)
    assert [str(purpose) for purpose in OURS] == ["invitation", "reminder", "question", "warning", "decision"]
    assert [str(purpose) for purpose in STOPPABLE] == ["invitation", "reminder", "question"]
    assert [str(purpose) for purpose in Purpose if not TERMS[purpose].repeatable] == ["code"]


def test_one_cause_gives_one_text(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    assert queued(phone, cause="message:17:reply") is not None
    assert queued(phone, cause="message:17:reply", body="Kata lain.") is None
    assert rows(db) == [("waiting", None)]


def test_the_words_are_sealed_and_the_number_is_not_kept(db: Any) -> None:
    queued(a_phone(db, NUMBER), body="Iuran dibayar.")
    (body,) = db.execute("SELECT body FROM outbox").fetchone()
    assert unseal(body, "outbox.body") == "Iuran dibayar."
    assert "81234567890" not in str(rows(db, "outbox::text"))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_nobody_on_the_no_texts_list_is_written_to(db: Any, purpose: Purpose) -> None:
    phone = a_phone(db, NUMBER)
    mark(db, phone, "refused_at")
    assert queued(phone, purpose=purpose) is None
    assert rows(db) == [("cancelled", "refused")]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_stop_ends_what_we_start_to_ask_and_nothing_else(db: Any, purpose: Purpose) -> None:
    phone = a_phone(db, NUMBER)
    mark(db, phone, "stopped_at")
    assert (queued(phone, purpose=purpose) is None) is (purpose in STOPPABLE)
    assert rows(db) == [("cancelled", "stopped") if purpose in STOPPABLE else ("waiting", None)]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+6281234567890", None),
        ("+254711000111", None),  # a provider's sandbox
        ("+622155512345", "no mobile"),
        ("+628001234567", "no mobile"),
        ("+621500910", "no mobile"),
        ("+25471100", "no mobile"),
    ],
)
def test_only_mobiles_are_written_to(db: Any, number: str, reason: str | None) -> None:
    assert (queued(a_phone(db, number)) is None) is (reason is not None)
    assert rows(db)[0][1] == reason


def test_our_own_number_is_not_written_to(db: Any, our_number: str) -> None:
    assert queued(a_phone(db, our_number)) is None
    assert rows(db) == [("cancelled", "our own number")]


def test_the_sixth_time_the_same_words_are_held_back(db: Any) -> None:
    phone, other = a_phone(db, NUMBER), a_phone(db, "+6281234567891")
    for minute in range(5):
        assert queued(phone, now=NOW + minute * MINUTE)
    for _ in range(3):
        assert queued(phone, now=NOW + 29 * MINUTE) is None
    assert queued(other, now=NOW + 29 * MINUTE)
    assert queued(phone, now=NOW + 29 * MINUTE, body="Kata lain.")
    assert queued(phone, now=NOW + 30 * MINUTE)  # what was held back does not count
    assert [reason for _, reason in rows(db)].count("same text too often") == 3


def wib(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+07:00")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_what_we_start_waits_for_the_window_and_answers_do_not(db: Any, office_hours: None, purpose: Purpose) -> None:
    night, morning = wib("2026-11-23 21:30"), wib("2026-11-24 08:00")
    queued(a_phone(db, NUMBER), purpose=purpose, now=night)
    due = morning if purpose in OURS else night
    assert rows(db, "due_at, stale_at") == [(due, due + dt.timedelta(days=7))]


def test_a_text_may_be_asked_for_later(db: Any, office_hours: None) -> None:
    phone = a_phone(db, NUMBER)
    queued(phone, purpose=Purpose.REMINDER, not_before=wib("2026-11-25 22:00"))
    queued(phone, purpose=Purpose.CASE, not_before=wib("2026-11-25 22:00"))
    queued(phone, purpose=Purpose.CASE, not_before=NOW - MINUTE)
    assert rows(db, "due_at") == [(wib("2026-11-26 08:00"),), (wib("2026-11-25 22:00"),), (NOW,)]


def test_in_the_demo_we_write_at_any_hour(db: Any) -> None:
    queued(a_phone(db, NUMBER), purpose=Purpose.REMINDER, now=wib("2026-11-23 21:30"))
    assert rows(db, "due_at") == [(wib("2026-11-23 21:30"),)]


def test_a_text_says_whom_it_is_about(db: Any) -> None:
    someone = a_worker(db)
    queued(a_phone(db, NUMBER), worker_id=someone.worker)
    assert rows(db, "worker_id, purpose, screen") == [(someone.worker, "reply", "s1")]


@pytest.mark.parametrize(
    ("demo", "username", "reason"),
    [("0", "bekasi", "foreign number"), ("0", "", "foreign number"), ("0", "sandbox", None), ("1", "bekasi", None)],
)
def test_nobody_abroad_is_written_to_but_where_the_service_is_tried_out(
    db: Any, monkeypatch: pytest.MonkeyPatch, demo: str, username: str, reason: str | None
) -> None:
    monkeypatch.setenv("VERIFY_DEMO", demo)
    monkeypatch.setenv("VERIFY_AT_USERNAME", username)
    settings.cache_clear()
    try:
        queued(a_phone(db, "+254711000111"))
        queued(a_phone(db, NUMBER), body="Kata lain.")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert rows(db, "reason") == [(reason,), (None,)]
