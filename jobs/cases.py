"""Cases: what time alone does to reports."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.desk import escalation
from verify_service.ground import queue
from verify_service.ground.database import transaction

log = structlog.get_logger()


def look() -> None:
    """Apply the rules of time until nothing is due; with nothing due, do nothing."""
    queue.started(queue.CASES)
    while True:
        with transaction() as session:
            looked = escalation.look(session, now=dt.datetime.now(dt.UTC))
        if not looked.any:
            return
        log.info("cases looked at", **vars(looked))
        queue.nudge(queue.SEND)
        if max(vars(looked).values()) < escalation.BATCH:
            return
