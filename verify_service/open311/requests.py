"""Reports that other systems file and follow."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any, Final

from flask import Response, request
from flask_babel import format_date, gettext
from sqlalchemy.orm import Session

from flows.references import read_reference
from verify_service.grievances.filing import ON_A_PAGE, Asked, Filed, NotFiled, Told, file_report, requests_of
from verify_service.grievances.numbers import full_number
from verify_service.grievances.opening import Opened
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone, read_phone
from verify_service.ground.programme import programme
from verify_service.labels.categories import kind_name
from verify_service.labels.standings import state_words
from verify_service.open311.door import FORMAT, PATIENCE, admitted, blueprint, guesses_numbers, has_key, too_many
from verify_service.open311.wire import Open311Refusal, answer, end_of, errors, moment, read_moment
from verify_service.registry.areas import kelurahan_named

LONGEST: Final = 4000  # letters of a description, as the standard says
_SPAN: Final = dt.timedelta(days=90)
_MOST_NUMBERS: Final = 200
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@blueprint.get(f"/requests.{FORMAT}")
def requests(form: str) -> Response:
    """Reports by number, or by kind, time and state."""
    now = dt.datetime.now(dt.UTC)
    return _listed(form, lambda: _asked(now), now)


@blueprint.get(f"/requests/<number>.{FORMAT}")
def one_request(number: str, form: str) -> Response:
    """One report; 404 for one that does not leave the house, as for one that is none."""
    return _listed(form, lambda: Asked(numbers=[_number(number)]), dt.datetime.now(dt.UTC), one=True)


@blueprint.get(f"/tokens/<token>.{FORMAT}")
def token(token: str, form: str) -> Response:
    """No tokens are given out, since a report has its number at once; a number is taken for one all the same."""
    now = dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        sender = admitted(session, now=now)
        if (refused := too_many(sender, form, now)) is not None:
            return refused
        found = requests_of(session, Asked(numbers=[_number(token)]))
    if not found:
        return errors(404, "token was not found", form)
    return answer("service_requests", [{"service_request_id": found[0].number, "token": token}], form)


def _listed(form: str, asked: Any, now: dt.datetime, *, one: bool = False) -> Response:
    if not has_key():
        return _followed(form, asked, one=one)
    with transaction(seconds=PATIENCE) as session:
        sender = admitted(session, now=now)
        if (refused := too_many(sender, form, now)) is not None:
            return refused
        try:
            found = requests_of(session, asked())
        except Open311Refusal as refusal:  # the call counts whatever it asked for
            return errors(refusal.status, refusal.description, form)
    if one and not found:
        return errors(404, "service_request_id was not found", form)
    return answer("service_requests", [_shown(told) for told in found], form)


def _followed(form: str, asked: Any, *, one: bool) -> Response:
    """What was filed here, by its number: FixMyStreet and others send their key with what they file and never again.

    Whoever has the number learns how it stands, as by a phone; lists need the key.
    """
    wanted = asked()
    if not wanted.numbers:
        raise Open311Refusal(403, "A list needs the api_key; without it ask by service_request_id for what you filed")
    if guesses_numbers():
        return errors(429, "Too many numbers from this address within an hour; send the api_key, or wait", form)
    with transaction(seconds=PATIENCE) as session:
        found = requests_of(session, replace(wanted, filed_here=True))
    if one and not found:
        return errors(404, "service_request_id was not found", form)
    return answer("service_requests", [_shown(told) for told in found], form)


def _asked(now: dt.datetime) -> Asked:
    given = request.args
    numbers = [_number(given) for given in _several("service_request_id")]
    if len(numbers) > _MOST_NUMBERS:
        raise Open311Refusal(400, f"More than {_MOST_NUMBERS} service_request_id at once; ask in parts")
    if numbers:
        return Asked(numbers=numbers)
    unknown = [code for code in _several("service_code") if code not in programme().categories]
    if unknown:
        raise Open311Refusal(404, "service_code was not found; see services")
    states = set(_several("status"))
    if not states <= {"open", "closed"}:
        raise Open311Refusal(400, "status is open, closed, or both with a comma between")
    since, until = _span(now)
    page = given.get("page", "1")
    if re.fullmatch("[1-9][0-9]{0,4}", page) is None:
        raise Open311Refusal(400, "page is a number from 1")
    size = given.get("page_size", str(ON_A_PAGE))
    if re.fullmatch("[1-9][0-9]{0,3}", size) is None:
        raise Open311Refusal(400, "page_size is a number from 1")
    over = None if len(states) != 1 else "closed" in states
    return Asked((), _several("service_code"), since, until, over, int(page), min(int(size), ON_A_PAGE))


def _span(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Ninety days at most, and the last ninety where nothing is said."""
    since = read_moment(request.args.get("start_date", ""), "start_date")
    until = read_moment(request.args.get("end_date", ""), "end_date")
    if since is None:
        until = until or now
        since = until - _SPAN
    until = until or since + _SPAN
    if not dt.timedelta() <= until - since <= _SPAN:
        raise Open311Refusal(400, "start_date and end_date may span ninety days at most, the earlier one first")
    return since, until


