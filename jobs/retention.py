"""Retention: let go of what is no longer needed, and of who is no longer in office."""

from __future__ import annotations

import datetime as dt

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.registry.rt_terms import keep_terms
from verify_service.registry.uploads import forget_uploads
from verify_service.retention import forget_closed_reports, forget_old, forget_payments, part_anonymous


def retention() -> None:
    """Forget old screens, talks and texts, reports long closed, the files of old months and uploads that nobody
    decided on; bring the offices of RT heads to the day."""
    queue.started(queue.RETENTION)
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        forget_old(session, now=now)
    with transaction() as session:
        keep_terms(session, now=now)
    for forget in (forget_closed_reports, forget_payments, forget_uploads):
        with transaction() as session:
            forget(session, now=now)
    with transaction() as session:
        part_anonymous(session, now=now)
