"""Reconcile: bring stale verdicts up to date."""

from __future__ import annotations

import datetime as dt

from verify_service.conversations.news import reconcile_and_tell
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import Reconciled, drain


def reconcile() -> None:
    """Look for stale enrolments now; with none, do nothing."""
    queue.started(queue.RECONCILE)
    drain(one_batch)


def one_batch() -> Reconciled:
    """One batch in one transaction."""
    with transaction() as session:
        return reconcile_and_tell(session, now=dt.datetime.now(dt.UTC))
