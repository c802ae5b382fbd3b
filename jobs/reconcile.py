"""Reconcile: bring stale verdicts up to date, each process other people's."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from verify_service.conversations.news import reconcile_and_tell
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import Reconciled

TURN: Final = 2.0  # seconds before other jobs get theirs: a whole list takes minutes, and people wait for replies


def reconcile(turn: float = TURN) -> None:
    """Look at stale enrolments for one turn of so many seconds; with none to be had, do nothing."""
    queue.started(queue.RECONCILE)
    began = time.monotonic()
    while (done := one_batch()).enrolments > done.put_off:  # what is put off, the clock comes back to
        if time.monotonic() - began >= turn:
            queue.nudge(queue.RECONCILE)
            return


def one_batch() -> Reconciled:
    """One batch in one transaction."""
    with transaction() as session:
        return reconcile_and_tell(session, now=dt.datetime.now(dt.UTC))
