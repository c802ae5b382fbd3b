"""Jobs are nudges: each resolves, each may run twice or never, and real workers carry them out."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from jobs import clock
from jobs.reconcile import reconcile
from jobs.signals import signals
from jobs.worker import Worker
from tests import warm_processes
from tests.people import NOW, a_phone, a_worker
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.messaging.outbox import Purpose, queue_text
from verify_service.retention import forget_old

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("job", queue.JOBS, ids=lambda job: job.name)
def test_every_job_name_resolves(job: queue.Job) -> None:
    module, _, function = job.name.rpartition(".")
    assert callable(getattr(import_module(module), function))


def test_every_job_is_in_the_list_that_clock_and_worker_go_by() -> None:
    called = re.findall(r"queue\.started\(queue\.(\w+)\)", "".join(p.read_text() for p in ROOT.glob("jobs/*.py")))
    assert sorted(getattr(queue, name).name for name in called) == sorted(job.name for job in queue.JOBS)


def ticked() -> list[queue.Job]:
    """What the clock nudged, but for those that look whether their week or night has come."""
    return [job for job in clock.tick() if job not in (queue.PUBLISH, queue.INCLUSION)]


def test_the_clock_nudges_only_what_is_due(db: Any) -> None:
    clock.forget()
    assert ticked() == [queue.RETENTION]  # at the start, then once an hour
    assert ticked() == []
    a_worker(db)
    assert ticked() == [queue.RECONCILE]
    reconcile()
    assert ticked() == [queue.SEAL]  # its line in the trail has no leaf yet
    assert ticked() == []


def test_the_look_for_signs_costs_an_idle_city_nothing_and_a_busy_one_little(db: Any) -> None:
    clock.forget()
    clock.tick()
    someone = a_worker(db)
    reconcile()
    said = """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
              VALUES (%s, 'worker', 'confirms', 'ussd', %s, now() - %s * interval '1 hour')"""
    db.execute(said, [someone.enrolment, "test:1", 30])
    assert ticked() == [queue.SEAL]  # evidence that has no leaf
    db.execute(said, [someone.enrolment, "test:2", 0])
    assert ticked() == [queue.SIGNALS]
    assert ticked() == []  # not before ten minutes have gone by
    signals()


def test_several_nudges_before_a_worker_looks_are_one(db: Any) -> None:
    for _ in range(20):
        assert queue.nudge(queue.RECONCILE)
    assert queue.queue().count == 1
    queue.started(queue.RECONCILE)
    queue.nudge(queue.RECONCILE)
    assert queue.queue().count == 2


def test_a_job_carries_nothing_of_anybody(db: Any) -> None:
    queue.nudge(queue.RECONCILE)
    (job,) = queue.queue().jobs
    assert job.args == []
    assert job.kwargs == {}


def test_old_screens_are_forgotten(db: Any) -> None:
    someone = a_worker(db)
    db.execute(
        """INSERT INTO conversation (gateway, session, phone_id, talk, screen, started_at, touched_at)
           SELECT 'africastalking', age::text, phone.id, 'x', 'x', %(now)s, %(now)s - make_interval(hours => age)
           FROM phone, unnest(ARRAY[1, 30, 24 * 100]) AS age""",
        {"now": NOW},
    )
    with transaction() as session:
        forget_old(session, now=NOW)
    left = db.execute(
        "SELECT session, screen IS NULL, talk IS NULL FROM conversation ORDER BY touched_at DESC"
    ).fetchall()
    assert left == [("1", False, False), ("30", True, True)]
    assert someone.worker


@pytest.fixture
def processes(db: Any) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A real worker and a real clock, as the Procfile starts them."""
    started = [warm_processes.start(["-m", f"jobs.{name}"], cwd=ROOT, env=os.environ) for name in ("worker", "clock")]
    yield started
    for process in started:
        process.terminate()
    for process in started:
        warm_processes.ended(process)


