"""What became of each month of a worker's cover, and what follows from it.

From the lists (planned), the treasury's files (paid) and the insurer's (active): the months in a row to the newest
reported one that the insurer has no premium of (the gap), the day on which that ends the cover (the lapse), and the day
from which a death that is not work-related pays in full. Months later than the newest insurer file are not reported yet
and say nothing. `matrix.py` does the same for everybody at once.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verify_service.ground.programme import CoverRules


class State(StrEnum):
    """Whether the premium of a month has reached the insurer."""

    PAID = "paid"
    UNPAID = "unpaid"
    UNKNOWN = (
        "unknown"  # no file says, or the insurer's says two things: it ends a run, as nobody can say it was unpaid
    )


@dataclass(frozen=True)
class Month:
    """One month of one worker; money in rupiah."""

    period: dt.date  # its first day
    planned: bool  # a list has him for this month, and he was not removed
    payment: str  # paid | unpaid | no_file, by the treasury's file
    amount: int | None
    premium: int  # what was due
    insurer: str  # active | unpaid | inactive | not_found | unclear | no_file
    listed: bool  # not before the first list named him: nothing was promised earlier

    @property
    def state(self) -> State:
        """The insurer's word decides; where no file of its came, the treasury's."""
        says = self.payment if self.insurer == "no_file" else self.insurer
        if says in ("active", "paid"):
            return State.PAID
        return State.UNPAID if self.listed and says in ("unpaid", "inactive", "not_found") else State.UNKNOWN

    @property
    def other_payer(self) -> bool:
        """Whether somebody else paid: the insurer has a premium, and the city paid none."""
        return self.insurer == "active" and self.payment == "unpaid"


@dataclass(frozen=True)
class Standing:
    """What a worker's months amount to, as of the newest reported one."""

    gap: int  # months in a row to the newest one that are unpaid
    unpaid_from: dt.date | None  # the first of them
    lapses_on: dt.date | None  # the first day without cover, if no premium of these months comes before it
    lapsed: bool
    paid_until: dt.date | None  # the last paid month
    full_death_from: dt.date | None  # None: no cover, or nobody can say
    other_payer: bool  # of the newest month


def standing(
    months: Sequence[Month],
    newest: dt.date,
    *,
    live_from: dt.date | None,
    member_since: dt.date | None,
    rules: Callable[[dt.date], CoverRules],
) -> Standing:
    """What the months of a worker, in order, amount to.

    `live_from` is the first month of the lists that still name him, None once he was removed; a run starts anew there.
    `member_since` is the insurer's newest word. Of the rules those of a month's first day count, and for the death
    benefit those of the day he joined. Source: the insurer's branches, 2025 (docs/operations.md, "Months").
    """
    run, ended, ends_on = 0, None, None  # ended: the newest month without cover; ends_on: the lapse of this run
    for month in months:
        if month.state is not State.UNPAID:
            run, ends_on = 0, None
            continue
        run, ends_on = (1, None) if month.period == live_from else (run + 1, ends_on)
        if month.insurer == "inactive" or run >= rules(month.period).lapse_months:
            ended = month.period
            ends_on = ends_on or (month.period if month.insurer == "inactive" else add_months(month.period, 1))
    reported = bool(months) and months[-1].period == newest
    gap = run if reported and live_from is not None and newest >= live_from else 0
    unpaid_from = add_months(newest, 1 - gap) if gap else None
    forecast = add_months(unpaid_from, rules(newest).lapse_months) if unpaid_from else None
    paid = [month.period for month in months if month.state is State.PAID]
    joined = _joined(paid, ended, member_since)
    return Standing(
        gap=gap,
        unpaid_from=unpaid_from,
        lapses_on=(ends_on or forecast) if gap else None,
        lapsed=bool(gap and ends_on),
        paid_until=max(paid, default=None),
        full_death_from=None if joined is None else _full_from(months, joined, rules(joined).death_months),
        other_payer=reported and months[-1].other_payer,
    )


def _joined(paid: Sequence[dt.date], ended: dt.date | None, member_since: dt.date | None) -> dt.date | None:
    """When the membership began that holds now: paying again after a lapse is a new registration."""
    if ended is None:
        return member_since or min(paid, default=None)
    again = min((period for period in paid if period > ended), default=None)
    return again if again is None or member_since is None else max(again, member_since)


def _full_from(months: Sequence[Month], joined: dt.date, waiting: int) -> dt.date:
    """The day by which so many months were paid since the member joined; each unpaid one before it puts it off."""
    unpaid = 0
    for month in months:
        if month.state is State.UNPAID and month.period >= joined.replace(day=1):
            unpaid += (months_between(joined, month.period) - unpaid) < waiting
    return add_months(joined, waiting + unpaid)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: dt.date, last: dt.date) -> int:
    """How many months later the second is, by the calendar."""
    return (last.year - first.year) * 12 + last.month - first.month
