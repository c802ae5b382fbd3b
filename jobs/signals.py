"""Signals: look whether somebody answers for others."""

from __future__ import annotations

import datetime as dt

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.verification.signals import flag


def signals() -> None:
    """Open a task for an officer where recent answers look so; with none, do nothing."""
    queue.started(queue.SIGNALS)
    with transaction() as session:
        flag(session, now=dt.datetime.now(dt.UTC))
