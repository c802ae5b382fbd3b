"""The five webhooks of Africa's Talking, with the exact answers it expects.

The secret is in the path, since the provider signs nothing; a wrong one is a page that does not exist. A USSD hop is
always answered with a screen, a text always with 200 once it is stored: what is refused comes again for twelve hours.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

import structlog
from flask import Blueprint, Response, abort, request
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from verify_service import telemetry
from verify_service.conversations.hear import Heard, Hop, busy, hear
from verify_service.ground import queue
from verify_service.ground.database import Unavailable, line, transaction
from verify_service.ground.settings import settings
from verify_service.ground.together import ConnectionLost
from verify_service.messaging import inbox
from verify_service.messaging.gateways.africastalking import webhooks as provider
from verify_service.messaging.gateways.contract import (
    DeliveryReport,
    Event,
    InboundSms,
    OptOut,
    RawRequest,
    UssdEnd,
    UssdHop,
    secret_is_known,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GATEWAY = "africastalking"
LARGEST_BODY = 16 * 1024
PATIENCE = 3.0  # seconds for the whole of one hop; the provider gives up after ten

HOP = "/webhooks/africastalking/<secret>/ussd"
PLAIN = "text/plain; charset=utf-8"
_PATH = "/webhooks/africastalking/"
_HEADERS = (("Content-Type", PLAIN), ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))

T = TypeVar("T")
log = structlog.get_logger()
blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks/africastalking")


@blueprint.before_request
def _check() -> None:
    """Secret first, then size: a stranger learns nothing, not even what is too large."""
    if not secret_is_known((request.view_args or {}).get("secret", ""), settings().webhook_secrets):
        abort(404)
    request.max_content_length = LARGEST_BODY + 1  # a chunked body has no length: read one byte more than is allowed
    if (request.content_length or 0) > LARGEST_BODY or len(request.get_data()) > LARGEST_BODY:
        raise RequestEntityTooLarge


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
    try:
        heard = _hear(hop)
    except Unavailable as away:
        log.warning("hop not heard", reason=type(away).__name__)
        return busy()
    except Exception as fault:
        # A fault of ours must not leave a person with a dead session; the log has the place, never the content.
        telemetry.log_fault(fault, HOP)
        return busy()
    if heard.nudge:
        queue.nudge_soon(queue.RECONCILE)
    return heard.text


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

    return _stored(store)


@blueprint.post("/<secret>/sms")
def sms(secret: str) -> Response:
    """A text: stored once, handled later."""
    raw = request.get_data()

    def store(session: Session, now: dt.datetime) -> None:
        texts = [event for event in _events("sms") if isinstance(event, InboundSms)]
        for text in texts or [inbox.unreadable()] if raw else []:
            inbox.store_message(session, GATEWAY, text, raw, now=now)

    answer = _stored(store)
    if answer.status_code == 200:
        queue.nudge(queue.TEXTS)
    return answer


@blueprint.post("/<secret>/delivery-reports")
def delivery_reports(secret: str) -> Response:
    """What became of a text of ours."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("delivery-reports"):
            if isinstance(event, DeliveryReport):
                inbox.store_delivery_report(session, GATEWAY, event, now=now)

    return _stored(store)


@blueprint.post("/<secret>/opt-outs")
def opt_outs(secret: str) -> Response:
    """A number that wants no more texts."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in _events("opt-outs"):
            if isinstance(event, OptOut):
                inbox.store_opt_out(session, GATEWAY, event, now=now)

    return _stored(store)


def _events(kind: str) -> list[Event]:
    raw = RawRequest(
        kind=kind,
        method=request.method,
        headers=dict(request.headers),
        body=request.get_data(),
        peer=request.remote_addr or "",
    )
    return provider.parse(raw)


def _hear(hop: Hop) -> Heard:
    """Hear it; once more if the connection broke, or if another phone was first to open the same session."""

    def hear_within(seconds: float, now: dt.datetime) -> Heard:
        with line(seconds) as open_line:
            return hear(open_line, hop, now=now)

    return _twice(hear_within, ConnectionLost, UniqueViolation)


def _in_one_transaction(work: Callable[[Session, dt.datetime], None]) -> None:
    def do(seconds: float, now: dt.datetime) -> None:
        with transaction(seconds) as session:
            work(session, now)

    _twice(do)


def _twice(work: Callable[[float, dt.datetime], T], *also: type[Exception]) -> T:
    """Do it once more if the connection broke, or for another such error, since doing the same twice has one effect."""
    now = dt.datetime.now(dt.UTC)
    started = time.monotonic()
    try:
        return work(PATIENCE, now)
    except Exception as broken:
        left = PATIENCE - (time.monotonic() - started)
        again = broken.connection_invalidated if isinstance(broken, DBAPIError) else isinstance(broken, also)
        if not again or left < PATIENCE / 2:
            raise
    return work(left, now)


def _stored(store: Callable[[Session, dt.datetime], None]) -> Response:
    try:
        _in_one_transaction(store)
    except Unavailable as away:
        log.warning("not stored", reason=type(away).__name__)
        return Response(status=503, headers={"Retry-After": "30"})
    return Response("", status=200, content_type=PLAIN)
