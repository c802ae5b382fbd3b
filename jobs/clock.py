"""The clock: nudges again what a lost job left behind. Rows say what is due, so a missed or doubled tick does no harm.

RQ's own cron keeps its times in memory, passes no job id and always pickles; this needs none of that.
"""

from __future__ import annotations

import datetime as dt
import signal
import threading
import time
from types import FrameType

from sqlalchemy import text

from verify_service.ground import in_force, queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.settings import SettingsRefused, settings
from verify_service.logs import configure
from verify_service.messaging.gateways import can_fetch, gateway

EVERY = dt.timedelta(seconds=1)  # a gateway that is back is to be noticed before people give up waiting for a reply

_nudged_at: dict[queue.Job, float] = {}


def tick() -> list[queue.Job]:
    """Nudge every job for which rows are waiting; returns what was nudged."""
    due = []
    with transaction(seconds=3) as session:
        for job in queue.JOBS:
            if job is queue.FETCH and not can_fetch():
                continue
            if time.monotonic() - _nudged_at.get(job, float("-inf")) < job.apart:
                continue
            if session.scalar(text(job.due)):
                due.append(job)
    for job in due:
        if queue.nudge(job):
            _nudged_at[job] = time.monotonic()
    return due


def forget() -> None:
    """As after a new start."""
    _nudged_at.clear()


def main() -> None:
    """Tick until told to stop."""
    configure()
    try:
        settings()
        gateway()
    except SettingsRefused as refused:
        raise SystemExit(str(refused)) from None
    stop = threading.Event()

    def stopping(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopping)
    signal.signal(signal.SIGINT, stopping)
    while not stop.wait(EVERY.total_seconds()):
        try:
            in_force.refresh()
            tick()
        except Unavailable:
            continue  # the database is away; so is all work


if __name__ == "__main__":
    main()
