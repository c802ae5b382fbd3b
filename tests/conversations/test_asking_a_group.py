"""A group is counted, asked and stopped: nobody twice, nobody left out, whoever dies in the middle."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.people import NOW, Someone, a_phone, a_worker, link
from verify_service.conversations import group_asks
from verify_service.conversations.asked_group import EVER, Outcome, Whom
from verify_service.conversations.asking_a_group import ask_some, count_answers
from verify_service.conversations.group_asks import AskRefusal, Seen
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import Ask
from verify_service.messaging.by_hand import Deed, LeftOut, Picked, concerned
from verify_service.messaging.consent import refuse_phone, stop_phone
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.message_list import Sought
from verify_service.messaging.sending import claim

HERE, THERE = "32.75.01.1001", "32.75.01.1002"
DAY = dt.timedelta(days=1)
ANYBODY = Whom()


def people(db: Any, number: int, *, kelurahan: str = HERE, first: int = 0, **more: Any) -> list[Someone]:
    return [
        a_worker(
            db,
            nik=f"32750115019{place:05}",
            phone=f"+62812340{place:05}",
            kelurahan=kelurahan,
            row=place + 2,
            **more,
        )
        for place in range(first, first + number)
    ]


def count(whom: Whom = ANYBODY, now: dt.datetime = NOW) -> tuple[int, dict[Outcome, int]]:
    with transaction() as session:
        counted = group_asks.preview(session, whom, "text", now=now).counted
    return counted.can_be_asked, counted.left_out


def begin(whom: Whom = ANYBODY, *, now: dt.datetime = NOW, most: int | None = None) -> int:
    with transaction() as session:
        begun = group_asks.begin(session, whom, "text", seen=None, now=now, by="officer:1", most=most)
        assert isinstance(begun, Ask), begun
        return begun.id


def work(now: dt.datetime = NOW, **how: Any) -> int:
    """As a worker does; how many texts."""
    asked = 0
    while True:
        with transaction() as session:
            done = ask_some(session, now=now, **how)
        asked += done.asked
        if not done.settled:
            return asked


def told(ask: int, now: dt.datetime = NOW) -> group_asks.AskTold:
    with transaction() as session:
        found = group_asks.find_ask(session, ask, now=now)
    assert found is not None
    return found


def asked_texts(db: Any) -> int:
    return int(db.execute("SELECT count(*) FROM outbox WHERE purpose = 'question'").fetchone()[0])


def test_everybody_of_the_group_is_counted_once_as_asked_or_by_why_not(db: Any) -> None:
    asked, stopped, refused, dead, *shared = people(db, 6)
    nobody = a_worker(db, nik="3275011501900099", phone=None, row=99)
    link(db, shared[0].number, shared[1].worker)
    db.execute("DELETE FROM phone_link WHERE phone_id = %s", [a_phone(db, shared[1].number)])
    with transaction() as session:
        stop_phone(session, a_phone(db, stopped.number), NOW)
        refuse_phone(session, a_phone(db, refused.number), why="opt-out", now=NOW)
    db.execute(
        "INSERT INTO task (kind, subject, enrolment_id, detail, due_on, opened_at) VALUES"
        " ('death_reported', 'x', %s, '{}', '2026-12-01', %s)",
        [dead.enrolment, NOW],
    )
    assert asked.worker != nobody.worker
    assert count() == (
        2,
        {
            Outcome.STOPPED: 1,
            Outcome.REFUSED: 1,
            Outcome.DEAD: 1,
            Outcome.NO_PHONE: 1,
            Outcome.SHARED_PHONE: 1,
        },
    )
    ask = begin()
    assert work() == 2
    assert sum(told(ask).outcomes.values()) == told(ask).people == 7
    assert told(ask).state == "done"


@pytest.mark.parametrize(
    ("whom", "number"),
    [
        (Whom(kelurahan=HERE), 3),
        (Whom(kelurahan=THERE), 2),
        (Whom(kelurahan=THERE, rt="009"), 1),
        (Whom(occupation="07"), 1),
        (Whom(verdict="unconfirmed"), 1),
        (Whom(heard="6"), 4),
        (Whom(heard=EVER), 5),
        (Whom(), 4),
    ],
)
def test_a_group_is_chosen_by_what_is_known_of_people(db: Any, whom: Whom, number: int) -> None:
    first, second, _ = people(db, 3, occupation="Ojek Online")
    people(db, 1, kelurahan=THERE, first=3, rt="009")
    (maid,) = people(db, 1, kelurahan=THERE, first=4, occupation="Pembantu Rumah Tangga")
    db.execute(
        """INSERT INTO verdict (enrolment_id, period, list, insurer, worker, rt_head, duplicate, paid_by, verdict,
           owner, rupiah, computed_at)
           VALUES (%s, '2026-10-01', 'a', 'a', 'a', 'a', 'a', 'plan', 'unconfirmed', 'worker', 0, %s)""",
        [second.enrolment, NOW],
    )
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, period, inbound, received_at)
           VALUES (%s, 'worker', 'confirms', 'sms', '2026-10-01', 'message:1', %s)""",
        [first.enrolment, NOW - DAY],
    )
    expected = {Whom(kelurahan=HERE): 2}.get(whom, number)
    assert (count(whom)[0], maid.worker > 0) == (expected, True)


