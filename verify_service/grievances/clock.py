"""A report's clock: working days from the day it came, standing still only while it waits for the citizen.

Nothing else moves it: no comment, no hand-over, no step. It is worked out from what happened, never counted up, so that
it can be worked out again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from verify_service.grievances.deadlines import is_working_day
from verify_service.ground.programme import programme

IsWorkingDay = Callable[[dt.date], bool]


@dataclass(frozen=True)
class Pause:
    """From the day the citizen was asked to the day the answer came; the days after the first up to the last are free.

    `until` is None while it waits still.
    """

    since: dt.date
    until: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.since < day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Clock:
    """What the deadline rests on: the day it started, the days allowed, and the pauses.

    `calendar` counts every day of the calendar, as the law does where it says hours.
    """

    start: dt.date
    allowed: int
    pauses: tuple[Pause, ...] = ()
    calendar: bool = False


@dataclass(frozen=True)
class Deadlines:
    """By when it is answered, and from when it is at risk; the start itself never counts."""

    due_on: dt.date
    risk_on: dt.date


def deadlines(clock: Clock, *, today: dt.date, works: IsWorkingDay = is_working_day) -> Deadlines:
    """The day the last of the days allowed is used up on, and the day after which so many per cent are.

    A pause that is still open is taken to end today: the deadline moves on while it waits.
    """
    closed = tuple(Pause(pause.since, pause.until or max(today, pause.since)) for pause in clock.pauses)
    at_risk = -(-clock.allowed * programme().sla.at_risk_percent // 100)  # used in full, rounded up
    used, risk_on = 0, None
    for later in count(1):
        day = clock.start + dt.timedelta(later)
        used += _counts(day, closed, works, calendar=clock.calendar)
        if risk_on is None and used >= at_risk:
            risk_on = day
        if used >= clock.allowed:
            return Deadlines(day, risk_on or day)
    raise AssertionError("no year is without working days")


class Standing(StrEnum):
    """How an open report stands with its clock."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    PAUSED = "paused"  # it waits for the citizen


def standing(due_on: dt.date, risk_on: dt.date | None, *, paused: bool, today: dt.date) -> Standing:
    """At risk from the day on which four fifths are used up; overdue from the day after the last."""
    if paused:
        return Standing.PAUSED
    if today > due_on:
        return Standing.OVERDUE
    return Standing.AT_RISK if risk_on is not None and today >= risk_on else Standing.ON_TIME


def used_days(clock: Clock, *, today: dt.date, works: IsWorkingDay = is_working_day) -> int:
    """How many of the days allowed are used up, this evening."""
    closed = tuple(Pause(pause.since, pause.until or today) for pause in clock.pauses)
    days = (clock.start + dt.timedelta(later) for later in range(1, (today - clock.start).days + 1))
    return sum(_counts(day, closed, works, calendar=clock.calendar) for day in days)


def _counts(day: dt.date, pauses: Sequence[Pause], works: IsWorkingDay, *, calendar: bool) -> bool:
    if any(pause.holds(day) for pause in pauses):
        return False
    return calendar or works(day)
