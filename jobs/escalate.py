"""Cases: what time alone does to reports, and to removals whose days for objecting are over."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.conversations.following_up import ask_whether_solved
from verify_service.grievances import escalation
from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.removals import window

log = structlog.get_logger()


def look() -> None:
    """Apply the rules of time until nothing is due; with nothing due, do nothing."""
    queue.started(queue.CASES)
    try:
        _removals()
    except Unavailable as held:  # somebody keeps one of them: the reports need not wait for that
        log.warning("removals put off", reason=type(held).__name__)
    while True:
        with transaction() as session:
            looked = escalation.look(session, now=dt.datetime.now(dt.UTC), ask=ask_whether_solved)
        if not looked.any:
            return
        log.info("cases looked at", **vars(looked))
        queue.nudge(queue.SEND)
        if max(vars(looked).values()) < escalation.BATCH:
            return


def _removals() -> None:
    """An objection is found before any window ends: whoever objected on the last day is not taken off."""
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        objected = window.link_objections(session, now)
        ended = window.end_windows(session, now)
    if objected or ended:
        log.info("removals looked at", objected=objected, ended=ended)
        queue.nudge(queue.RECONCILE)
