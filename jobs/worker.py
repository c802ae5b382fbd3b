"""The worker process: one queue, JSON, everything imported before the first job.

SimpleWorker runs jobs in its own process: ours are short, drain rows, and are safe to kill at any point, so a fork per
job (20 ms each) would buy nothing. Only one queue: a worker on two loses what it popped when it is killed.
"""

from __future__ import annotations

import datetime as dt
import time
from importlib import import_module
from types import FrameType
from typing import Any

from verify_service.ground.loading import loading

with loading():
    from redis import exceptions
    from rq import Queue, SimpleWorker
    from rq.executions import Execution
    from rq.job import Job
    from rq.serializers import JSONSerializer

    from jobs.reconcile import reconcile
    from verify_service.ground import in_force, queue
    from verify_service.ground.settings import SettingsRefused, settings
    from verify_service.logs import configure
    from verify_service.messaging.gateways import gateway
    from verify_service.operations import job_runs

    for each in queue.JOBS:
        import_module(each.name.rpartition(".")[0])


class Worker(SimpleWorker):
    """Asks once a second whether Valkey is back. RQ doubles its wait up to a minute, and a reply would lie unread for
    so long after the queue answers again.

    Takes no commands over Valkey, so it has no second thread that connects again at the same time, on one connection.
    """

    max_connection_wait_time = 1.0

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run it, and write down how it ran: whoever asks whether last night's work was done finds it there."""
        in_force.refresh()
        began, clock, self._failed = dt.datetime.now(dt.UTC), time.monotonic(), ""
        done = super().perform_job(job, queue, execution)
        job_runs.note(job_runs.Run(job.func_name or "", began, time.monotonic() - clock, self._failed))
        return done

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop, at the next turn at the latest. RQ raises StopRequested wherever an idle worker is at that moment; in a
        log handler or a client that lets no error through it is lost, and the worker would go on for ever."""
        self._stop_requested = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ has no types here

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Remember the kind of error; its words may name somebody."""
        self._failed = getattr(exc_info[0], "__name__", "error")
        super().handle_exception(job, *exc_info)

    def subscribe(self) -> None:
        """Nobody sends commands to a worker: signals stop it."""


_SILENT = 30  # seconds; a cut that nobody tells of is noticed within them (RQ: seven minutes)


def main() -> None:
    """Work until told to stop."""
    configure()
    try:
        settings()
        gateway()
    except SettingsRefused as refused:
        raise SystemExit(str(refused)) from None
    in_force.look()
    reconcile()  # what waited while no worker ran
    while _cut_off():
        time.sleep(1)


def _cut_off() -> bool:
    """Work; whether it ended since Valkey went away in the middle of a job, which RQ does not outlive."""
    try:
        worker = Worker(
            [queue.queue()], connection=queue.worker_connection(), serializer=JSONSerializer, worker_ttl=_SILENT
        )
        worker.log_job_description = False
        worker.work(logging_level="WARNING", with_scheduler=False)
    except (exceptions.ConnectionError, exceptions.TimeoutError):
        return True
    return False


if __name__ == "__main__":
    main()
