"""Warn: whose cover ends within the days of the programme is told, as the day comes near."""

from __future__ import annotations

import datetime as dt

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.verification.gaps import mark_due


def warn() -> None:
    """Have those looked at whose lapse has come near enough; with none, do nothing."""
    queue.started(queue.WARN)
    with transaction() as session:
        marked = mark_due(session, now=dt.datetime.now(dt.UTC))
    if marked:
        queue.nudge(queue.RECONCILE)
