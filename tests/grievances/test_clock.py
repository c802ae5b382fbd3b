"""The clock of a report, against an oracle that lives through the days one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from verify_service.grievances.clock import Clock, ClockState, deadline, deadlines
from verify_service.grievances.states import GrievanceState
from verify_service.grievances.steps import pauses_in
from verify_service.ground.programme import programme

START = dt.date(2026, 3, 2)
NOON = dt.time(5, tzinfo=dt.UTC)  # twelve in the city
DAYS = st.integers(0, 120).map(lambda days: START + dt.timedelta(days))
HOLIDAYS = st.frozensets(DAYS, max_size=30)

# What happens to a report, day by day: a question stops the clock, an answer or silence starts it, the rest does not.
KINDS = st.sampled_from(["ask", "added", "note", "assign", "silent", "answer", "call", "escalate", "category", "still"])
HISTORY = st.lists(st.tuples(st.integers(0, 9), KINDS), max_size=25)


def lived(history: Sequence[tuple[int, str]]) -> list[tuple[str, dt.datetime, dict[str, Any]]]:
    """Events as the thread keeps them, in order; what cannot happen in a state is no event."""
    day, waiting, events = START, False, []
    for later, kind in history:
        day += dt.timedelta(later)
        leaves = waiting and kind in ("added", "silent", "answer")
        if kind == "ask" and waiting:
            continue
        if kind in ("silent", "answer") and not waiting:
            kind = "note"
        came = GrievanceState.WAITING if waiting else GrievanceState.IN_PROGRESS
        events.append((kind, dt.datetime.combine(day, NOON), {"from": came.value} if kind == "ask" or leaves else {}))
        waiting = kind == "ask" or (waiting and not leaves)
    return events


def by_hand(
    history: Sequence[tuple[int, str]], allowed: int, closed: frozenset[dt.date], today: dt.date, *, calendar: bool
) -> tuple[dt.date, dt.date]:
    """The slow way: get up each morning and ask whether the clock stood when the day began."""
    events = lived(history)
    at_risk = -(-allowed * programme().sla.at_risk_percent // 100)
    day, used, risk_on = START, 0, None
    while True:
        day += dt.timedelta(1)
        stood = False
        for kind, at, detail in events:
            if at.date() >= day:
                break
            if kind == "ask":
                stood = True
            elif detail:
                stood = False
        if stood and day > today and not any(at.date() >= day for _, at, _ in events):
            stood = False  # a question still open is taken to be answered today
        works = calendar or (day.weekday() < 5 and day not in closed)
        used += works and not stood
        if risk_on is None and used >= at_risk:
            risk_on = day
        if used >= allowed:
            return day, risk_on or day


@given(HISTORY, st.integers(1, 60), HOLIDAYS, st.booleans())
def test_any_history_gives_the_deadline_of_the_calendar(
    history: list[tuple[int, str]], allowed: int, closed: frozenset[dt.date], calendar: bool
) -> None:
    events = lived(history)
    today = max((at.date() for _, at, _ in events), default=START)
    clock = Clock(START, allowed, pauses_in(events, START), calendar=calendar)
    ends = deadlines(clock, today=today, works=lambda day: day.weekday() < 5 and day not in closed)
    assert (ends.due_on, ends.risk_on) == by_hand(history, allowed, closed, today, calendar=calendar)


@given(HISTORY, st.integers(1, 60))
def test_a_comment_never_moves_the_deadline(history: list[tuple[int, str]], allowed: int) -> None:
    events = lived(history)
    today = max((at.date() for _, at, _ in events), default=START)
    silent = [event for event in events if event[0] not in ("note", "call", "assign", "category", "still", "escalate")]
    with_all, without = (
        deadlines(Clock(START, allowed, pauses_in(one, START)), today=today) for one in (events, silent)
    )
    assert with_all == without


@given(HISTORY, st.integers(1, 60))
def test_a_pause_never_brings_the_deadline_forward(history: list[tuple[int, str]], allowed: int) -> None:
    events = lived(history)
    today = max((at.date() for _, at, _ in events), default=START)
    plain = deadlines(Clock(START, allowed), today=today)
    paused = deadlines(Clock(START, allowed, pauses_in(events, START)), today=today)
    assert paused.due_on >= plain.due_on
    assert paused.risk_on <= paused.due_on


def test_it_is_at_risk_when_four_fifths_are_used_and_overdue_the_day_after() -> None:
    monday = dt.date(2026, 11, 2)
    ends = deadlines(Clock(monday, 5), today=monday)
    assert (ends.risk_on, ends.due_on) == (dt.date(2026, 11, 6), dt.date(2026, 11, 9))
    report = SimpleNamespace(
        state=GrievanceState.IN_PROGRESS,
        due_on=ends.due_on,
        risk_on=ends.risk_on,
        close_on=None,
        closed_at=None,
        promised_on=None,
        verify_by=monday,
    )
    stands = {5: ClockState.ON_TIME, 6: ClockState.AT_RISK, 9: ClockState.AT_RISK, 10: ClockState.OVERDUE}
    assert {day: deadline(report, dt.date(2026, 11, day)).standing for day in stands} == stands
    report.state = GrievanceState.WAITING
    assert deadline(report, dt.date(2026, 11, 19)).standing is ClockState.PAUSED
