"""Asking, and telling news: who gets a text, in which words, and who does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jobs.reconcile import reconcile
from tests.people import NEWEST, NOW, a_file, a_worker, an_rt_head, link
from verify_service.conversations import group_asks
from verify_service.conversations.asked_group import Outcome, Whom, count_group
from verify_service.conversations.asking import ask_phone, ask_the_rt_heads
from verify_service.conversations.asking_a_group import ask_some
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.ground.tables import Ask
from verify_service.messaging import gateways
from verify_service.retention import forget_old

NUMBER = "+6281234567890"


def outbox(db: Any) -> list[tuple[str, str, str]]:
    """Screen, state and words of every text, in order."""
    rows = db.execute("SELECT screen, state, body FROM outbox ORDER BY id").fetchall()
    return [(screen, state, unseal(body, "outbox.body")) for screen, state, body in rows]


def says(
    db: Any,
    enrolment: int,
    statement: str,
    *,
    channel: str = "ussd",
    period: dt.date | None = NEWEST,
    screen: str = "b15.is_this_you",
) -> None:
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, phone_id, period, inbound, screen,
                                 received_at)
           SELECT %s, 'worker', %s, %s, (SELECT min(id) FROM phone), %s, 'test' || count(*), %s, %s FROM evidence""",
        [enrolment, statement, channel, period, screen, NOW],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [enrolment, NOW])


# --- asking workers ---


