"""Texts: handle what people sent us, in the order it came."""

from __future__ import annotations

import datetime as dt
from typing import Final

from verify_service.conversations.texts import Handled, NotHandled, handle_waiting, put_off
from verify_service.ground import queue
from verify_service.ground.database import transaction

BATCH: Final = 50  # texts after which replies and verdicts are seen to


def handle() -> None:
    """Look for waiting texts now; with none, do nothing."""
    queue.started(queue.TEXTS)
    while True:
        done = one_batch()
        if done.texts:
            queue.nudge(queue.SEND)
        if done.stale:
            queue.nudge(queue.RECONCILE)
        if done.texts < BATCH:
            return


def one_batch() -> Handled:
    """The next texts, each in a transaction of its own."""
    texts, stale = 0, False
    while texts < BATCH:
        done = _next()
        if not done.texts:
            break
        texts, stale = texts + 1, stale or done.stale
    return Handled(texts, stale)


def _next() -> Handled:
    try:
        with transaction() as session:
            return handle_waiting(session, now=dt.datetime.now(dt.UTC))
    except NotHandled as failed:
        with transaction() as session:
            put_off(session, failed, now=dt.datetime.now(dt.UTC))
        return Handled(1, stale=False)
