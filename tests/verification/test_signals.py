"""Signs that somebody answers for others: each is noticed at its threshold, not below it, and never acts by itself."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from tests.people import NOW, Someone, a_phone, a_worker, an_rt_head
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.tasks import close_task
from verify_service.verification.signals import KIND, Signal, flag, notice

HANDSET, HEAD = "+6281200000001", "+6281300000001"
SECOND = dt.timedelta(seconds=1)
UNEVEN = (0, 7_000, 9_500, 20_000, 31_000, 33_000, 50_000, 61_000, 70_000, 71_500, 80_000, 84_000)


def people(db: Any, how_many: int, **where: Any) -> list[Someone]:
    """Workers without a phone of their own, in one RT."""
    return [
        a_worker(db, nik=f"32750115019{number:05}", phone=None, row=number + 2, **where) for number in range(how_many)
    ]


def answers(
    db: Any,
    phone: int,
    someone: Someone,
    after: float,
    *,
    statement: str = "confirms",
    source: str = "worker",
    assisted: bool = False,
    talk: str | None = None,
) -> None:
    """One answer, so many seconds after a day ago."""
    serial = db.execute("SELECT count(*) FROM evidence").fetchone()[0]
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, phone_id, inbound, received_at)
           VALUES (%s, %s, %s, %s, 'ussd', %s, %s, %s)""",
        [
            someone.enrolment,
            source,
            statement,
            assisted,
            phone,
            f"{talk or f'conversation:{serial}'}:{serial}",
            NOW - dt.timedelta(days=2) + after * SECOND,
        ],
    )


def all_answer(db: Any, phone: int, workers: Iterable[Someone], at: Sequence[float], **how: Any) -> None:
    for someone, after in zip(workers, at, strict=False):
        answers(db, phone, someone, after, **how)


def signals() -> list[str]:
    with transaction() as session:
        return [noticed.signal.value for noticed in notice(session, now=NOW)]


def look(now: dt.datetime = NOW) -> int:
    with transaction() as session:
        return flag(session, now=now)


# --- many workers ---


def test_five_workers_from_one_handset_within_a_day_are_a_sign(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 5), UNEVEN)
    assert signals() == [Signal.MANY_WORKERS]


def test_a_family_of_four_is_not(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), [*people(db, 4)] * 3, UNEVEN)
    assert signals() == []


def test_five_workers_over_two_days_are_not(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 5), (0, 7_000, 9_500, 20_000, 24 * 3600))
    assert signals() == []


def test_whoever_says_not_me_five_times_answers_for_nobody(db: Any) -> None:
    phone = a_phone(db, HANDSET)
    for place, someone in enumerate(people(db, 5)):
        talk = f"conversation:{place}"
        answers(db, phone, someone, UNEVEN[place], talk=talk)
        answers(db, phone, someone, UNEVEN[place] + 20, statement="not_me", talk=talk)
    assert signals() == []


def test_residents_whom_an_rt_head_helped_are_no_crowd(db: Any) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, 9), UNEVEN, assisted=True)
    assert signals() == []


# --- one rhythm ---


def test_six_answers_at_one_rhythm_are_a_sign(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 6), (0, 50, 98, 150, 195, 250))
    assert signals() == [Signal.MANY_WORKERS, Signal.RHYTHM]


@pytest.mark.parametrize(
    "at",
    [
        (0, 50, 98, 150, 195),  # five
        (0, 50, 98, 150, 195, 280),  # the last one late by more than a fifth
        (0, 70, 140, 210, 280, 350),  # slower than a minute
    ],
)
def test_people_who_take_their_time_are_not(db: Any, at: Sequence[float]) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 6), at)
    assert Signal.RHYTHM not in signals()


def test_one_worker_who_answers_again_and_again_is_not(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 1) * 12, range(0, 120, 10))
    assert signals() == []


@pytest.mark.parametrize(("last", "noticed"), [(59, True), (60, False)])
def test_six_answers_within_a_minute_are_a_sign_at_any_rhythm(db: Any, last: int, noticed: bool) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 6), (0, 1, 3, 30, 31, last))
    assert (Signal.RHYTHM in signals()) is noticed


