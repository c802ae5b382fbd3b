"""STOP, the operator's no-texts list, and MULAI: what each ends, and what takes it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.messaging.texts import queued
from tests.people import NOW, a_phone, a_worker, link
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.consent import refuse_phone, stop_phone, welcome_back
from verify_service.messaging.gateways.contract import OptOut
from verify_service.messaging.inbox import store_opt_out
from verify_service.messaging.outbox import TERMS, Purpose

NUMBER, OTHER = "+6281234567890", "+6281234567891"
STOPPABLE = {purpose for purpose in Purpose if TERMS[purpose].stoppable}


def says_stop(phone: int, now: dt.datetime = NOW) -> bool:
    with transaction() as session:
        return stop_phone(session, phone, now)


def says_start(phone: int, now: dt.datetime = NOW) -> bool | None:
    with transaction() as session:
        return welcome_back(session, phone, now)


def is_refused(phone: int, now: dt.datetime = NOW) -> bool:
    with transaction() as session:
        return refuse_phone(session, phone, why="opt-out", now=now)


def is_asked(db: Any, phone: int, channel: str = "sms") -> None:
    db.execute(
        """INSERT INTO conversation (gateway, session, channel, phone_id, talk, started_at, touched_at)
           VALUES ('africastalking', %(channel)s, %(channel)s, %(phone)s, 'x', %(now)s, %(now)s)""",
        {"phone": phone, "channel": channel, "now": NOW},
    )


def waiting(db: Any) -> set[str]:
    return {purpose for (purpose,) in db.execute("SELECT purpose FROM outbox WHERE state = 'waiting'").fetchall()}


def visits(db: Any) -> list[Any]:
    return list(db.execute("SELECT subject, due_on, closed_how FROM task WHERE kind = 'visit' ORDER BY id").fetchall())


def trail(db: Any) -> list[str]:
    return [action for (action,) in db.execute("SELECT action FROM audit ORDER BY id").fetchall()]


def test_stop_is_confirmed_once(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    assert says_stop(phone)
    assert not says_stop(phone, NOW + dt.timedelta(days=1))
    assert db.execute("SELECT stopped_at, refused_at FROM phone").fetchone() == (NOW, None)
    assert trail(db) == ["phone stopped"]


def test_stop_takes_back_what_we_started_to_ask_and_nothing_else(db: Any) -> None:
    phone, other = a_phone(db, NUMBER), a_phone(db, OTHER)
    for purpose in Purpose:
        queued(phone, purpose=purpose, body=f"Teks {purpose}.")
    queued(other, purpose=Purpose.QUESTION)
    says_stop(phone)
    assert waiting(db) == {str(purpose) for purpose in Purpose if purpose not in STOPPABLE} | {"question"}
    taken_back = db.execute("SELECT DISTINCT reason, phone_id FROM outbox WHERE state = 'cancelled'").fetchall()
    assert taken_back == [("stopped", phone)]


@pytest.mark.parametrize("saying", [says_stop, is_refused])
def test_an_open_question_is_closed_and_a_ussd_talk_is_not(db: Any, saying: Any) -> None:
    phone, other = a_phone(db, NUMBER), a_phone(db, OTHER)
    is_asked(db, phone)
    is_asked(db, phone, "ussd")
    db.execute("UPDATE conversation SET session = session || phone_id")
    is_asked(db, other)
    saying(phone)
    left = db.execute("SELECT phone_id, channel, ended_how, talk FROM conversation ORDER BY id").fetchall()
    assert left == [(phone, "sms", "stopped", None), (phone, "ussd", None, b"x"), (other, "sms", None, b"x")]


def test_the_no_texts_list_ends_everything_and_asks_for_a_visit(db: Any) -> None:
    someone = a_worker(db)
    phone = a_phone(db, NUMBER)
    for purpose in Purpose:
        queued(phone, purpose=purpose, body=f"Teks {purpose}.")
    assert is_refused(phone)
    assert not is_refused(phone)
    assert waiting(db) == set()
    assert visits(db) == [(f"worker:{someone.worker}", dt.date(2026, 12, 7), None)]
    area = db.execute("SELECT kelurahan_code, rw, rt, enrolment_id FROM task").fetchone()
    assert area == ("32.75.01.1001", "011", "003", someone.enrolment)
    assert trail(db) == ["phone refused", "task opened"]


def test_the_day_of_the_visit_is_the_citys_day(db: Any) -> None:
    a_worker(db)
    is_refused(a_phone(db, NUMBER), dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC))  # after midnight in Bekasi
    assert visits(db)[0][1] == dt.date(2026, 12, 8)


def test_whoever_can_be_written_to_on_another_phone_is_not_visited(db: Any) -> None:
    someone = a_worker(db)
    link(db, OTHER, someone.worker)
    says_stop(a_phone(db, OTHER))  # a warning may still go there
    is_refused(a_phone(db, NUMBER))
    assert visits(db) == []
    is_refused(a_phone(db, OTHER))
    assert len(visits(db)) == 1


def test_a_family_on_one_phone_is_visited_each_and_those_removed_are_not(db: Any) -> None:
    here, gone, elsewhere = (a_worker(db, nik=f"327501150190000{place}", row=place) for place in (1, 2, 3))
    db.execute("UPDATE enrolment SET removed_from = '2026-11-01' WHERE id = %s", [gone.enrolment])
    db.execute("UPDATE phone_link SET unlinked_at = %s WHERE worker_id = %s", [NOW, elsewhere.worker])
    is_refused(a_phone(db, NUMBER))
    assert [subject for subject, _, _ in visits(db)] == [f"worker:{here.worker}"]


def test_start_takes_both_back_and_withdraws_the_visit(db: Any) -> None:
    a_worker(db)
    phone = a_phone(db, NUMBER)
    says_stop(phone)
    is_refused(phone)
    assert queued(phone, purpose=Purpose.REMINDER) is None
    assert says_start(phone)
    assert not says_start(phone)
    assert db.execute("SELECT stopped_at, refused_at FROM phone").fetchone() == (None, None)
    assert [how for _, _, how in visits(db)] == ["withdrawn"]
    assert queued(phone, purpose=Purpose.REMINDER) is not None
    assert says_stop(phone), "STOP after MULAI is a first STOP again"


def test_start_from_somebody_who_never_stopped_is_nothing(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    assert not says_start(phone)
    assert trail(db) == []


def minutes(after: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=after)


def test_an_old_start_that_arrives_after_a_stop_does_not_undo_it(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    says_stop(phone, minutes(5))
    says_stop(phone, minutes(9))
    assert says_start(phone, minutes(7)) is None
    assert db.execute("SELECT stopped_at FROM phone").fetchone() == (minutes(5),)
    assert says_start(phone, minutes(10))


def test_an_old_stop_that_arrives_after_a_start_does_not_undo_it(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    says_start(phone, minutes(5))
    assert not says_stop(phone, minutes(4))
    assert db.execute("SELECT stopped_at FROM phone").fetchone() == (None,)


def test_an_old_start_does_not_undo_the_operators_list(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    is_refused(phone, minutes(5))
    assert says_start(phone, minutes(4)) is None
    assert says_start(phone, minutes(6))


def test_of_two_words_in_one_second_the_one_that_comes_last_holds(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    says_stop(phone, NOW + dt.timedelta(milliseconds=700))  # ours, where the provider gave no time
    assert says_start(phone, NOW)
    assert says_stop(phone, NOW)


def opts_out(now: dt.datetime) -> None:
    with transaction() as session:
        store_opt_out(session, "africastalking", OptOut("BEKASI", Phone(NUMBER)), now=now)


def test_a_repeated_opt_out_does_not_undo_mulai_and_a_new_one_does(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    opts_out(NOW)
    says_start(phone, minutes(10))
    opts_out(minutes(20))
    assert db.execute("SELECT refused_at FROM phone").fetchone() == (None,)
    assert db.execute("SELECT times FROM opt_out_notice").fetchone() == (2,)
    opts_out(minutes(25 * 60))
    assert db.execute("SELECT refused_at FROM phone").fetchone() == (minutes(25 * 60),)
    says_start(phone, minutes(26 * 60))
    opts_out(minutes(27 * 60))
    assert db.execute("SELECT refused_at FROM phone").fetchone() == (None,)
