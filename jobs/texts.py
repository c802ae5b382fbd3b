"""Texts: handle what people sent us, in the order it came."""

from __future__ import annotations

import datetime as dt

from verify_service.conversations.texts import BATCH, Handled, handle_waiting
from verify_service.ground import queue
from verify_service.ground.database import transaction


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
    """One batch in one transaction."""
    with transaction() as session:
        return handle_waiting(session, now=dt.datetime.now(dt.UTC))
