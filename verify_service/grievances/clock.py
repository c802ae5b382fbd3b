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
from typing import Protocol

from verify_service.grievances.states import GrievanceState
from verify_service.ground.programme import Category, programme
from verify_service.ground.working_days import is_working_day, working_days_between

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


def _counts(day: dt.date, pauses: Sequence[Pause], works: IsWorkingDay, *, calendar: bool) -> bool:
    if any(pause.holds(day) for pause in pauses):
        return False
    return calendar or works(day)


def days_allowed(category: Category, *, urgent: bool) -> int:
    """In how many days a report of this kind is answered at most."""
    sla = programme().sla
    return sla.urgent if urgent else int(getattr(sla, category.sla))


class ClockState(StrEnum):
    """What an officer has to know of a deadline; pages say it in words, with a sign and a colour."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    PAUSED = "paused"  # the citizen was asked: the clock stands
    ANSWERED = "answered"
    CLOSED = "closed"


class Timed(Protocol):
    """Whatever has the clock of a report."""

    @property
    def state(self) -> str: ...
    @property
    def due_on(self) -> dt.date: ...
    @property
    def risk_on(self) -> dt.date | None: ...
    @property
    def close_on(self) -> dt.date | None: ...
    @property
    def closed_at(self) -> dt.datetime | None: ...
    @property
    def verify_by(self) -> dt.date: ...
    @property
    def promised_on(self) -> dt.date | None: ...


@dataclass(frozen=True)
class Deadline:
    """The standing, the day it is about, and by how many working days it is late (or has left)."""

    standing: ClockState
    day: dt.date | None
    days: int = 0
    unread: int = 0  # working days since somebody should have looked at it first; 0 while there is time
    promised: dt.date | None = None  # the new day that the citizen was told, once it is late


def deadline(report: Timed, today: dt.date) -> Deadline:
    """How this grievance stands today."""
    unread = 0
    if report.state == GrievanceState.RECEIVED and report.verify_by < today:
        unread = working_days_between(report.verify_by, today)
    if report.closed_at is not None:
        return Deadline(ClockState.CLOSED, report.closed_at.date())
    if report.state == GrievanceState.ANSWERED:
        return Deadline(ClockState.ANSWERED, report.close_on)
    if report.state == GrievanceState.WAITING:
        return Deadline(ClockState.PAUSED, report.due_on)
    if report.due_on < today:
        late = working_days_between(report.due_on, today)
        return Deadline(ClockState.OVERDUE, report.due_on, late, unread, report.promised_on)
    standing = ClockState.AT_RISK if report.risk_on is not None and report.risk_on <= today else ClockState.ON_TIME
    return Deadline(standing, report.due_on, working_days_between(today, report.due_on), unread)
