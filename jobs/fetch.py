"""Fetch: read the provider's own inbox for texts whose callbacks never reached us."""

from __future__ import annotations

import datetime as dt
from typing import Final

import structlog

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.messaging import missed_messages
from verify_service.messaging.gateways import Fetching, gateway

MOST_PAGES: Final = 20  # a run; the rest in five minutes

log = structlog.get_logger()


def fetch() -> None:
    """Fetch what is new at the provider, at most every five minutes; elsewhere, do nothing."""
    queue.started(queue.FETCH)
    provider = gateway()
    if not isinstance(provider, Fetching):
        return
    with transaction() as session:
        after_id = missed_messages.take_turn(session, provider.name, now=dt.datetime.now(dt.UTC))
    for _ in range(MOST_PAGES):
        if after_id is None:
            return
        after_id = _page(provider, provider.name, after_id)


def _page(provider: Fetching, name: str, after_id: int) -> int | None:
    """One call, with no transaction open; where to go on, or None when there is nothing more."""
    fetched = provider.fetch(after_id)
    if fetched.problem:
        log.warning("texts not fetched", gateway=name, reason=fetched.problem)
    if not fetched.messages:
        return None
    with transaction() as session:
        new, read_to = missed_messages.keep(session, name, fetched, now=dt.datetime.now(dt.UTC))
    if new:
        log.warning("texts had not reached us", gateway=name, texts=new)
    return read_to if read_to > after_id else None
