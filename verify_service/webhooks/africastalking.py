"""The five webhooks of Africa's Talking, with the exact answers it expects.

A USSD hop is always answered with a screen, a text always with 200 once it is stored: what is refused comes again for
twelve hours.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from verify_service import telemetry
from verify_service.conversations.hear import Hop, busy
from verify_service.ground.settings import settings
from verify_service.messaging import inbox
from verify_service.messaging.gateways.africastalking import webhooks as provider
from verify_service.messaging.gateways.contract import Event, OptOut, RawRequest, UssdEnd, UssdHop, secret_is_known
from verify_service.webhooks.doors import (
    LARGEST_BODY,
    PLAIN,
    check,
    keep_reports,
    keep_texts,
    next_screen,
    raw_request,
    stored,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GATEWAY = "africastalking"

HOP = "/webhooks/africastalking/<secret>/ussd"
_PATH = "/webhooks/africastalking/"
_HEADERS = (("Content-Type", PLAIN), ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))

blueprint = Blueprint("africastalking", __name__, url_prefix="/webhooks/africastalking")
blueprint.before_request(check)


@blueprint.post("/<secret>/ussd")
def ussd(secret: str) -> Response:
    """A hop that the door in front did not take, such as one without a length."""
    return Response(answer_hop(request.get_data()), status=200, content_type=PLAIN)


def answer_hop(body: bytes) -> str:
    """The next screen, whatever happens behind it."""
    hops = [event for event in provider.parse(RawRequest("ussd", "POST", {}, body)) if isinstance(event, UssdHop)]
    if not hops or hops[0].phone is None or not hops[0].session:
        return busy()
    hop = Hop(GATEWAY, hops[0].session, hops[0].phone, hops[0].text or "")
    return next_screen(hop, HOP)


class Door:
    """The USSD webhook, in front of Flask: most of what this service answers, and what a person waits for.

    It takes only what it can answer without a question: a POST of known length with a valid secret. All else, each
    refusal included, is for the application behind it.
    """

    def __init__(self, behind: WSGIApplication) -> None:
        self._behind = behind
        self._answers = telemetry.Often("POST", HOP, 200)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        length = environ.get("CONTENT_LENGTH") or ""
        if environ["REQUEST_METHOD"] != "POST" or not length.isdecimal() or int(length) > LARGEST_BODY:
            return self._behind(environ, start_response)
        before, _, rest = environ["PATH_INFO"].partition(_PATH)
        secret, _, kind = rest.partition("/")
        if before or kind != "ussd" or not secret_is_known(secret, settings().webhook_secrets):
            return self._behind(environ, start_response)
        body = environ["wsgi.input"].read(int(length))
        if len(body) != int(length):  # broken off: half a transcript is another transcript
            return self._behind({**environ, "wsgi.input": BytesIO(body)}, start_response)
        screen = answer_hop(body).encode()
        start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(screen)))])
        self._answers.answered(time.perf_counter() - began)
        return [screen]


@blueprint.post("/<secret>/ussd-events")
def ussd_events(secret: str) -> Response:
    """The end of a session."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("ussd-events"):
            if isinstance(event, UssdEnd) and event.session:
                inbox.store_session_end(session, GATEWAY, event, now=now)

    return stored(store)


@blueprint.post("/<secret>/sms")
def sms(secret: str) -> Response:
    """A text: stored once, handled later."""
    return keep_texts(GATEWAY, _events("sms"), request.get_data())


@blueprint.post("/<secret>/delivery-reports")
def delivery_reports(secret: str) -> Response:
    """What became of a text of ours."""
    return keep_reports(GATEWAY, _events("delivery-reports"))


@blueprint.post("/<secret>/opt-outs")
def opt_outs(secret: str) -> Response:
    """A number that wants no more texts."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("opt-outs"):
            if isinstance(event, OptOut):
                inbox.store_opt_out(session, GATEWAY, event, now=now)

    return stored(store)


def _events(kind: str) -> list[Event]:
    return provider.parse(raw_request(kind))
