"""A worker of the crash run: as we run it, or as RQ does by default, a fork for each job, so that both can die apart.

    python -m tests.soak.working plain | forking | texting [fault]

The console gateway is like a provider here: it has his name, so that his delivery reports find its texts, and takes its
time, so that senders die with texts in their hands. What became of those is not waited for as long as usual: no run
could see a lease end and a text repeated.

`texting` is a worker of the race of texts: it sends by the gateway of its settings, and tries a text that could not be
handled again within seconds.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
from collections.abc import Sequence

from rq import Worker
from rq.serializers import JSONSerializer

import jobs.worker  # everything a job needs, before the first fork
from tests.soak.sabotaged import IN_WORKERS
from verify_service.conversations import waiting_messages
from verify_service.ground import queue
from verify_service.ground.database import forget_engine
from verify_service.logs import configure
from verify_service.messaging import sending
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import Outgoing, Sent


def fork_for_each_job() -> None:
    """Work until told to stop."""
    configure()
    forget_engine()  # no connection of the parent's may be shared with a child
    worker = Worker([queue.queue()], connection=queue.worker_connection(), serializer=JSONSerializer)
    worker.log_job_description = False
    worker.work(logging_level="WARNING", with_scheduler=False)


_send = Console.send


def _slowly(console: Console, batch: Sequence[Outgoing]) -> list[Sent]:
    time.sleep(random.uniform(0, 0.2))
    sent = _send(console, batch)
    time.sleep(random.uniform(0, 0.4))
    return sent


def main(kind: str, fault: str = "") -> None:
    """Work, with a fault put in if one is named."""
    if kind == "texting":
        vars(waiting_messages).update(
            _AGAIN=(dt.timedelta(seconds=1), dt.timedelta(seconds=2)), _SOON=dt.timedelta(seconds=1)
        )
    else:
        Console.name, Console.send = "africastalking", _slowly  # type: ignore[method-assign]
        vars(sending).update(LEASE=dt.timedelta(seconds=6), REPEAT=dt.timedelta(seconds=10))
    IN_WORKERS.get(fault, lambda: None)()
    (fork_for_each_job if kind == "forking" else jobs.worker.main)()


if __name__ == "__main__":
    main(*sys.argv[1:])
