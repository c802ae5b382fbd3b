"""The five webhooks of Africa's Talking, with the exact answers it expects.

The secret is in the path, since the provider signs nothing; a wrong one is a page that does not exist. A USSD hop is
always answered with a screen, a text always with 200 once it is stored: what is refused comes again for twelve hours.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from verify_service.conversations.hear import Hop, busy, hear
from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.settings import settings
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

GATEWAY = "africastalking"
LARGEST_BODY = 16 * 1024
PATIENCE = 3.0  # seconds for the whole of one hop; the provider gives up after ten

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
    """A hop: the next screen, whatever happens behind it."""
    hops = [event for event in _events("ussd") if isinstance(event, UssdHop)]
    if not hops or hops[0].phone is None or not hops[0].session:
        return _screen(busy())
    hop = Hop(GATEWAY, hops[0].session, hops[0].phone, hops[0].text or "")
    try:
        heard = _twice(lambda session, now: hear(session, hop, now=now))
    except Unavailable as away:
        log.warning("hop not heard", reason=type(away).__name__)
        return _screen(busy())
    except Exception:
        # A fault of ours must not leave a person with a dead session; the log has the place, never the content.
        log.exception("hop failed")
        return _screen(busy())
    if heard.nudge:
        queue.nudge(queue.RECONCILE)
    return _screen(heard.text)


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


def _twice(work: Callable[[Session, dt.datetime], T]) -> T:
    """Do it in one transaction; once more if the connection broke, since doing the same twice has one effect."""
    now = dt.datetime.now(dt.UTC)
    started = time.monotonic()
    try:
        with transaction(seconds=PATIENCE) as session:
            return work(session, now)
    except DBAPIError as broken:
        left = PATIENCE - (time.monotonic() - started)
        if not broken.connection_invalidated or left < PATIENCE / 2:
            raise
    with transaction(seconds=left) as session:
        return work(session, now)


def _stored(store: Callable[[Session, dt.datetime], None]) -> Response:
    try:
        _twice(store)
    except Unavailable as away:
        log.warning("not stored", reason=type(away).__name__)
        return Response(status=503, headers={"Retry-After": "30"})
    return Response("", status=200, content_type="text/plain; charset=utf-8")


def _screen(text: str) -> Response:
    return Response(text, status=200, content_type="text/plain; charset=utf-8")