def test_where_nobody_can_answer_by_sms_the_text_names_the_number_to_dial(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_worker(db)
    one_way(monkeypatch)
    with transaction() as session:
        assert ask_phone(session, Phone(NUMBER), now=NOW) is None
    ((screen, _, words),) = outbox(db)
    assert screen == "s2.registered_dial"
    assert "*123*456#" in words
    assert "Balas" not in words
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (0,)


def ask_the_silent(session: Session, *, most: int, kelurahan: str | None = None, now: dt.datetime = NOW) -> int:
    """As `verify ask` does; how many texts."""
    whom = Whom(kelurahan=kelurahan or "")
    begun = group_asks.begin(session, whom, "text", seen=None, now=now, by="test", most=most)
    if not isinstance(begun, Ask):
        return 0
    while ask_some(session, now=now, ask_id=begun.id).settled:
        pass
    return begun.asked


def one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that only sends."""
    can = gateways.gateway().capabilities
    monkeypatch.setattr(type(gateways.gateway()), "capabilities", can.__class__(**{**_fields(can), "two_way": False}))


def _fields(capabilities: Any) -> dict[str, Any]:
    return {name: getattr(capabilities, name) for name in capabilities.__dataclass_fields__}


def test_only_the_silent_are_asked_one_a_phone_and_once(db: Any) -> None:
    spoke = a_worker(db, nik="3275011501900001", phone="+6281200000001", row=2)
    says(db, spoke.enrolment, "confirms")
    a_worker(db, nik="3275011501900002", phone="+6281200000002", row=3)
    first = a_worker(db, nik="3275011501900003", phone="+6281200000003", row=4)
    second = a_worker(db, nik="3275011501900004", phone=None, row=5)
    link(db, "+6281200000003", second.worker)
    stopped = a_worker(db, nik="3275011501900005", phone="+6281200000005", row=6)
    db.execute(
        "UPDATE phone SET stopped_at = now() FROM phone_link WHERE phone_id = phone.id AND worker_id = %s",
        [stopped.worker],
    )
    for asked in (2, 0):
        with transaction() as session:
            assert ask_the_silent(session, most=100) == asked
    about = db.execute("SELECT worker_id FROM outbox ORDER BY worker_id").fetchall()
    assert (first.worker,) in about
    assert (spoke.worker,) not in about
    assert len(about) == 2


@pytest.mark.parametrize(("state", "again"), [("failed", 1), ("waiting", 0)])
def test_whom_a_question_never_reached_is_silent_still(db: Any, state: str, again: int) -> None:
    a_worker(db)
    for now, asked in ((NOW, 1), (NOW + dt.timedelta(days=1), again)):
        with transaction() as session:
            assert ask_the_silent(session, most=100, now=now) == asked
        db.execute("UPDATE outbox SET state = %s", [state])


def test_where_nobody_can_answer_by_sms_each_is_told_once_in_the_time_of_a_question(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_way(monkeypatch)
    for place in range(3):
        a_worker(db, nik=f"327501150190000{place}", phone=f"+628120000000{place}", row=place + 2)
    late = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC)  # the next day in Bekasi
    for days, asked in ((0, 2), (0, 1), (0, 0), (13, 0), (15, 2)):
        with transaction() as session:
            now = late + dt.timedelta(days=days)
            assert ask_the_silent(session, most=2, now=now) == asked
    causes = db.execute("SELECT cause FROM outbox ORDER BY id").fetchall()
    assert {cause[-10:] for (cause,) in causes[:3]} == {"2026-11-24"}


def test_those_who_spoke_before_the_newest_file_are_asked_again(db: Any) -> None:
    someone = a_worker(db)
    says(db, someone.enrolment, "confirms", period=dt.date(2026, 9, 1))
    with transaction() as session:
        assert ask_the_silent(session, most=100) == 1


def test_only_the_kelurahan_named_is_asked(db: Any) -> None:
    a_worker(db)
    with transaction() as session:
        assert ask_the_silent(session, kelurahan="32.75.02.1001", most=100) == 0
        assert ask_the_silent(session, kelurahan="32.75.01.1001", most=100) == 1


def test_a_phone_is_asked_again_after_its_old_questions_were_deleted(db: Any) -> None:
    a_worker(db)
    for month in range(8):
        now = NOW + dt.timedelta(days=30 * month)
        with transaction() as session:
            forget_old(session, now=now)
            assert ask_phone(session, Phone(NUMBER), now=now) is None, month
        db.execute("UPDATE conversation SET ended_at = %s, ended_how = 'answered' WHERE ended_at IS NULL", [now])


# --- asking RT heads ---


def test_rt_heads_read_how_many_wait_and_no_name_and_a_vacant_rt_goes_to_the_kelurahan(db: Any) -> None:
    a_worker(db, nik="3275011501900001", phone=None, row=2)
    a_worker(db, nik="3275011501900002", phone=None, row=3)
    lonely = a_worker(db, nik="3275011501900003", phone=None, rt="099", row=4)
    an_rt_head(db, NUMBER)
    for heads, residents, left in ((1, 2, 1), (0, 0, 0)):
        with transaction() as session:
            done = ask_the_rt_heads(session, kelurahan=None, now=NOW, actor="test")
        assert (done.heads, done.residents, done.left_to_kelurahan) == (heads, residents, left)
    ((screen, _, words),) = outbox(db)
    assert screen == "g14.rt_task"
    assert "003/011" in words
    assert "2 warga" in words
    assert "Sulis" not in words
    assert db.execute("SELECT kind, enrolment_id FROM task").fetchall() == [("rt_vacant", lonely.enrolment)]


def test_the_head_of_the_rw_is_reminded_for_a_vacant_rt_and_in_vain_the_kelurahan_has_a_task(db: Any) -> None:
    for n, rt in enumerate(("003", "004", "099"), start=1):
        a_worker(db, nik=f"327501150190000{n}", phone=None, rt=rt, row=n)
    an_rt_head(db, "+6281300000044", rt="004", pin="385016")
    an_rt_head(db, NUMBER, rt="", pin="385016")
    for day, heads, residents, left in ((0, 2, 3, 0), (1, 0, 0, 0), (8, 2, 3, 2), (9, 0, 0, 0)):
        with transaction() as session:
            now = NOW + dt.timedelta(days=day)
            done = ask_the_rt_heads(session, kelurahan=None, now=now, actor="test")
        assert (done.heads, done.residents, done.left_to_kelurahan) == (heads, residents, left), day
    texts = [words for screen, _, words in outbox(db) if screen == "g29.rw_task"]
    assert len(texts) == 2
    assert "Ketua RW 011" in texts[0]
    assert "2 warga" in texts[0]
    assert db.execute("SELECT kind, rt FROM task ORDER BY rt").fetchall() == [
        ("rt_vacant", "003"),
        ("rt_vacant", "099"),
    ]


# --- news of the cover ---


def test_a_lapse_is_told_in_full_only_to_a_phone_that_confirmed_by_ussd(db: Any) -> None:
    someone = a_worker(db, insurer="unpaid")
    a_file(db, "insurer", dt.date(2026, 9, 1))
    db.execute(
        """INSERT INTO insurer_record (import_id, period, row, nik_index, status)
           SELECT %s, '2026-09-01', 2, nik_index, 'active' FROM worker""",
        [a_file(db, "insurer", dt.date(2026, 9, 1))],
    )
    says(db, someone.enrolment, "confirms", period=dt.date(2026, 9, 1))
    reconcile()
    ((screen, _, words),) = outbox(db)
    assert screen == "g10.cover_gap"
    assert "Sulistiaw***" in words
    assert "30/09/26" in words


@pytest.mark.parametrize("spoke", [None, "sms"])
def test_any_other_phone_hears_only_that_there_is_news(db: Any, spoke: str | None) -> None:
    someone = a_worker(db, insurer="inactive")
    if spoke:
        says(db, someone.enrolment, "confirms", channel=spoke)
    reconcile()
    ((screen, _, words),) = outbox(db)
    assert screen == "s8.news"
    assert "Sulis" not in words
    assert "AKTIF" not in words


def test_no_news_is_no_text(db: Any) -> None:
    a_worker(db, insurer="active")
    reconcile()
    assert outbox(db) == []


def test_a_month_not_reported_yet_is_no_lapse(db: Any) -> None:
    a_worker(db)
    a_file(db, "payments", dt.date(2026, 11, 1))
    reconcile()
    assert outbox(db) == []


def test_the_same_lapse_is_told_once_and_the_end_of_it_too(db: Any) -> None:
    someone = a_worker(db, insurer="unpaid")
    for _ in range(2):
        look_again(db)
    sent(db)
    db.execute(
        """INSERT INTO insurer_record (import_id, period, row, nik_index, status)
           SELECT %s, '2026-11-01', 2, nik_index, 'active' FROM worker""",
        [a_file(db, "insurer", dt.date(2026, 11, 1))],
    )
    says(db, someone.enrolment, "confirms", period=NEWEST)
    for _ in range(2):
        look_again(db)
    assert [screen for screen, _, _ in outbox(db)] == ["s8.news", "g9.cover_active"]


def look_again(db: Any) -> None:
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    reconcile()


def sent(db: Any) -> None:
    db.execute("UPDATE outbox SET state = 'accepted' WHERE state = 'waiting'")


def the_file_says(db: Any, status: str) -> None:
    """A corrected file of the newest month; the month before was paid."""
    db.execute(
        """INSERT INTO insurer_record (import_id, period, row, nik_index, status)
           SELECT %s, '2026-09-01', 2, nik_index, 'active' FROM worker ON CONFLICT DO NOTHING""",
        [a_file(db, "insurer", dt.date(2026, 9, 1))],
    )
    db.execute("UPDATE insurer_record SET status = %s WHERE period = %s", [status, NEWEST])
    look_again(db)


def test_news_that_is_overtaken_before_it_went_out_is_not_told(db: Any) -> None:
    a_worker(db, insurer="unpaid")
    reconcile()
    the_file_says(db, "active")
    look_again(db)
    assert [(screen, state) for screen, state, _ in outbox(db)] == [("s8.news", "cancelled")]


def test_the_last_text_says_how_it_is_however_often_the_file_of_a_month_is_corrected(db: Any) -> None:
    someone = a_worker(db, insurer="active")
    says(db, someone.enrolment, "confirms", screen="b5.status_active")
    reconcile()
    assert outbox(db) == []
    told = []
    for status in ("unpaid", "active", "unpaid", "unpaid"):
        the_file_says(db, status)
        told.append([screen for screen, state, _ in outbox(db) if state == "waiting"])
        sent(db)
    assert told == [["g10.cover_gap"], ["g28.gap_corrected"], ["g10.cover_gap"], []]


def test_who_saw_that_the_cover_was_active_still_hears_that_it_is_not(db: Any) -> None:
    someone = a_worker(db, insurer="active")
    says(db, someone.enrolment, "confirms", screen="b5.status_active")
    the_file_says(db, "unpaid")
    assert [screen for screen, _, _ in outbox(db)] == ["g10.cover_gap"]


def test_who_has_just_seen_the_state_on_the_phone_is_not_told_again(db: Any) -> None:
    someone = a_worker(db, insurer="unpaid")
    says(db, someone.enrolment, "confirms")
    reconcile()
    assert outbox(db) == []


@pytest.mark.parametrize("how", [None, "confirmed"])
def test_nobody_is_written_to_of_cover_while_a_death_is_checked_or_once_it_is_confirmed(
    db: Any, how: str | None
) -> None:
    someone = a_worker(db, insurer="inactive")
    db.execute(
        """INSERT INTO task (kind, subject, enrolment_id, due_on, opened_at, closed_how, closed_at)
           VALUES ('death_reported', 'x', %s, '2026-11-23', %s, %s, %s)""",
        [someone.enrolment, NOW, how, NOW if how else None],
    )
    reconcile()
    assert outbox(db) == []


def test_after_stop_a_lapse_is_still_told_and_after_the_operators_refusal_it_is_not(db: Any) -> None:
    a_worker(db, nik="3275011501900001", phone="+6281200000001", insurer="unpaid", row=2)
    a_worker(db, nik="3275011501900002", phone="+6281200000002", insurer="unpaid", row=3)
    db.execute("UPDATE phone SET stopped_at = now() WHERE id = (SELECT min(id) FROM phone)")
    db.execute("UPDATE phone SET refused_at = now() WHERE id = (SELECT max(id) FROM phone)")
    reconcile()
    assert [(screen, state) for screen, state, _ in outbox(db)] == [("s8.news", "waiting"), ("s8.news", "cancelled")]


def test_where_a_death_is_checked_or_confirmed_nobody_is_asked(db: Any) -> None:
    someone = a_worker(db)
    an_rt_head(db, "+6281300000001")
    db.execute(
        """INSERT INTO task (kind, subject, enrolment_id, due_on, opened_at)
           VALUES ('death_reported', 'x', %s, '2026-11-23', %s)""",
        [someone.enrolment, NOW],
    )
    for _ in ("reported", "confirmed"):
        with transaction() as session:
            assert ask_the_rt_heads(session, kelurahan=None, now=NOW, actor="test").heads == 0
            assert ask_phone(session, Phone(NUMBER), now=NOW) is not None
            assert count_group(session, Whom(), now=NOW).left_out == {Outcome.DEAD: 1}
        db.execute("UPDATE task SET closed_at = now(), closed_how = 'confirmed'")
    assert outbox(db) == []


@pytest.mark.parametrize("why", ["stopped_at", "refused_at", "locked_at"])
def test_residents_of_a_head_who_cannot_be_reached_go_to_the_kelurahan(db: Any, why: str) -> None:
    a_worker(db, phone=None)
    an_rt_head(db, NUMBER)
    db.execute(f"UPDATE {'rt_head' if why == 'locked_at' else 'phone'} SET {why} = now()")
    with transaction() as session:
        done = ask_the_rt_heads(session, kelurahan=None, now=NOW, actor="test")
    assert (done.heads, done.left_to_kelurahan) == (0, 1)
