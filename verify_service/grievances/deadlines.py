"""By when a report is answered: working days of the city, which national holidays and joint leave are not."""

from __future__ import annotations

import datetime as dt
from itertools import count

from verify_service.ground.programme import Category, programme
from verify_service.messaging.window import holidays_of

_WEEKEND = (6, 7)


def is_working_day(day: dt.date) -> bool:
    """Whether the city's offices work on this day."""
    window = programme().send_window
    return (
        day.isoweekday() not in _WEEKEND
        and day not in window.closed_on
        and day not in holidays_of(window.holidays, day.year)
    )


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The `days`-th working day after this one: the day itself never counts."""
    left = days
    for later in count(1):
        following = day + dt.timedelta(later)
        left -= is_working_day(following)
        if left <= 0:
            return following
    raise AssertionError("no year is without working days")


def working_days_before(day: dt.date, days: int) -> dt.date:
    """The latest day of which `working_days_after` so many days is this one or earlier."""
    left = days
    for earlier in count():
        left -= is_working_day(day - dt.timedelta(earlier))
        if left <= 0:
            return day - dt.timedelta(earlier + 1)
    raise AssertionError("no year is without working days")


def city_day(moment: dt.datetime) -> dt.date:
    """The day it is in the city."""
    return moment.astimezone(programme().zone).date()


def days_allowed(category: Category, *, urgent: bool) -> int:
    """In how many days a report of this kind is answered at most."""
    sla = programme().sla
    return sla.urgent if urgent else int(getattr(sla, category.sla))


def due(category: Category, opened: dt.date, *, urgent: bool) -> dt.date:
    """The day by which it is answered; what the law counts in hours is counted in days of the calendar."""
    days = days_allowed(category, urgent=urgent)
    if category.sla == "data_days" and not urgent:
        return opened + dt.timedelta(days)
    return working_days_after(opened, days)
