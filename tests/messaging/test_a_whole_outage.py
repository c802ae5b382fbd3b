"""A real worker and a real clock through an outage of the gateway: who waits for a reply has it soon after its end."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import warm_processes
from tests.messaging.test_outages import held, wait_in_thousands
from tests.messaging.texts import queued
from tests.people import a_phone
from tests.standins.kannel import Box
from verify_service.messaging.outbox import Purpose

ROOT = Path(__file__).parents[2]


@pytest.fixture
def working(db: Any, box: Box) -> Iterator[None]:
    """Two workers and a clock, as the Procfile starts them."""
    started = [
        warm_processes.start(["-m", f"jobs.{name}"], cwd=ROOT, env=os.environ) for name in ("worker", "worker", "clock")
    ]
    yield
    for process in started:
        process.terminate()
    for process in started:
        warm_processes.ended(process)


def test_replies_leave_soon_after_every_outage_with_ten_thousand_waiting(
    db: Any,
    box: Box,
    working: None,
) -> None:
    box.away()
    wait_in_thousands(db, 10_000)
    took = []
    for outage in range(3):
        _until(lambda opened=outage + 1: (held(db, "opened") or (0,))[0] == opened)
        time.sleep(0.7 + 0.37 * outage)  # it ends at another moment of the clock's second each time
        queued(a_phone(db, f"+628129999999{outage}"), purpose=Purpose.REPLY, now=dt.datetime.now(dt.UTC))
        taken, ended = len(box.taken), time.monotonic()
        box.back()
        _until(lambda before=taken: len(box.taken) > before)
        at, number = box.taken[taken]
        assert number == f"+628129999999{outage}"
        took.append(at - ended)
        box.away()
    assert max(took) < 3.0, took
    print("first replies after", ", ".join(f"{seconds:.2f} s" for seconds in took))
    assert db.execute("SELECT sum(errors) FROM outbox").fetchone() == (0,)


def _until(so: Any, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until
        time.sleep(0.01)
