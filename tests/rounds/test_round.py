"""A round from its draft to its close, over the real tables, texts and talks."""

from __future__ import annotations

import datetime as dt
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.people import NOW, an_rt_head, link
from tests.rounds.playing import a_city, a_round, answer, begin, contact_all, tended
from verify_service.ground.database import transaction
from verify_service.rounds import dispositions, reach
from verify_service.rounds.certificate import certificate, drawn, redraw
from verify_service.rounds.draw import order
from verify_service.rounds.frame import frame_csv
from verify_service.rounds.intervals import Interval, newcombe
from verify_service.rounds.round_report import report_of
from verify_service.rounds.round_states import find_round
from verify_service.rounds.second_raters import draw_back_checks, raters_of
from verify_service.verification.evidence import Statement, record_of_enrolments


def test_the_draw_is_the_one_anybody_can_repeat(db: Any) -> None:
    people = a_city(db)
    name = a_round(strata=("kecamatan",), margin=0.2, response_rate=0.9)
    with transaction() as session:
        held = find_round(session, name)
        told = certificate(session, held)
        frame = b"".join(frame_csv(session, held))
        sample = drawn(session, held)
    again = redraw(told, frame)
    assert again.matches
    assert again.sample == sample
    strata: dict[str, list[str]] = {}
    for line in frame.decode().splitlines()[1:]:
        identifier, stratum = line.split(",")
        strata.setdefault(stratum, []).append(identifier)
    assert sum(map(len, strata.values())) == len(people)
    by_hand = [
        one for stratum in sorted(strata) for one in order("bar-77", strata[stratum])[: told["allocation"][stratum]]
    ]
    assert sample == by_hand
    broken = redraw(told, frame.replace(b"\n", b" \n", 1))
    assert not broken.matches
    assert "SHA-256" in broken.differs[0]


def test_a_round_asks_reminds_and_closes_with_one_disposition_each(db: Any) -> None:
    people = a_city(db, 40)
    an_rt_head(db, "+6281999000111")
    name = a_round(everyone=True, plan="sms 0, sms 2d, rt 5d, visit 12d, close 21d")
    assert begin(name) == 40
    assert contact_all(NOW) == 40  # who has no phone moves on to the head
    texts = db.execute("SELECT count(*), count(DISTINCT phone_id) FROM outbox WHERE round_id IS NOT NULL").fetchone()
    assert texts == (36, 36)
    tended(NOW)
    assert db.execute("SELECT state FROM round").fetchone() == ("open",)
    answer(db, people[0], "confirms", NOW + dt.timedelta(hours=1))
    assert db.execute("SELECT round_id FROM evidence").fetchone() is not None
    later = NOW + dt.timedelta(days=2, minutes=1)
    tended(later)
    assert contact_all(later) == 35
    reminders = db.execute("SELECT count(*) FROM outbox WHERE purpose = 'reminder'").fetchone()
    assert reminders == (35,)
    later = NOW + dt.timedelta(days=5, minutes=1)
    contact_all(later)
    assert db.execute("SELECT count(*) FROM outbox WHERE screen = 'g14.rt_task'").fetchone() == (1,)
    later = NOW + dt.timedelta(days=12, minutes=1)
    contact_all(later)
    assert db.execute("SELECT count(*) FROM task WHERE kind = 'round_visit'").fetchone() == (39,)
    later = NOW + dt.timedelta(days=21, minutes=1)
    tended(later)
    tended(later)
    assert db.execute("SELECT state, closed_how FROM round").fetchone() == ("closed", "plan over")
    with transaction() as session:
        counts = dispositions.counted(session, find_round(session, name))
        told = report_of(session, find_round(session, name)).as_json()
    assert sum(counts.values()) == 40
    assert counts["complete"] == 1
    assert "pending" not in counts
    assert told["sample"] == 40
    assert told["overall"]["share"] is None
    assert told["overall"]["refused"] == "few_answers"
    assert told["overall"]["worst"] == pytest.approx(1 / 40)


