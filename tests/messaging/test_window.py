"""What we start goes out by day, on days that are no holiday, in the city's own time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from verify_service.ground.programme import SendWindow
from verify_service.messaging.window import is_open, next_open

JAKARTA = ZoneInfo("Asia/Jakarta")


def window(opens: str = "08:00", closes: str = "20:00", **more: Any) -> SendWindow:
    return SendWindow.model_validate({"from": opens, "to": closes} | more)


def wib(text: str) -> dt.datetime:
    """A time on the clocks of Bekasi."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


BEKASI = window(holidays="ID", closed_on=[dt.date(2026, 3, 20), dt.date(2026, 12, 24)])

MOMENTS = [
    ("in the middle of the day", "2026-11-23 10:00", "2026-11-23 10:00"),
    ("as it opens", "2026-11-23 08:00", "2026-11-23 08:00"),
    ("a moment before it opens", "2026-11-23 07:59:59.999999", "2026-11-23 08:00"),
    ("a moment before it closes", "2026-11-23 19:59:59.999999", "2026-11-23 19:59:59.999999"),
    ("as it closes", "2026-11-23 20:00", "2026-11-24 08:00"),
    ("a moment before midnight", "2026-11-23 23:59:59.999999", "2026-11-24 08:00"),
    ("at midnight", "2026-11-24 00:00", "2026-11-24 08:00"),
    ("on a Sunday", "2026-11-22 09:00", "2026-11-22 09:00"),
    ("the eve of Christmas, by decree, and Christmas", "2026-12-23 20:30", "2026-12-26 08:00"),
    ("New Year's night", "2026-12-31 22:00", "2027-01-02 08:00"),
    # Nyepi on the 19th, joint leave on the 20th, Idul Fitri on the 21st and 22nd
    ("Idul Fitri after Nyepi", "2026-03-18 20:00", "2026-03-23 08:00"),
    ("within Idul Fitri", "2026-03-22 12:00", "2026-03-23 08:00"),
]


@pytest.mark.parametrize(("asked", "opens"), [case[1:] for case in MOMENTS], ids=[case[0] for case in MOMENTS])
def test_a_text_of_ours_waits_for_the_window(asked: str, opens: str) -> None:
    assert next_open(wib(asked), BEKASI, JAKARTA) == wib(opens)


def test_a_window_may_keep_to_weekdays() -> None:
    weekdays = window(weekdays=[1, 2, 3, 4, 5])
    assert next_open(wib("2026-11-20 20:00"), weekdays, JAKARTA) == wib("2026-11-23 08:00")


def test_without_a_country_no_holidays_are_kept() -> None:
    assert is_open(wib("2026-12-25 09:00"), window(), JAKARTA)
    assert not is_open(wib("2026-12-25 09:00"), window(holidays="ID"), JAKARTA)


def test_midnight_as_the_end_is_the_end_of_the_day() -> None:
    whole = window("00:00", "00:00")
    assert all(is_open(wib(f"2026-11-23 {hour}"), whole, JAKARTA) for hour in ("00:00", "12:00", "23:59:59.999999"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "20:00", "to": "08:00"},
        {"from": "08:00", "to": "08:00"},
        {"from": "08:00", "to": "20:00", "weekdays": []},
        {"from": "08:00", "to": "20:00", "weekdays": [0]},
        {"from": "08:00", "to": "20:00", "holidays": "Bekasi"},
    ],
)
def test_a_window_that_never_opens_is_refused_with_the_programme_file(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SendWindow.model_validate(wrong)


minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: dt.time(minute // 60, minute % 60))
windows = (
    st.tuples(minutes, minutes)
    .filter(lambda pair: pair[0] != pair[1])
    .flatmap(
        lambda pair: st.builds(
            lambda country, weekdays, closed: SendWindow.model_validate(
                {"from": min(pair), "to": max(pair), "holidays": country, "weekdays": weekdays, "closed_on": closed}
            ),
            st.sampled_from(["", "ID"]),
            st.sets(st.integers(1, 7), min_size=1),
            st.lists(st.dates(dt.date(2026, 11, 1), dt.date(2026, 12, 31)), max_size=8),
        )
    )
)
moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
zones = st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "America/Santiago", "Europe/Berlin"]).map(ZoneInfo)


@given(moments, windows, zones)
def test_the_next_opening_is_inside_not_before_and_stays_where_it_is(
    asked: dt.datetime, kept: SendWindow, zone: ZoneInfo
) -> None:
    found = next_open(asked, kept, zone)
    assert found >= asked
    assert is_open(found, kept, zone)
    assert next_open(found, kept, zone) == found
    assert (found == asked) is is_open(asked, kept, zone)


@given(moments, windows, st.floats(0, 1))
def test_nothing_open_is_passed_over(asked: dt.datetime, kept: SendWindow, part: float) -> None:
    found = next_open(asked, kept, JAKARTA)
    between = asked + (found - asked) * part
    assert between >= found or not is_open(between, kept, JAKARTA)
