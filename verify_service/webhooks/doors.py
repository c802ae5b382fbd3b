"""What all webhooks share: who may knock, hearing a hop, keeping what came in.

The secret is in the path, since no provider we know signs anything; a wrong one is a page that does not exist.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import Response, abort, request
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from verify_service import telemetry
from verify_service.conversations.hear import Heard, Hop, busy, hear
from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.pipeline import ConnectionLost, hop_connection
from verify_service.ground.settings import door_secrets
from verify_service.messaging import inbox
from verify_service.messaging.gateways.contract import DeliveryReport, Event, InboundSms, RawRequest, secret_is_known

LARGEST_BODY = 16 * 1024
PATIENCE = 3.0  # seconds for the whole of one hop; providers give up after ten at most
PLAIN = "text/plain; charset=utf-8"

T = TypeVar("T")
Headers = tuple[tuple[str, str], ...]
log = structlog.get_logger()


def check() -> None:
    """Secret first, then size: a stranger learns nothing, not even what is too large."""
    named = request.view_args or {}
    door = ":".join(filter(None, (request.blueprint or "", named.get("carrier", ""))))
    if not secret_is_known(named.get("secret", ""), door_secrets(door)):
        abort(404)
    request.max_content_length = LARGEST_BODY + 1  # a chunked body has no length: read one byte more than is allowed
    if (request.content_length or 0) > LARGEST_BODY or len(request.get_data()) > LARGEST_BODY:
        raise RequestEntityTooLarge


def raw_request(kind: str) -> RawRequest:
    """The call that is being answered, as gateways read it."""
    return RawRequest(
        kind=kind,
        headers=dict(request.headers),
        body=request.get_data(),
        query=request.query_string,
    )


def next_screen(hop: Hop, route: str) -> str:
    """The next screen, CON or END first, whatever happens behind it."""
    try:
        heard = _hear(hop)
    except Unavailable as away:
        log.warning("hop not heard", reason=type(away).__name__)
        return busy()
    except Exception as fault:
        # A fault of ours must not leave a person with a dead session; the log has the place, never the content.
        telemetry.log_fault(fault, route)
        return busy()
    if heard.nudge:
        queue.nudge_soon(queue.RECONCILE)
    return heard.text


def keep_texts(gateway: str, events: list[Event], raw: bytes) -> Response:
    """Texts: stored once, handled later; what cannot be read is kept for a person to look at."""

    def store(session: Session, now: dt.datetime) -> None:
        texts = [event for event in events if isinstance(event, InboundSms)]
        for text in texts or [inbox.unreadable()] if raw else []:
            inbox.store_message(session, gateway, text, raw, now=now)

    answer = stored(store)
    if answer.status_code == 200:
        queue.nudge(queue.TEXTS)
    return answer


def keep_reports(gateway: str, events: list[Event]) -> Response:
    """What became of texts of ours."""

    def store(session: Session, now: dt.datetime) -> None:
        for event in events:
            if isinstance(event, DeliveryReport):
                inbox.store_delivery_report(session, gateway, event, now=now)

    return stored(store)


def _hear(hop: Hop) -> Heard:
    """Hear it; once more if the connection broke, or if another phone was first with the same session or report."""

    def hear_within(seconds: float, now: dt.datetime) -> Heard:
        with hop_connection(seconds) as open_line:
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
        cause = broken.orig if isinstance(broken, DBAPIError) else broken
        again = isinstance(cause, also) or (isinstance(broken, DBAPIError) and broken.connection_invalidated)
        if not again or left < PATIENCE / 2:
            raise
    return work(left, now)


def stored(store: Callable[[Session, dt.datetime], None]) -> Response:
    """200 and nothing to read once it is kept; 503 when it cannot be, so that whoever repeats does."""
    try:
        _in_one_transaction(store)
    except Unavailable as away:
        log.warning("not stored", reason=type(away).__name__)
        return Response(status=503, headers={"Retry-After": "30"})
    return Response("", status=200, content_type=PLAIN)