def test_nobody_is_asked_again_within_the_rest(db: Any) -> None:
    people(db, 3)
    begin()
    assert work() == 3
    rest = programme().texting.rest_days
    assert count(now=NOW + (rest - 1) * DAY) == (0, {Outcome.ASKED_LATELY: 3})
    assert count(now=NOW + (rest + 1) * DAY) == (3, {})


def test_of_two_who_ask_the_same_people_at_once_the_second_finds_nobody_left(db: Any) -> None:
    people(db, 3)
    begin()
    assert count() == (0, {Outcome.ASKED_LATELY: 3})
    with transaction() as session:
        assert group_asks.begin(session, Whom(), "text", seen=None, now=NOW, by="officer:2") is AskRefusal.NOBODY
    assert work() == 3
    assert asked_texts(db) == 3


def test_a_group_that_grew_since_it_was_seen_is_not_asked_unseen(db: Any) -> None:
    people(db, 2)
    with transaction() as session:
        seen = group_asks.preview(session, Whom(), "text", now=NOW)
    people(db, 1, first=2)
    with transaction() as session:
        begun = group_asks.begin(session, Whom(), "text", seen=Seen(seen.texts, seen.rupiah), now=NOW, by="officer:1")
    assert begun is AskRefusal.CHANGED
    assert db.execute("SELECT count(*) FROM ask").fetchone() == (0,)


def test_who_says_stop_or_gives_the_phone_away_before_his_turn_is_not_asked(db: Any) -> None:
    first, second, third = people(db, 3)
    ask = begin()
    with transaction() as session:
        stop_phone(session, a_phone(db, first.number), NOW)
    db.execute("UPDATE phone_link SET unlinked_at = %s WHERE worker_id = %s", [NOW, second.worker])
    assert work() == 1
    assert told(ask).outcomes == {Outcome.STOPPED: 1, Outcome.CHANGED: 1, Outcome.ASKED: 1}
    assert db.execute("SELECT worker_id FROM outbox WHERE ask_id = %s", [ask]).fetchall() == [(third.worker,)]


def test_as_many_are_asked_as_are_wanted(db: Any) -> None:
    people(db, 5)
    ask = begin(most=3)
    assert work() == 3
    assert told(ask).outcomes == {Outcome.ASKED: 3, Outcome.NOT_WANTED: 2}


def test_a_landline_is_told_of_and_the_next_one_asked(db: Any) -> None:
    a_worker(db, nik="3275011501900098", phone="+622155510001", row=98)
    people(db, 1)
    ask = begin()
    assert work() == 1
    assert told(ask).outcomes == {Outcome.NO_MOBILE: 1, Outcome.ASKED: 1}


