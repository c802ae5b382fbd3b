"""Situations in which other survey systems failed, by their trackers, played on ours.

Surveda #2240 (pausing), #740 and #1798 (contacts and answers beyond the quota), #1031 (break-off with contacts left),
#2368 (reminders too early), #1163 (nothing to ask), #795 (STOP and the next mode), #1875 (people of the round before),
#306 (contacted and answered mixed up); others: texts after a survey was abandoned, answers that another survey took.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conversations.texting import Line
from tests.people import NOW, a_worker, an_rt_head
from tests.rounds.playing import a_city, a_round, answer, begin, contact_all, send_all, tended
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.gateways import gateway
from verify_service.messaging.sending import claim
from verify_service.registry.loading import RosterTerms, import_roster
from verify_service.registry.problems import FileRefused
from verify_service.rounds import dispositions, steering
from verify_service.rounds.design import Design
from verify_service.rounds.dispositions import settle
from verify_service.rounds.drawing import draw, open_round
from verify_service.rounds.round_states import RoundRefused, find_round
from verify_service.rounds.status import status_of

LATER = NOW + dt.timedelta(hours=1)


def steer(work: Any, name: str, now: dt.datetime, **more: Any) -> Any:
    with transaction() as session:
        return work(session, find_round(session, name, lock=True), now=now, by="test", **more)


def counted(name: str) -> dict[str, int]:
    with transaction() as session:
        return dispositions.counted(session, find_round(session, name))


def test_a_paused_round_sends_nothing_that_was_queued_and_hears_what_comes(db: Any) -> None:
    people = a_city(db, 20)
    name = a_round(everyone=True)
    begin(name)
    contact_all(NOW)
    with transaction() as session:  # a sender has taken some, and the gateway says "later" of them
        taken = claim(session, gateway().capabilities, now=NOW, most=3)
    assert steer(steering.pause, name, NOW) == 15
    db.execute("UPDATE outbox SET state = 'waiting', lease_until = NULL WHERE state = 'sending'")
    assert len(taken.texts) == 3
    for wait in (0, 1, 24 * 3, 24 * 30):
        assert send_all(NOW + dt.timedelta(hours=wait)) == 0
        assert contact_all(NOW + dt.timedelta(hours=wait)) == 0
    answer(db, people[0], "confirms", LATER)
    back = NOW + dt.timedelta(days=30)
    assert steer(steering.resume, name, back) == 18
    tended(back)
    assert send_all(back) == 17, "who has answered meanwhile gets no question"
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'stale'").fetchone() == (0,)
    assert counted(name)["complete"] == 1
    assert contact_all(back + dt.timedelta(days=1)) == 0, "the reminder keeps its distance"
    assert contact_all(back + dt.timedelta(days=2, minutes=1)) == 17, "and two without a phone wait for the head"


def test_a_cancelled_round_sends_nothing_any_more(db: Any) -> None:
    people = a_city(db, 20)
    name = a_round(everyone=True, plan="sms 0, visit 1d")
    begin(name)
    contact_all(NOW)
    send_all(NOW)
    contact_all(NOW + dt.timedelta(days=1, minutes=1))
    assert db.execute("SELECT count(*) FROM task WHERE kind = 'round_visit' AND closed_at IS NULL").fetchone() == (20,)
    db.execute("UPDATE outbox SET state = 'waiting', due_at = %s WHERE id IN (SELECT id FROM outbox LIMIT 5)", [LATER])
    assert steer(steering.cancel, name, LATER) == 5
    assert send_all(LATER + dt.timedelta(days=9)) == 0
    assert contact_all(LATER + dt.timedelta(days=9)) == 0
    assert db.execute("SELECT count(*) FROM task WHERE kind = 'round_visit' AND closed_at IS NULL").fetchone() == (0,)
    answer(db, people[0], "confirms", LATER + dt.timedelta(days=1))
    assert db.execute("SELECT round_id FROM evidence").fetchone() == (None,), "said of its own accord"


def test_enough_answers_end_the_contacts_and_are_not_overshot_by_a_new_draw(db: Any) -> None:
    people = a_city(db, 60)
    name = a_round(margin=0.3, response_rate=0.5, per_minute=1, stop_at_quota=True, plan="sms 0, close 2d")
    with transaction() as session:
        (stands,) = status_of(session, name)
        wanted, sample = stands["wanted"], stands["sample"]
    begin(name)
    contact_all(NOW + dt.timedelta(minutes=wanted + 2))
    asked = {row[0] for row in db.execute("SELECT worker_id FROM round_person WHERE asked_at IS NOT NULL").fetchall()}
    assert wanted <= len(asked) < sample
    for someone in [one for one in people if one.worker in asked][:wanted]:
        answer(db, someone, "confirms", LATER)
    tended(LATER)
    tended(LATER)
    assert db.execute("SELECT state, closed_how FROM round").fetchone() == ("closed", "quota")
    assert contact_all(LATER + dt.timedelta(days=1)) == 0
    counts = counted(name)
    assert counts["complete"] == wanted
    assert sum(counts.values()) == sample


def test_more_are_drawn_only_after_all_steps_and_only_as_many_as_are_wanted(db: Any) -> None:
    people = a_city(db, 80)
    name = a_round(margin=0.25, response_rate=0.9, plan="sms 0, sms 1d, close 9d")
    with transaction() as session:
        (first,) = status_of(session, name)
    begin(name)
    contact_all(NOW)
    order = [row[0] for row in db.execute("SELECT worker_id FROM round_person ORDER BY position").fetchall()]
    by_worker = {one.worker: one for one in people}
    for worker in order[:4]:
        answer(db, by_worker[worker], "confirms", LATER)
    tended(LATER)
    with transaction() as session:
        assert status_of(session, name)[0]["sample"] == first["sample"], "reminders are still to come"
    late = NOW + dt.timedelta(days=1, minutes=5)
    contact_all(late)
    tended(late)
    with transaction() as session:
        (now,) = status_of(session, name)
    assert first["sample"] < now["sample"] <= 2 * first["sample"]
    drawn = [
        row[0] for row in db.execute("SELECT worker_id FROM round_person WHERE sampled ORDER BY position").fetchall()
    ]
    assert drawn == order[: len(drawn)], "a longer prefix of the same order"
    assert contact_all(late) == now["sample"] - first["sample"]


def test_who_broke_off_is_reminded_and_then_counts_as_answered(db: Any) -> None:
    someone = a_worker(db)
    a_round(everyone=True)
    begin("tw1")
    contact_all(NOW)
    line = Line(db)
    line.now = NOW
    line.handed_over()
    line.writes("anu")
    tended(line.now)
    assert counted("tw1") == {"partial_open": 1}
    later = NOW + dt.timedelta(days=2, minutes=1)
    tended(later)
    assert contact_all(later) == 1
    line.now = later
    line.handed_over()
    line.writes("ya")
    tended(line.now + dt.timedelta(minutes=1))
    assert counted("tw1") == {"complete": 1}
    assert someone.worker


def test_no_reminder_comes_early_however_late_the_first_text_was(db: Any) -> None:
    a_city(db, 10)
    name = a_round(everyone=True, plan="sms 0, sms 2d, close 9d", per_minute=1)
    begin(name)
    for minute in range(12):
        contact_all(NOW + dt.timedelta(minutes=minute))
    for minutes in range(-1, 12):
        contact_all(NOW + dt.timedelta(days=2, minutes=minutes))
    rows = db.execute(
        """SELECT reminder.created_at - asked.created_at FROM outbox asked
           JOIN outbox reminder ON reminder.phone_id = asked.phone_id AND reminder.purpose = 'reminder'
           WHERE asked.purpose = 'question'"""
    ).fetchall()
    assert len(rows) == 9
    assert all(gap >= dt.timedelta(days=2) for (gap,) in rows)


def test_a_round_with_nothing_to_ask_is_refused_in_words(db: Any) -> None:
    with transaction() as session:
        open_round(session, "none", Design(), seed="s", now=NOW, by="test")
    with pytest.raises(RoundRefused, match="No roster was imported"):
        steer(draw, "none", NOW)
    a_city(db, 4)
    db.execute("UPDATE enrolment SET removed_from = '2026-01-01'")
    with pytest.raises(RoundRefused, match="Nobody is left to draw"):
        steer(draw, "none", NOW)
    assert db.execute("SELECT state FROM round").fetchone() == ("draft",), "nothing half-drawn"
    for design, said in (
        (Design(margin=0), "--margin 0"),
        (Design(response_rate=0), "--response-rate 0"),
        (Design(strata=("shoe size",)), "--strata shoe size"),
        (Design(exclude=("everybody",)), "--exclude everybody"),
        (Design(plan="pigeon 2d"), "pigeon 2d"),
        (Design(plan="sms 2d, sms 1d"), "does not come after"),
    ):
        with pytest.raises(ValueError, match=said), transaction() as session:
            open_round(session, f"x{said}", design, seed="s", now=NOW, by="test")


def test_after_stop_no_other_kind_of_text_follows(db: Any) -> None:
    someone = a_worker(db)
    name = a_round(everyone=True, plan="sms 0, dial 1d, sms 2d, close 9d")
    begin(name)
    contact_all(NOW)
    send_all(NOW)
    phone = db.execute("SELECT phone_id FROM phone_link WHERE worker_id = %s", [someone.worker]).fetchone()[0]
    with transaction() as session:
        stop_phone(session, phone, LATER)
    for days in (1, 2, 8):
        contact_all(NOW + dt.timedelta(days=days, minutes=5))
        assert send_all(NOW + dt.timedelta(days=days, minutes=5)) == 0
    tended(NOW + dt.timedelta(days=8, minutes=6))
    assert counted(name) == {"opted_out": 1}


def test_people_of_the_round_before_can_be_left_out(db: Any) -> None:
    a_city(db, 60)
    a_round("first", margin=0.25, response_rate=0.9)
    steer(steering.cancel, "first", NOW)
    with transaction() as session:
        open_round(session, "second", Design(exclude=("round=first",), margin=0.25), seed="bar-77", now=NOW, by="test")
        seen = draw(session, find_round(session, "second", lock=True), now=NOW, by="test")
    assert seen.excluded["round"] > 0
    both = db.execute(
        """SELECT count(*) FROM round_person one JOIN round_person other USING (enrolment_id)
           WHERE one.round_id < other.round_id AND one.sampled AND other.sampled"""
    ).fetchone()
    assert both == (0,)


def test_an_answer_after_the_close_is_late_and_of_no_other_round(db: Any) -> None:
    someone = a_worker(db)
    a_round("first", everyone=True, plan="sms 0, close 1d")
    begin("first")
    contact_all(NOW)
    send_all(NOW)
    over = NOW + dt.timedelta(days=1, minutes=1)
    tended(over)
    tended(over)
    assert counted("first") == {"no_answer": 1}
    a_round("second", everyone=True, now=over)
    answer(db, someone, "denies", over + dt.timedelta(hours=2))
    with transaction() as session:
        settle(session, find_round(session, "first", lock=True), now=over + dt.timedelta(hours=3))
    assert counted("first") == {"late": 1}
    late = db.execute(
        "SELECT would_be, statement FROM round_person WHERE round_id = 1 OR would_be IS NOT NULL"
    ).fetchone()
    assert late == ("complete", "denies")
    assert db.execute("SELECT round_id FROM evidence").fetchone() == (None,)
    begin("second", over + dt.timedelta(hours=4))
    contact_all(over + dt.timedelta(hours=4))
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,), "has answered since it was drawn"


def test_two_on_one_phone_are_asked_one_after_the_other_and_each_once(db: Any) -> None:
    first = a_worker(db, nik="3275011501900001", name="Ibu Sari", phone="+6281234567890")
    second = a_worker(db, nik="3275011501900002", name="Pak Budi", phone="+6281234567890", row=3)
    name = a_round(everyone=True, plan="sms 0, sms 2d, close 9d")
    begin(name)
    assert contact_all(NOW) == 2
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    asked = db.execute("SELECT worker_id FROM outbox").fetchone()[0]
    tended(NOW)
    assert db.execute("SELECT state FROM round").fetchone() == ("open",)
    line = Line(db)
    line.now = NOW
    line.handed_over()
    line.writes("ya")
    tended(line.now + dt.timedelta(seconds=9))
    hour = NOW + dt.timedelta(hours=1, minutes=2)
    contact_all(hour)
    others = db.execute("SELECT worker_id FROM outbox WHERE screen = 's1.registered' ORDER BY id").fetchall()
    assert [row[0] for row in others] == [asked, first.worker + second.worker - asked]
    line.now = hour
    line.handed_over()
    line.writes("belum")
    tended(line.now + dt.timedelta(minutes=1))
    said = dict(db.execute("SELECT worker_id, statement FROM round_person").fetchall())
    assert said == {asked: "confirms", first.worker + second.worker - asked: "denies"}
    later = NOW + dt.timedelta(days=2, hours=3)
    contact_all(later)
    assert db.execute("SELECT count(*) FROM outbox WHERE purpose = 'reminder'").fetchone() == (0,)


def test_while_it_sends_no_list_changes_and_a_drawn_one_is_not_undone(db: Any, tmp_path: Any) -> None:
    a_city(db, 5)
    name = a_round(everyone=True, per_minute=1)
    begin(name)
    path = tmp_path / "list.csv"
    path.write_text("NIK;Nama;Kelurahan\n3275011501900001;Sari;Jakasampurna\n")
    with transaction() as session, pytest.raises(FileRefused, match="Round tw1 is sending"):
        import_roster(session, path, RosterTerms(dt.date(2026, 1, 1), 12), now=NOW, actor="test")
    steer(steering.cancel, name, NOW)


def test_a_head_of_an_rw_hears_once_of_all_who_wait_for_him(db: Any) -> None:
    for place, rt in enumerate(("001", "002", "003", "003")):
        a_worker(db, nik=f"32750115019{place:05d}", phone=f"+62812345{place:05d}", rt=rt, row=place + 2)
    an_rt_head(db, "+6281999000111", rt="")
    an_rt_head(db, "+6281999000222", rt="003", pin="351279")
    name = a_round(everyone=True, plan="rt 0, close 9d", per_minute=1)
    begin(name)
    for minute in range(4):  # one after the other, as they are due
        contact_all(NOW + dt.timedelta(minutes=minute))
    texts = db.execute("SELECT screen, body FROM outbox ORDER BY screen").fetchall()
    told = [(screen, unseal(bytes(body), "outbox.body")) for screen, body in texts]
    assert [screen for screen, _ in told] == ["g14.rt_task", "g29.rw_task"]
    assert all("2 warga" in words for _, words in told), told


def test_one_round_is_at_work_at_a_time(db: Any) -> None:
    a_city(db, 5)
    a_round("first", everyone=True)
    a_round("second", everyone=True, seed="another")
    begin("first")
    with pytest.raises(RoundRefused, match="Round first is at work"):
        begin("second")


def test_contacted_and_answered_are_different_counts(db: Any) -> None:
    people = a_city(db, 10)
    name = a_round(everyone=True)
    begin(name)
    contact_all(NOW)
    for someone in people[:3]:
        answer(db, someone, "denies", LATER)
    tended(LATER)
    with transaction() as session:
        (stands,) = status_of(session, name)
    assert (stands["sample"], stands["contacted"], stands["answered"], stands["texts"]) == (10, 9, 3, 9)