def _until(db: Any, question: str, seconds: float) -> float:
    began = time.monotonic()
    while not db.execute(question).fetchone()[0]:
        assert time.monotonic() - began < seconds, question
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_real_worker_reconciles_when_nudged_and_when_not(db: Any, processes: list[subprocess.Popen[bytes]]) -> None:
    a_worker(db)
    _until(db, "SELECT count(*) = 1 FROM verdict", 15)  # nobody nudged: the clock does
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           SELECT id, 'worker', 'confirms', 'ussd', 'test:1', %s FROM enrolment""",
        [dt.datetime.now(dt.UTC)],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    queue.nudge(queue.RECONCILE)
    _until(db, "SELECT bool_and(verdict = 'confirmed') FROM verdict", 2)
    run = "SELECT count(*) = 1 FROM job_run WHERE job = 'jobs.reconcile.reconcile' AND failed IS NULL AND seconds > 0"
    _until(db, run, 5)


def test_work_goes_on_after_the_queue_was_emptied(db: Any, processes: list[subprocess.Popen[bytes]]) -> None:
    a_worker(db)
    _until(db, "SELECT count(*) = 1 FROM verdict", 15)
    queue.connection().flushdb()
    db.execute("UPDATE verdict SET verdict = 'x', worker = 'confirms'")
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    _until(db, "SELECT bool_and(verdict = 'unconfirmed') FROM verdict", 10)


def test_a_worker_is_back_soon_after_a_long_outage_of_the_queue(db: Any, tmp_path: Path) -> None:
    way = tmp_path / "valkey.sock"  # of this worker alone
    way.symlink_to(urlsplit(os.environ["VERIFY_REDIS_URL"]).path)
    behind_it = os.environ | {"VERIFY_REDIS_URL": os.environ["VERIFY_REDIS_URL"].replace(os.readlink(way), str(way))}
    others = {client["id"] for client in queue.connection().client_list()}
    worker = warm_processes.start(["-m", "jobs.worker"], cwd=ROOT, env=behind_it)
    try:
        queue.nudge(queue.RECONCILE)
        _soon(lambda: queue.queue().count == 0, 30)
        target = os.readlink(way)
        way.unlink()
        for client in queue.connection().client_list():
            if client["id"] not in others:
                queue.connection().client_kill_filter(_id=client["id"])
        time.sleep(8)  # RQ by itself asks after 1, 3, 7 and then after 15 seconds
        way.symlink_to(target)
        queue.connection().delete(f"nudged:{queue.RECONCILE.name}")
        queue.nudge(queue.RECONCILE)
        _soon(lambda: queue.queue().count == 0, 4)
    finally:
        worker.terminate()
        warm_processes.ended(worker)


def _soon(condition: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_real_worker_sends_what_nobody_nudged_it_about(db: Any, processes: list[subprocess.Popen[bytes]]) -> None:
    with transaction() as session:
        queue_text(
            session,
            phone_id=a_phone(db, "+6281234567890"),
            screen="s1",
            body="Terima kasih.",
            purpose=Purpose.REPLY,
            cause="test:1",
            now=dt.datetime.now(dt.UTC),
        )
    _until(db, "SELECT bool_and(state = 'accepted' AND gateway = 'console') FROM outbox", 15)


@pytest.mark.parametrize("name", ["worker", "clock"])
def test_a_gateway_set_up_wrong_stops_the_start_and_is_named(db: Any, name: str) -> None:
    wrong = os.environ | {"VERIFY_GATEWAY": "africastalking", "VERIFY_AT_USERNAME": ""}
    ended = subprocess.run([sys.executable, "-m", f"jobs.{name}"], cwd=ROOT, env=wrong, capture_output=True, timeout=30)
    assert ended.returncode == 1
    assert b"VERIFY_AT_USERNAME" in ended.stderr


def test_two_clocks_and_two_workers_come_to_what_one_of_each_comes_to(
    db: Any, processes: list[subprocess.Popen[bytes]]
) -> None:
    second = [warm_processes.start(["-m", f"jobs.{name}"], cwd=ROOT, env=os.environ) for name in ("worker", "clock")]
    try:
        for place in range(30):
            a_worker(
                db, nik=f"32750115019{place:05}", phone=f"+62812345{place:05}", insurer=("unpaid", "active")[place % 2]
            )
            time.sleep(0.1)
        _until(db, "SELECT count(*) = 30 FROM verdict", 15)
        _until(db, "SELECT NOT EXISTS (SELECT 1 FROM stale_enrolment)", 15)
    finally:
        for process in second:
            process.terminate()
        for process in second:
            warm_processes.ended(process)
    assert db.execute("SELECT count(*) FROM discrepancy WHERE closed_at IS NULL").fetchone() == (15,)
    told = "SELECT count(*), count(DISTINCT worker_id) FROM outbox WHERE purpose = 'warning'"
    assert db.execute(told).fetchone() == (15, 15)


def test_a_worker_that_is_told_to_stop_stops_though_what_tells_it_is_lost(db: Any) -> None:
    """RQ tells an idle worker by an exception, wherever it is: a log handler, for one, lets none through."""
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    worker = Worker([queue.queue()], connection=queue.worker_connection(), serializer=JSONSerializer)
    try:
        with suppress(StopRequested):
            worker.request_stop(signal.SIGTERM, None)
        began = time.monotonic()
        worker.work(logging_level="WARNING", with_scheduler=False)
        assert time.monotonic() - began < 2
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