# --- the phone of an RT head ---


def test_an_rt_head_who_answers_for_a_resident_is_a_sign_from_the_first(db: Any) -> None:
    head = an_rt_head(db, HEAD)
    himself = a_worker(db, phone=HEAD, nik="3275011501900077", row=99)
    answers(db, a_phone(db, HEAD), himself, 0)
    assert signals() == []
    (resident,) = people(db, 1)
    answers(db, a_phone(db, HEAD), resident, 60)
    assert signals() == [Signal.RT_PHONE]
    assert look() == 1
    task = db.execute("SELECT kind, kelurahan_code, rw, rt, rt_head_id, detail ->> 'workers' FROM task").fetchone()
    assert task == (KIND, "32.75.01.1001", "011", "003", head, "1")


def test_a_worker_of_another_rt_is_not_his_resident(db: Any) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, 1, rt="004"), (0,))
    assert signals() == []


def test_a_head_who_has_left_answers_like_anybody(db: Any) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, 1), (0,))
    db.execute("UPDATE rt_head SET until = %s", [NOW.date()])
    assert signals() == []


def test_what_was_said_before_he_took_office_is_no_sign(db: Any) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, 1), (0,))
    db.execute("UPDATE rt_head SET since = %s", [NOW.date()])
    assert signals() == []


@pytest.mark.parametrize(("residents", "noticed"), [(10, [Signal.RT_CONFIRMS_ALL]), (9, [])])
def test_ten_residents_helped_and_all_of_them_confirm(db: Any, residents: int, noticed: list[str]) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, residents), UNEVEN, assisted=True)
    assert signals() == noticed


def test_one_resident_who_does_not_know_of_it_makes_the_help_believable(db: Any) -> None:
    an_rt_head(db, HEAD)
    *most, last = people(db, 11)
    all_answer(db, a_phone(db, HEAD), most, UNEVEN, assisted=True)
    answers(db, a_phone(db, HEAD), last, 90_000, statement="does_not_know", assisted=True)
    assert signals() == []


@pytest.mark.parametrize(("gap", "how_many", "noticed"), [(5, 10, True), (6, 10, True), (7, 10, False), (5, 9, False)])
def test_a_head_who_confirms_everybody_within_seconds(db: Any, gap: int, how_many: int, noticed: bool) -> None:
    an_rt_head(db, HEAD)
    at = [0, *(place * gap for place in range(1, how_many))]
    all_answer(db, a_phone(db, HEAD), people(db, how_many), at, source="rt_head", statement="resident")
    assert (Signal.RT_QUICK in signals()) is noticed


def test_a_head_who_sees_one_who_moved_has_looked(db: Any) -> None:
    an_rt_head(db, HEAD)
    residents = people(db, 10)
    all_answer(db, a_phone(db, HEAD), residents[:9], range(0, 45, 5), source="rt_head", statement="resident")
    answers(db, a_phone(db, HEAD), residents[9], 45, source="rt_head", statement="moved")
    assert Signal.RT_QUICK not in signals()


@pytest.mark.parametrize(("how_many", "noticed"), [(10, [Signal.RT_RHYTHM]), (9, [])])
def test_a_head_who_speaks_at_one_rhythm(db: Any, how_many: int, noticed: list[str]) -> None:
    an_rt_head(db, HEAD)
    all_answer(db, a_phone(db, HEAD), people(db, how_many), range(0, 200, 20), source="rt_head", statement="resident")
    assert signals() == noticed


# --- what becomes of it ---


