"""Breaches: people whose data came into other hands are told by text, some hundred at a time."""

from __future__ import annotations

import datetime as dt

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.persons.breaches import tell_some


def tell() -> None:
    """Go on until everybody was gone through; each part in a transaction of its own."""
    queue.started(queue.BREACHES)
    going = True
    while going:
        with transaction() as session:
            going = tell_some(session, now=dt.datetime.now(dt.UTC))
    queue.nudge(queue.SEND)
