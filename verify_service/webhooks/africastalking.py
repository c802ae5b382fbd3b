"""The five webhooks of Africa's Talking, with the exact answers it expects.

A USSD hop is always answered with a screen, a text always with 200 once it is stored: what is refused comes again for
twelve hours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from verify_service.conversations.hear import Hop, busy
from verify_service.messaging import inbox
from verify_service.messaging.gateways.africastalking import webhooks as provider
from verify_service.messaging.gateways.contract import Event, OptOut, RawRequest, UssdEnd, UssdHop
from verify_service.webhooks.doors import (
    PLAIN,
    Headers,
    check,
    keep_reports,
    keep_texts,
    next_screen,
    raw_request,
    stored,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATH = f"/webhooks/{provider.NAME}/"
HOP = f"{PATH}<secret>/ussd"
_HEADERS: Headers = (("Content-Type", PLAIN),)

blueprint = Blueprint(provider.NAME, __name__, url_prefix=f"/webhooks/{provider.NAME}")
blueprint.before_request(check)


@blueprint.post("/<secret>/ussd")
def ussd(secret: str) -> Response:
    """A hop that the door in front did not take, such as one without a length."""
    return Response(answer_hop(request.get_data()), status=200, content_type=PLAIN)


def answer_hop(body: bytes) -> str:
    """The next screen, whatever happens behind it."""
    hops = [event for event in provider.parse(RawRequest("ussd", {}, body)) if isinstance(event, UssdHop)]
    if not hops or hops[0].phone is None or not hops[0].session:
        return busy()
    hop = Hop(provider.NAME, hops[0].session, hops[0].phone, hops[0].text or "")
    return next_screen(hop, HOP)


def door(rest: str) -> str:
    """Whose door it is."""
    return provider.NAME


def takes(rest: str) -> bool:
    """Whether what stands behind the secret is a hop."""
    return rest == "ussd"


def answer(environ: WSGIEnvironment, rest: str, body: bytes) -> tuple[Headers, str]:
    """A hop, answered in front of Flask."""
    return _HEADERS, answer_hop(body)


@blueprint.post("/<secret>/ussd-events")
def ussd_events(secret: str) -> Response:
    """The end of a session."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("ussd-events"):
            if isinstance(event, UssdEnd) and event.session:
                inbox.store_session_end(session, provider.NAME, event, now=now)

    return stored(store)


@blueprint.post("/<secret>/sms")
def sms(secret: str) -> Response:
    """A text: stored once, handled later."""
    return keep_texts(provider.NAME, _events("sms"), request.get_data())


@blueprint.post("/<secret>/delivery-reports")
def delivery_reports(secret: str) -> Response:
    """What became of a text of ours."""
    return keep_reports(provider.NAME, _events("delivery-reports"))


@blueprint.post("/<secret>/opt-outs")
def opt_outs(secret: str) -> Response:
    """A number that wants no more texts."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("opt-outs"):
            if isinstance(event, OptOut):
                inbox.store_opt_out(session, provider.NAME, event, now=now)

    return stored(store)


def _events(kind: str) -> list[Event]:
    return provider.parse(raw_request(kind))
