"""When texts that we start may go out: the programme's hours, in the city's own time, on days that are no holiday."""

from __future__ import annotations

import datetime as dt
from itertools import count
from zoneinfo import ZoneInfo

from verify_service.ground.programme import SendWindow, programme
from verify_service.ground.settings import settings
from verify_service.ground.working_days import closed_days


def may_write_from(moment: dt.datetime) -> dt.datetime:
    """The first moment from `moment` on at which this programme may start writing to people (UTC).

    The demo writes at any hour: nobody shows a system to a mayor only between eight and eight.
    """
    if settings().demo:
        return moment
    return next_open(moment, programme().send_window, programme().zone)


def window_closes(moment: dt.datetime) -> dt.datetime | None:
    """When the window closes that is open at `moment` (UTC); None where it never does, as in the demo."""
    window, zone = programme().send_window, programme().zone
    if settings().demo:
        return None
    day = moment.astimezone(zone).date()
    if window.closes == dt.time.min:
        return dt.datetime.combine(day + dt.timedelta(1), dt.time.min, zone).astimezone(dt.UTC)
    return dt.datetime.combine(day, window.closes, zone).astimezone(dt.UTC)


def next_open(moment: dt.datetime, window: SendWindow, zone: ZoneInfo) -> dt.datetime:
    """The first moment within the window that is not before `moment`: itself when it is inside, else an opening."""
    if is_open(moment, window, zone):
        return moment
    today = moment.astimezone(zone).date()
    for days in count():
        day = today + dt.timedelta(days)
        # Compared in UTC: within one zone Python compares what clocks on the wall show, also when put back.
        opening = dt.datetime.combine(day, window.opens, zone).astimezone(dt.UTC)
        if opening >= moment and is_open(opening, window, zone):
            return opening
    raise AssertionError("a window has weekdays, and neither holidays nor closed days go on for ever")


def is_open(moment: dt.datetime, window: SendWindow, zone: ZoneInfo) -> bool:
    """Whether the window is open; it closes at its last minute, so that a text due then waits for the next opening."""
    local = moment.astimezone(zone)
    if local.time() < window.opens or (window.closes != dt.time.min and local.time() >= window.closes):
        return False
    day = local.date()
    return day.isoweekday() in window.weekdays and day not in closed_days(window.holidays, frozenset(window.closed_on))
