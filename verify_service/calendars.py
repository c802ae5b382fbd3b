"""The door for calendars: an officer's deadlines, for whoever has the address he made."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

import icalendar
from flask import Blueprint, Response, abort, make_response, request
from flask_babel import force_locale, gettext

from verify_service.accounts.calendar_address import officer_behind
from verify_service.grievances.due import Due, due_for
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.labels.categories import kind_name

PATIENCE: Final = 5.0  # seconds for the database

blueprint = Blueprint("calendars", __name__, url_prefix="/calendar")


@blueprint.get("/<token>.ics")
def due(token: str) -> Response:
    """One all-day entry for each report; 304 while nothing has changed, 404 for an address that was withdrawn."""
    with transaction(seconds=PATIENCE) as session:
        officer = officer_behind(session, token)
        if officer is None:
            abort(404)
        language, waiting = officer.language, due_for(session, officer)
    with force_locale(language):
        body = _calendar(waiting)
    response = make_response(body)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _calendar(waiting: list[Due]) -> bytes:
    """RFC 5545; the same bytes as long as nothing has changed."""
    what = gettext("answers due")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//verify-service//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{programme().brand}: {what}")
    calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for one in waiting:
        calendar.add_component(_entry(one))
    body: bytes = calendar.to_ical()
    return body


def _entry(one: Due) -> icalendar.Event:
    urgent = gettext("Urgent")
    summary = f"{one.number} {kind_name(one.category)}" if one.category else one.number
    entry = icalendar.Event()
    entry.add("uid", f"{one.number}@{programme().jurisdiction}")
    entry.add("dtstamp", one.changed_at.astimezone(dt.UTC))
    entry.add("sequence", one.version)
    entry.add("dtstart", one.on)
    entry.add("dtend", one.on + dt.timedelta(days=1))
    entry.add("summary", f"{urgent}: {summary}" if one.urgent and one.category else summary)
    entry.add("class", "PRIVATE")
    entry.add("transp", "TRANSPARENT")
    return entry
