"""Asks: put the question to the people of a group, and count what they answer."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from verify_service.conversations.asking_a_group import Worked, ask_some, count_answers
from verify_service.ground import queue
from verify_service.ground.database import transaction

TURN: Final = 1.0  # seconds of asking before other jobs get theirs


def look(turn: float = TURN) -> None:
    """Ask some people of the asks that go on, for one turn of so many seconds, and count answers; with none, do
    nothing."""
    queue.started(queue.ASKS)
    began = time.monotonic()
    while (done := _ask()).settled:
        if done.asked:
            queue.nudge(queue.SEND)
        if time.monotonic() - began >= turn:
            queue.nudge(queue.ASKS)
            return
    while _count() and time.monotonic() - began < turn:
        pass


def _ask() -> Worked:
    with transaction() as session:
        return ask_some(session, now=dt.datetime.now(dt.UTC))


def _count() -> bool:
    with transaction() as session:
        return count_answers(session, now=dt.datetime.now(dt.UTC))
