"""How a report stands against its clock, in a word: on time, at risk, overdue, paused, answered or closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from verify_service.grievances.deadlines import is_working_day
from verify_service.grievances.life import State


class Standing(StrEnum):
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


@dataclass(frozen=True)
class Deadline:
    """The standing, the day it is about, and by how many working days it is late (or has left)."""

    standing: Standing
    day: dt.date | None
    days: int = 0
    unread: int = 0  # working days since somebody should have looked at it first; 0 while there is time


def deadline(report: Timed, today: dt.date) -> Deadline:
    """How this report stands today."""
    unread = 0
    if report.state == State.RECEIVED and report.verify_by < today:
        unread = working_days_between(report.verify_by, today)
    if report.closed_at is not None:
        return Deadline(Standing.CLOSED, report.closed_at.date())
    if report.state == State.ANSWERED:
        return Deadline(Standing.ANSWERED, report.close_on)
    if report.state == State.WAITING:
        return Deadline(Standing.PAUSED, report.due_on)
    if report.due_on < today:
        return Deadline(Standing.OVERDUE, report.due_on, working_days_between(report.due_on, today), unread)
    standing = Standing.AT_RISK if report.risk_on is not None and report.risk_on <= today else Standing.ON_TIME
    return Deadline(standing, report.due_on, working_days_between(today, report.due_on), unread)


@lru_cache(maxsize=8192)
def working_days_between(first: dt.date, last: dt.date) -> int:
    """How many working days lie after the first day, up to and with the last."""
    return sum(is_working_day(first + dt.timedelta(later)) for later in range(1, (last - first).days + 1))
