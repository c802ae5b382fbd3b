"""Publish: once a week the public figures are counted, rounded, attacked and printed; the brief is made from them."""

from __future__ import annotations

import datetime as dt
import random

import structlog

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.publication import publishing

log = structlog.get_logger()


def publish() -> None:
    """This week's publication where its time has come; else do nothing. No transaction is open while it reckons."""
    queue.started(queue.PUBLISH)
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = publishing.ready(session, now=now) if publishing.is_due(session, now=now) else None
    if held is None:
        return
    decided = publishing.decide(held, random.SystemRandom())
    with transaction() as session:
        kept = publishing.keep(session, decided, now=now)
    if kept and decided.refused:
        log.warning("figures not published", week=held.week.isoformat(), reason=decided.refused)
    from verify_service.publication.brief import keep_brief  # a compiler of 80 MB that no other job needs

    with transaction() as session:
        keep_brief(session)
