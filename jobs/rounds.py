"""Rounds: contact whom the plan says, settle what became of each, and lead the round at work to its end."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.rounds import reach, tending

TURN: Final = 1.0  # seconds of contacting before other jobs get theirs


def look(turn: float = TURN) -> None:
    """Take the steps that are due, for one turn of so many seconds, and tend the round; with none, do nothing."""
    queue.started(queue.ROUNDS)
    began = time.monotonic()
    contacted = 0
    while some := _contact():
        contacted += some
        if time.monotonic() - began >= turn:
            queue.nudge(queue.ROUNDS)
            break
    with transaction() as session:
        tending.tend(session, now=_now())
    if contacted:
        queue.nudge(queue.SEND)


def _contact() -> int:
    with transaction() as session:
        return reach.contact(session, now=_now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
