"""By when a report is answered, against an oracle that walks the calendar day by day."""

from __future__ import annotations

import datetime as dt

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_service.grievances.clock import deadlines
from verify_service.grievances.opening import clock_of
from verify_service.ground.working_days import city_day, is_working_day, working_days_after

DAYS = st.dates(dt.date(2025, 11, 1), dt.date(2030, 12, 31))


def by_hand(day: dt.date, days: int) -> dt.date:
    """The slow way: one day after the other, counting those on which offices are open."""
    closed = holidays.country_holidays("ID", years=range(2025, 2033))
    while days:
        day += dt.timedelta(1)
        if day.weekday() < 5 and day not in closed:
            days -= 1
    return day


@given(DAYS, st.integers(1, 60))
def test_the_deadline_is_that_of_the_calendar(day: dt.date, days: int) -> None:
    assert working_days_after(day, days) == by_hand(day, days)


@given(DAYS, st.integers(1, 59))
def test_a_deadline_is_a_working_day_and_one_more_day_is_later(day: dt.date, days: int) -> None:
    assert is_working_day(working_days_after(day, days))
    assert working_days_after(day, days) < working_days_after(day, days + 1)


@pytest.mark.parametrize(
    ("opened", "category", "urgent", "answered_by"),
    [
        (dt.date(2026, 11, 23), "claim", False, dt.date(2026, 12, 11)),  # 14 working days, no holiday between
        (dt.date(2026, 12, 23), "wrong_data", False, dt.date(2026, 12, 31)),  # Christmas is none
        (dt.date(2026, 11, 27), "claim", True, dt.date(2026, 12, 1)),  # an accident on a Friday
        (dt.date(2026, 11, 27), "data", False, dt.date(2026, 11, 30)),  # 3x24 hours, Sunday or not
    ],
)
def test_the_class_says_how_long(opened: dt.date, category: str, urgent: bool, answered_by: dt.date) -> None:
    assert deadlines(clock_of(category, opened, urgent=urgent), today=opened).due_on == answered_by


def test_the_day_is_that_of_the_city() -> None:
    assert city_day(dt.datetime(2026, 11, 23, 18, 30, tzinfo=dt.UTC)) == dt.date(2026, 11, 24)