def test_a_sign_is_a_task_and_changes_nothing_else(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 5), UNEVEN)
    db.execute("DELETE FROM stale_enrolment")
    assert (look(), look()) == (1, 0)
    assert db.execute("SELECT subject, due_on FROM task").fetchall() == [
        (f"many_workers:phone:{a_phone(db, HANDSET)}", dt.date(2026, 11, 30))
    ]
    for table in ("stale_enrolment", "verdict", "discrepancy", "outbox"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_after_an_officer_has_closed_it_the_same_answers_open_nothing(db: Any) -> None:
    phone, workers = a_phone(db, HANDSET), people(db, 9)
    all_answer(db, phone, workers[:5], UNEVEN)
    look()
    with transaction() as session:
        close_task(session, KIND, f"many_workers:phone:{phone}", how="not so", by="officer:1", now=NOW)
    assert look() == 0
    all_answer(db, phone, workers[5:9], UNEVEN[5:])  # four more: with the old ones many, by themselves a family
    assert look() == 0
    answers(db, phone, workers[0], UNEVEN[9])
    assert look() == 1


def test_what_is_old_is_not_looked_at(db: Any) -> None:
    all_answer(db, a_phone(db, HANDSET), people(db, 5), UNEVEN)
    assert look(NOW + dt.timedelta(days=29)) == 0


def test_it_says_where_only_as_far_as_all_of_them_live_there(db: Any) -> None:
    here, there = people(db, 4), a_worker(db, nik="3275011501900088", phone=None, row=88, rt="009")
    all_answer(db, a_phone(db, HANDSET), [*here, there], UNEVEN)
    look()
    assert db.execute("SELECT kelurahan_code, rw, rt, rt_head_id FROM task").fetchall() == [
        ("32.75.01.1001", "011", None, None)
    ]


# --- the same, by hand ---

Answer = tuple[int, int, int]  # phone, worker, second


def _many(said: list[tuple[int, int]]) -> int:
    """Most different workers in any 24 hours."""
    day = 24 * 3600
    return max((len({w for w, at in said if last - day < at <= last}) for _, last in said), default=0)


def _rhythm(said: list[tuple[int, int]]) -> bool:
    rules = programme().signals
    for start in range(len(said) - rules.rhythm_answers + 1):
        run = said[start : start + rules.rhythm_answers]
        gaps = [float(b - a) for (_, a), (_, b) in itertools.pairwise(run)]
        median = statistics.median(gaps)
        even = (
            median < rules.rhythm_seconds
            and min(gaps) >= (1 - rules.rhythm_spread) * median
            and max(gaps) <= (1 + rules.rhythm_spread) * median
        )
        if len({worker for worker, _ in run}) == len(run) and (even or sum(gaps) < rules.burst_seconds):
            return True
    return False


@st.composite
def some_days(draw: st.DrawFn) -> list[Answer]:
    """Answers of two phones: slow ones, bursts, rhythms that are kept and lost."""
    said: list[Answer] = []
    for phone in range(2):
        at = 0
        for _ in range(draw(st.integers(0, 16))):
            at += draw(st.sampled_from((0, 3, 9, 10, 11, 40, 48, 50, 59, 61, 7_000, 30_000)))
            said.append((phone, draw(st.integers(0, 7)), at))
    return said


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=some_days())
def test_the_look_agrees_with_counting_by_hand(db: Any, said: list[Answer]) -> None:
    if not db.execute("SELECT 1 FROM worker").fetchone():
        people(db, 8)
    enrolments = [row[0] for row in db.execute("SELECT id FROM enrolment ORDER BY id")]
    db.execute("TRUNCATE evidence CASCADE")
    phones = [a_phone(db, HANDSET), a_phone(db, HEAD)]
    by_phone: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for phone, worker, at in said:
        answers(db, phones[phone], Someone(0, enrolments[worker], "", ""), at)
        by_phone[phones[phone]].append((worker, at))
    expected = {(phone, Signal.RHYTHM, 6) for phone, held in by_phone.items() if _rhythm(held)}
    expected |= {(p, Signal.MANY_WORKERS, most) for p, held in by_phone.items() if (most := _many(held)) >= 5}
    with transaction() as session:
        found = {(noticed.phone_id, noticed.signal, noticed.workers) for noticed in notice(session, now=NOW + 9 * DAY)}
    assert found == expected


DAY = dt.timedelta(days=1)
