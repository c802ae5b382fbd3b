"""A worker of the crash run: as we run it, or as RQ does by default, a fork for each job, so that both can die apart.

    python -m tests.soak.working plain | forking [fault]

The console gateway speaks under the provider's name here: the provider's delivery reports then find its texts.
"""

from __future__ import annotations

import sys

from rq import Worker
from rq.serializers import JSONSerializer

import jobs.worker  # everything a job needs, before the first fork
from tests.soak.sabotaged import IN_WORKERS
from verify_service.ground import queue
from verify_service.ground.database import forget_engine
from verify_service.logs import configure
from verify_service.messaging.gateways.console import Console


def fork_for_each_job() -> None:
    """Work until told to stop."""
    configure()
    forget_engine()  # no connection of the parent's may be shared with a child
    worker = Worker([queue.queue()], connection=queue.worker_connection(), serializer=JSONSerializer)
    worker.log_job_description = False
    worker.work(logging_level="WARNING", with_scheduler=False)


def main(kind: str, fault: str = "") -> None:
    """Work, with a fault put in if one is named."""
    Console.name = "africastalking"
    IN_WORKERS.get(fault, lambda: None)()
    (fork_for_each_job if kind == "forking" else jobs.worker.main)()


if __name__ == "__main__":
    main(*sys.argv[1:])