def test_four_workers_who_contact_a_round_contact_nobody_twice(db: Any) -> None:
    people = a_city(db, 120)
    for place in range(0, 120, 6):  # neighbours who answer on one phone: one after the other
        link(db, people[place].number, people[place + 3].worker)
    name = a_round(everyone=True)
    begin(name)

    def contacts(number: int) -> int:
        chance, total = random.Random(number), 0
        while True:
            with transaction() as session:
                some = reach.contact(session, now=NOW, most=chance.choice((3, 7, 20)))
                time.sleep(chance.random() / 50)
            if not some:
                return total
            total += some

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(contacts, range(4)))
    assert sum(shares) == 120, shares
    assert all(shares), shares
    texts, phones, workers, causes = db.execute(
        """SELECT count(*), count(DISTINCT phone_id), count(DISTINCT worker_id), count(DISTINCT cause)
           FROM outbox WHERE round_id IS NOT NULL"""
    ).fetchone()
    asked = db.execute("SELECT count(*) FROM round_person WHERE asked_at IS NOT NULL").fetchone()[0]
    waiting = db.execute("SELECT count(*) FROM round_person WHERE wait_until IS NOT NULL").fetchone()[0]
    assert texts == phones == workers == causes == asked
    assert asked + waiting == 120 - 8  # these have no phone, not even a neighbour's: they are for the head
    assert waiting == 20


def test_heads_are_rated_beside_workers_and_asked_again_by_lot(db: Any) -> None:
    people = a_city(db, 40)
    name = a_round(everyone=True)
    begin(name)
    contact_all(NOW)
    for place, someone in enumerate(people):
        at = NOW + dt.timedelta(minutes=1, seconds=2 * place)
        with transaction() as session:
            said = Statement("rt_head", "resident", "ussd", f"test:head:{someone.worker}", phone_id=None)
            record_of_enrolments(session, said, enrolments=[someone.enrolment], now=at)
        if place < 20:
            answer(db, someone, "moved" if place < 6 else "confirms", at + dt.timedelta(minutes=5))
    tended(NOW + dt.timedelta(hours=1))
    with transaction() as session:
        held = find_round(session, name, lock=True)
        assert draw_back_checks(session, held, 0.5, now=NOW + dt.timedelta(hours=2), by="test") == 18
        assert draw_back_checks(session, held, 0.5, now=NOW + dt.timedelta(hours=2), by="test") == 0
    asked = db.execute("SELECT count(*) FROM task WHERE kind = 'back_check'").fetchone()[0]
    with transaction() as session:
        told = raters_of(session, find_round(session, name))
    counts = [pair.counts for pair in told.by_kelurahan]
    assert sum(one.both_yes for one in counts) == 12
    assert sum(one.head_yes for one in counts) == 6
    assert told.drawn == 18  # four have no phone and were not asked yet
    assert told.open == asked
    assert sum(one.check.compared for one in told.checks) == 18 - asked
    assert {one.place for one in told.heads} == {"32.75.01.1001/011/003", "32.75.02.1001/011/003"}
    assert all(one.all_yes and one.quick for one in told.heads)


def test_two_rounds_of_the_same_people_are_compared_as_such(db: Any) -> None:
    people = a_city(db, 120)
    first, second = NOW, NOW + dt.timedelta(days=40)
    told = {}
    for name, when, yes in (("first", first, 100), ("second", second, 90)):
        a_round(name, everyone=True, plan="sms 0, close 1d", now=when)
        begin(name, when)
        contact_all(when)
        for place, someone in enumerate(people[:108]):
            answer(db, someone, "confirms" if place < yes else "denies", when + dt.timedelta(hours=1))
        for later in (1, 2):
            tended(when + dt.timedelta(days=1, minutes=later))
        with transaction() as session:
            told[name] = report_of(session, find_round(session, name))
    assert told["first"].since_before is None
    change = told["second"].since_before
    assert change is not None
    assert change.difference == pytest.approx(told["second"].overall.share - told["first"].overall.share)
    assert change.low is not None
    assert change.high is not None
    apart = newcombe(
        told["second"].overall.share,
        Interval(told["second"].overall.low, told["second"].overall.high),
        told["first"].overall.share,
        Interval(told["first"].overall.low, told["first"].overall.high),
    )
    assert change.high - change.low < apart.high - apart.low, "the same people: known better than from others"


def test_what_comes_in_late_is_counted_by_the_clock(db: Any) -> None:
    (someone,) = a_city(db, 1)
    name = a_round(everyone=True, plan="sms 0, close 1d")
    begin(name)
    contact_all(NOW)
    for later in (1, 2):
        tended(NOW + dt.timedelta(days=1, minutes=later))
    answer(db, someone, "confirms", NOW + dt.timedelta(days=2))
    tended(NOW + dt.timedelta(days=2, hours=1))
    with transaction() as session:
        assert dispositions.counted(session, find_round(session, name)) == {"late": 1}
    tended(NOW + dt.timedelta(days=200))
    assert db.execute("SELECT settled_at < %s FROM round", [NOW + dt.timedelta(days=100)]).fetchone() == (True,)
