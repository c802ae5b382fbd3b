"""Retention: let go of what is no longer needed."""

from __future__ import annotations

import datetime as dt

from verify_service.conversations.forgetting import forget_old
from verify_service.ground import queue
from verify_service.ground.database import transaction


def retention() -> None:
    """Forget old screens and talks."""
    queue.started(queue.RETENTION)
    with transaction() as session:
        forget_old(session, now=dt.datetime.now(dt.UTC))
