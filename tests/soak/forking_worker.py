"""A worker as RQ runs them by default, a fork for each job: its parent and its child can die apart."""

from __future__ import annotations

from rq import Worker
from rq.serializers import JSONSerializer

import jobs.worker  # noqa: F401  # everything a job needs, before the first fork
from verify_service.ground import queue
from verify_service.ground.database import forget_engine
from verify_service.logs import configure


def main() -> None:
    """Work until told to stop."""
    configure()
    forget_engine()  # no connection of the parent's may be shared with a child
    worker = Worker([queue.queue()], connection=queue.worker_connection(), serializer=JSONSerializer)
    worker.log_job_description = False
    worker.work(logging_level="WARNING", with_scheduler=False)


if __name__ == "__main__":
    main()
