"""Inclusion: once a week, whether a group lags behind the others beyond chance."""

from __future__ import annotations

import datetime as dt

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.reports.inclusion_notices import take_look


def look() -> None:
    """This week's look, where it has not been taken; else do nothing."""
    queue.started(queue.INCLUSION)
    with transaction() as session:
        take_look(session, now=dt.datetime.now(dt.UTC))