def test_stopped_what_waits_is_cancelled_and_what_has_left_has_left(db: Any) -> None:
    people(db, 4)
    ask = begin()
    with transaction() as session:
        ask_some(session, now=NOW, most=3)
    db.execute("UPDATE outbox SET state = 'accepted', handed_at = %s WHERE id = (SELECT min(id) FROM outbox)", [NOW])
    with transaction() as session:
        assert group_asks.stop(session, ask, now=NOW, by="officer:2") == 2
    assert work() == 0
    held = told(ask)
    assert (held.state, held.taken_back, held.texts) == ("stopped", 2, {"accepted": 1, "cancelled": 2})
    assert held.outcomes == {Outcome.ASKED: 3, Outcome.ASK_STOPPED: 1}
    with transaction() as session:
        assert group_asks.stop(session, ask, now=NOW, by="officer:1") is AskRefusal.OVER
    assert count()[0] == 3  # whom nothing reached may be asked at once


def test_a_text_that_was_with_a_sender_when_its_ask_was_stopped_does_not_go_later(db: Any) -> None:
    people(db, 1)
    ask = begin()
    work()
    with transaction() as session:
        (one,) = claim(session, Console().capabilities, now=NOW).texts
    with transaction() as session:
        group_asks.stop(session, ask, now=NOW, by="officer:2")
    db.execute("UPDATE outbox SET state = 'waiting' WHERE id = %s", [one.text.our_id])  # the gateway was away
    with transaction() as session:
        assert claim(session, Console().capabilities, now=NOW).texts == ()
    assert db.execute("SELECT state, reason FROM outbox").fetchall() == [("cancelled", "ask stopped")]


def test_whoever_is_drawn_for_the_round_at_work_is_left_to_it(db: Any) -> None:
    first, *_ = people(db, 2)
    db.execute(
        """INSERT INTO round (id, name, state, seed, design, opened_at, opened_by, at_work)
           OVERRIDING SYSTEM VALUE VALUES (1, 'r', 'sending', 's', '{}', %s, 'test', true)""",
        [NOW],
    )
    db.execute(
        """INSERT INTO round_person (round_id, enrolment_id, worker_id, stratum, position, sampled, phone)
           VALUES (1, %s, %s, '-', 1, true, true)""",
        [first.enrolment, first.worker],
    )
    assert count() == (1, {Outcome.IN_ROUND: 1})
    assert count(Whom(round_id=1)) == (0, {Outcome.IN_ROUND: 1})
    db.execute("UPDATE round SET at_work = NULL, state = 'closed'")
    assert count(Whom(round_id=1)) == (1, {})


def test_over_the_budget_it_goes_only_with_words(small_budget: None, db: Any) -> None:
    people(db, 3)
    with transaction() as session:
        found = group_asks.preview(session, Whom(), "text", now=NOW)
        assert (found.rupiah, found.left, found.over_budget) == (1200, 800, 400)
        for why, refused in (("", True), ("penting", True), ("Diminta wali kota minggu ini", False)):
            begun = group_asks.begin(session, Whom(), "text", seen=Seen(3, 1200, why), now=NOW, by="officer:1")
            assert (begun is AskRefusal.OVER_BUDGET) is refused
    (kept,) = db.execute("SELECT over_why FROM ask").fetchone()
    assert b"wali kota" not in bytes(kept)
    assert told(1).over_why == "Diminta wali kota minggu ini"


def test_what_is_heard_is_counted_by_what_it_says(db: Any) -> None:
    first, second, third = people(db, 3)
    ask = begin()
    work()
    for someone, statement in ((first, "confirms"), (second, "denies"), (second, "confirms")):
        db.execute(
            """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
               VALUES (%s, 'worker', %s, 'sms', %s, %s)""",
            [someone.enrolment, statement, f"message:{statement}{someone.worker}", NOW + DAY],
        )
    with transaction() as session:
        assert count_answers(session, now=NOW + DAY)
        assert not count_answers(session, now=NOW + DAY)
    assert (told(ask).heard, third.worker > 0) == ({"confirms": 2}, True)


