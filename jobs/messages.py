"""Texts: handle what people sent us, each phone's in the order it came."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from verify_service.conversations.waiting_messages import PHONES, Handled, NotHandled, handle_waiting, put_off
from verify_service.ground import queue
from verify_service.ground.database import transaction

TURN: Final = 0.5  # seconds of texts before replies and verdicts get theirs: people wait for both


def handle(turn: float = TURN) -> None:
    """Handle waiting texts for one turn of so many seconds; with none, do nothing.

    What is left is the next turn's, behind the other jobs; with a backlog another worker takes other phones of it.
    """
    queue.started(queue.TEXTS)
    began = time.monotonic()
    while (done := one_batch()).texts:
        queue.nudge(queue.SEND)
        if done.texts >= PHONES:
            queue.nudge(queue.TEXTS)
        if done.stale:
            queue.nudge(queue.RECONCILE)
        if time.monotonic() - began >= turn:
            queue.nudge(queue.TEXTS)
            return


def one_batch() -> Handled:
    """The texts of some phones, in one transaction; where one of them cannot be handled, each phone in its own."""
    try:
        with transaction() as session:
            return handle_waiting(session, now=dt.datetime.now(dt.UTC))
    except NotHandled:
        return _carefully()


def _carefully() -> Handled:
    texts, stale = 0, False
    for _ in range(PHONES):
        done = _one()
        if not done.texts:
            break
        texts, stale = texts + done.texts, stale or done.stale
    return Handled(texts, stale)


def _one() -> Handled:
    """The texts of one phone, together: what was written before a STOP is heard before its talk ends. Only behind a
    phone that cannot be heard so, a single text."""
    try:
        with transaction() as session:
            return handle_waiting(session, now=dt.datetime.now(dt.UTC), phones=1)
    except NotHandled:
        return _single()


def _single() -> Handled:
    try:
        with transaction() as session:
            return handle_waiting(session, now=dt.datetime.now(dt.UTC), careful=True)
    except NotHandled as failed:
        with transaction() as session:
            put_off(session, failed, now=dt.datetime.now(dt.UTC))
        return Handled(1, stale=False)