def _several(name: str) -> list[str]:
    """A filter that may be given more than once, or with commas."""
    parts = [part.strip() for given in request.args.getlist(name) for part in given.split(",")]
    return [_plain(part) for part in parts if part]


def _plain(sent: str) -> str:
    """What was sent to look something up by, without what no column holds."""
    return _CONTROLS.sub("", sent)[:80]


def _number(sent: str) -> str:
    """One of our numbers however it is spelt: small letters, blanks, another dash; else what was sent."""
    body = read_reference(sent)
    return full_number(body) if body else _plain(sent)


def _shown(told: Told) -> dict[str, Any]:
    """A report without its words and whose it is."""
    place = [part for part in (told.kelurahan, told.kecamatan) if part]
    return {
        "service_request_id": told.number,
        "status": "closed" if told.over else "open",
        "status_notes": state_words(told.state, merged=told.merged),
        "service_name": kind_name(told.category),
        "service_code": told.category,
        "description": None,
        "agency_responsible": programme().units.get(told.unit, told.unit),
        "service_notice": None,
        "requested_datetime": moment(told.opened_at),
        "updated_datetime": moment(told.changed_at),
        "expected_datetime": end_of(told.due_on),
        "address": ", ".join([*place, programme().city]) if place else None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


@blueprint.post(f"/requests.{FORMAT}")
def file(form: str) -> Response:
    """File a report; the same Idempotency-Key with the same body is answered as the first time."""
    now = dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        sender = admitted(session, now=now)
        if (refused := too_many(sender, form, now)) is not None:
            return refused
        try:
            opened = file_report(session, sender, _filed(session), now=now)
        except Open311Refusal as refusal:
            return errors(refusal.status, refusal.description, form)
    if opened is NotFiled.OTHER_BODY:
        return errors(422, "This Idempotency-Key was used for another request; make a new one", form)
    assert isinstance(opened, Opened)
    made = {"service_request_id": opened.number, "service_notice": _notice(opened), "account_id": None}
    return answer("service_requests", [made], form)


def _notice(opened: Opened) -> str:
    told = gettext(
        "Answered by %(day)s. The reporter follows it by dialling %(code)s with this number.",
        day=format_date(opened.due_on, "d MMMM y"),
        code=programme().ussd_code,
    )
    position = gettext("The position was not kept; send the name of the kelurahan as address_string.")
    return f"{told} {position}" if "lat" in request.form and "address_string" not in request.form else str(told)


def _filed(session: Session) -> Filed:
    """What was sent, read; Refused says what is wrong with it, without repeating it."""
    given = request.form
    code = given.get("service_code", "")
    if not code:
        raise Open311Refusal(
            400, "service_code was not provided, or the body is no form (application/x-www-form-urlencoded)"
        )
    if code not in programme().categories:
        raise Open311Refusal(404, "service_code was not found; see services")
    words = _CONTROLS.sub("", given.get("description", "")).strip()
    if not words:
        raise Open311Refusal(400, "description was not provided: the report in its sender's words")
    picture = _CONTROLS.sub("", given.get("media_url", "")).strip()
    if picture:
        if not re.fullmatch(r"https?://[^\s<>\"']{1,500}", picture):
            raise Open311Refusal(400, "media_url is no http or https address of 500 characters at most")
        words = f"{words}\n{picture}"
    if len(words) > LONGEST:
        raise Open311Refusal(400, f"description is longer than {LONGEST} characters")
    once = request.headers.get("Idempotency-Key", "")
    if len(once) > 255:
        raise Open311Refusal(400, "Idempotency-Key is longer than 255 characters")
    names = (_CONTROLS.sub("", given.get(name, "")).strip()[:80] for name in ("first_name", "last_name"))
    return Filed(
        category=code,
        words=words,
        phone=_phone(given.get("phone", "")),
        reporter=" ".join(name for name in names if name),
        kelurahan_code=kelurahan_named(session, _CONTROLS.sub("", given.get("address_string", ""))[:500]),
        once=once,
        body=json.dumps(sorted((name, value) for name, value in given.items(multi=True) if name != "api_key")),
    )


def _phone(sent: str) -> Phone | None:
    if not sent.strip():
        return None
    read = read_phone(sent)
    if isinstance(read, Phone):
        return read
    raise Open311Refusal(400, f"phone: expected {read.expected}")
