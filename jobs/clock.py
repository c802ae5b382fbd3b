"""The clock: nudges again what a lost job left behind. Rows say what is due, so a missed or doubled tick does no harm.

RQ's own cron keeps its times in memory, passes no job id and always pickles; this needs none of that.
"""

from __future__ import annotations

import datetime as dt
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from sqlalchemy import text

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.settings import SettingsRefused, settings
from verify_service.logs import configure
from verify_service.messaging.gateways import can_fetch, gateway

EVERY = dt.timedelta(seconds=1)  # a gateway that is back is to be noticed before people give up waiting for a reply

# What is looked for, and the job that deals with it.
DUE = {
    queue.TEXTS: """SELECT EXISTS (SELECT 1 FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL
                    AND (due_at IS NULL OR due_at <= now()))""",
    queue.RECONCILE: "SELECT EXISTS (SELECT 1 FROM stale_enrolment)",
    queue.RETENTION: "SELECT true",
    queue.SEND: """SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') AND due_at <= now()
                   AND (state = 'waiting' OR lease_until <= now()))
                   OR EXISTS (SELECT 1 FROM gateway_state WHERE state <> 'closed')""",
    queue.FETCH: "SELECT NOT EXISTS (SELECT 1 FROM fetch_cursor WHERE fetched_at > now() - interval '5 minutes')",
    queue.SIGNALS: """SELECT coalesce((SELECT received_at > now() - interval '1 day' FROM evidence
                      ORDER BY id DESC LIMIT 1), false)""",
    queue.CASES: """SELECT EXISTS (SELECT 1 FROM grievance WHERE closed_at IS NULL)
                    OR EXISTS (SELECT 1 FROM removal WHERE closed_at IS NULL)""",
}
# Jobs for which looking would cost as much as doing: so many seconds apart.
NOT_BEFORE: dict[str, float] = {queue.RETENTION: 3600.0, queue.SIGNALS: 600.0, queue.CASES: 60.0}
_nudged_at: dict[str, float] = {}
# Jobs that only some installations have work for.
ONLY_WHERE: dict[str, Callable[[], bool]] = {queue.FETCH: can_fetch}


def tick() -> list[str]:
    """Nudge every job for which rows are waiting; returns what was nudged."""
    due = []
    with transaction(seconds=3) as session:
        for job, waiting in DUE.items():
            if job in ONLY_WHERE and not ONLY_WHERE[job]():
                continue
            if time.monotonic() - _nudged_at.get(job, float("-inf")) < NOT_BEFORE.get(job, 0.0):
                continue
            if session.scalar(text(waiting)):
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
            tick()
        except Unavailable:
            continue  # the database is away; so is all work


if __name__ == "__main__":
    main()
