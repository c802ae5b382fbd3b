"""Publish: once a week the public figures are counted, rounded, attacked and printed; the brief is made from them."""

from __future__ import annotations

import datetime as dt
import random

import structlog

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.publication import publishing
from verify_service.publication.printed import lacks_brief

log = structlog.get_logger()


def publish() -> None:
    """This week's publication where its time has come, and the brief of the newest where it has none yet."""
    queue.started(queue.PUBLISH)
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = publishing.ready(session, now=now) if publishing.is_due(session, now=now) else None
    if held is not None:
        _print(held, now)
    with transaction() as session:
        if lacks_brief(session):  # also where a worker died before it was written
            from verify_service.publication.brief import keep_brief  # a compiler of 80 MB that no other job needs

            keep_brief(session)


def _print(held: publishing.Ready, now: dt.datetime) -> None:
    """Decide and keep it; no transaction is open while it reckons."""
    decided = publishing.decide(held, random.SystemRandom())
    with transaction() as session:
        kept = publishing.keep(session, decided, now=now)
    if kept and decided.refused:
        log.warning("figures not published", week=held.week.isoformat(), reason=decided.refused)