def test_somebody_listed_on_two_lines_is_asked_once(db: Any) -> None:
    (one,) = people(db, 1)
    db.execute(
        """INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, paid_from, months, created_at)
           SELECT worker_id, import_id, 77, kelurahan_code, paid_from, months, created_at FROM enrolment"""
    )
    assert count()[0] == 1
    begin()
    assert (work(), asked_texts(db), one.worker > 0) == (1, 1, True)


def test_an_ask_ends_though_somebody_of_it_is_no_longer_there(db: Any) -> None:
    first, second, third, fourth = people(db, 4)
    ask = begin()
    db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [first.worker, second.worker])
    db.execute("UPDATE enrolment SET removed_from = '2026-01-01' WHERE worker_id = %s", [third.worker])
    db.execute("UPDATE ask_person SET worker_id = 999999 WHERE worker_id = %s", [fourth.worker])
    assert work() == 1
    assert (told(ask).state, told(ask).outcomes) == ("done", {Outcome.CHANGED: 3, Outcome.ASKED: 1})


@pytest.mark.parametrize("name", ["", "😀 مرحبا", "X" * 300, "{name} %s %(x)s", "O'Brien; DROP"])
def test_no_name_holds_an_ask_up(db: Any, name: str) -> None:
    people(db, 3, name=name)
    ask = begin()
    assert work() == 3
    assert told(ask).state == "done"


# A worker asks in small steps and says so; it is killed between, and in the middle of, its transactions.
_WORKER = """
import datetime as dt
from verify_service.conversations.asking_a_group import ask_some
from verify_service.ground.database import transaction
print("at work", flush=True)
while True:
    with transaction() as session:
        done = ask_some(session, now=dt.datetime.now(dt.UTC), most=5)
    if not done.settled and not done.waits:
        break
"""


def test_workers_killed_in_the_middle_ask_nobody_twice_and_leave_nobody_out(db: Any) -> None:
    people(db, 150)
    ask = begin(now=dt.datetime.now(dt.UTC))
    for patience in (0.05, 0.15, 0.1):
        worker = subprocess.Popen([sys.executable, "-c", _WORKER], stdout=subprocess.PIPE, env=os.environ)
        assert worker.stdout is not None
        assert worker.stdout.readline()
        time.sleep(patience)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    workers = [subprocess.Popen([sys.executable, "-c", _WORKER], env=os.environ) for _ in range(2)]
    for each in workers:
        assert each.wait(60) == 0
    until = time.monotonic() + 20  # what a killed worker held is let go of by the server within moments
    while told(ask).state == "asking" and time.monotonic() < until:
        work(now=dt.datetime.now(dt.UTC))
    assert (told(ask).outcomes, told(ask).asked) == ({Outcome.ASKED: 150}, 150)
    assert db.execute(
        "SELECT count(*), count(DISTINCT worker_id), count(DISTINCT phone_id) FROM outbox WHERE ask_id = %s", [ask]
    ).fetchone() == (150, 150, 150)


def test_a_text_of_a_stopped_ask_is_not_put_back_by_hand(db: Any) -> None:
    people(db, 2)
    ask = begin()
    work()
    db.execute("UPDATE outbox SET state = 'refused' WHERE id = (SELECT min(id) FROM outbox)")
    with transaction() as session:
        group_asks.stop(session, ask, now=NOW, by="officer:1")
        picked = Picked(sought=Sought(ask=ask), upto=10**6)
        found = concerned(session, Deed.REVIVE, picked, now=NOW)
    assert (found.texts, found.left_out) == (0, {LeftOut.GROUP_OVER: 1, LeftOut.MOVED_ON: 1})
