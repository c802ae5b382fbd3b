"""Days of the city: which day a moment falls on, which days its offices work, and how a day is written."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import holidays

from verify_service.ground import amended
from verify_service.ground.programme import programme


def city_day(moment: dt.datetime) -> dt.date:
    """The day it is in the city."""
    return moment.astimezone(programme().zone).date()


def short_date(day: dt.date) -> str:
    """A day as screens show it: dd/mm/yy."""
    return day.strftime("%d/%m/%y")


@lru_cache(maxsize=8)
def closed_days(country: str, more: frozenset[dt.date]) -> holidays.HolidayBase:
    """The national holidays of a country, "" for none, and `more` days: joint leave is no holiday by law."""
    closed = holidays.country_holidays(country) if country else holidays.HolidayBase()
    for day in more:
        closed.append(day)
    return closed


def _calendar() -> holidays.HolidayBase:
    window = programme().send_window
    return closed_days(window.holidays, frozenset(window.closed_on))


def is_working_day(day: dt.date) -> bool:
    """Whether the city's offices work on this day: Monday to Friday, and neither a holiday nor joint leave."""
    return _calendar().is_working_day(day)


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The `days`-th working day after this one, 1 at least: the day itself never counts."""
    return _calendar().get_nth_working_day(day, max(days, 1))


def working_days_before(day: dt.date, days: int) -> dt.date:
    """The latest day of which `working_days_after` so many days is this one or earlier."""
    first = day if is_working_day(day) else _calendar().get_nth_working_day(day, -1)
    for _ in range(max(days, 1) - 1):
        first = _calendar().get_nth_working_day(first, -1)
    return first - dt.timedelta(1)


@lru_cache(maxsize=8192)
def working_days_between(first: dt.date, last: dt.date) -> int:
    """How many working days lie after the first day, up to and with the last; 0 when the last is not after it."""
    return _calendar().get_working_days_count(first + dt.timedelta(1), last) if first < last else 0


amended.when_changed.append(working_days_between.cache_clear)
