"""Nudges. Rows are the truth; a job only says "look now", so losing one costs seconds and nothing else.

The queue takes dotted names: this side never imports `jobs`. Arguments are opaque ids, never people's data.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import redis
import structlog
from rq import Queue
from rq.serializers import JSONSerializer

from verify_service.ground.settings import settings

QUEUE: Final = "verify"


@dataclass(frozen=True, slots=True)
class Job:
    """A job by the dotted name that a worker calls. The clock nudges it when the rows say that it is `due`, and not
    before so many seconds have gone by where looking would cost as much as doing (`apart`)."""

    name: str
    due: str = field(repr=False)  # SQL, one boolean
    apart: float = 0.0


# The only list of them: the clock looks for what is due, the worker loads what they call.
JOBS: Final = (
    TEXTS := Job(
        "jobs.messages.handle",
        """SELECT EXISTS (SELECT 1 FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL
           AND (due_at IS NULL OR due_at <= now()))""",
    ),
    RECONCILE := Job("jobs.reconcile.reconcile", "SELECT EXISTS (SELECT 1 FROM stale_enrolment)"),
    RETENTION := Job("jobs.retention.retention", "SELECT true", apart=3600.0),
    SEND := Job(
        "jobs.send.send",
        """SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') AND due_at <= now()
           AND (state = 'waiting' OR lease_until <= now()))
           OR EXISTS (SELECT 1 FROM gateway_state WHERE state <> 'closed')""",
    ),
    WARN := Job(
        "jobs.warn.warn",
        "SELECT EXISTS (SELECT 1 FROM cover_gap WHERE ended_at IS NULL AND told_at IS NULL)",
        apart=3600.0,
    ),
    FETCH := Job(
        "jobs.fetch.fetch",
        "SELECT NOT EXISTS (SELECT 1 FROM fetch_cursor WHERE fetched_at > now() - interval '5 minutes')",
    ),
    SIGNALS := Job(
        "jobs.signals.signals",
        """SELECT coalesce((SELECT received_at > now() - interval '1 day' FROM evidence
           ORDER BY id DESC LIMIT 1), false)""",
        apart=600.0,
    ),
    ROUNDS := Job(
        "jobs.rounds.look",
        """SELECT EXISTS (SELECT 1 FROM round WHERE at_work OR (state = 'closed'
           AND closed_at > now() - interval '60 days' AND settled_at < now() - interval '1 hour'))""",
        apart=2.0,
    ),
    SEAL := Job(
        "jobs.seal.seal",
        " OR ".join(
            f"""EXISTS (SELECT 1 FROM {table} WHERE id >
            coalesce((SELECT max(highest) FROM record_leaves WHERE source = '{table}'), 0))"""  # noqa: S608  # our own names
            for table in ("audit", "evidence")
        ).join(("SELECT ", "")),
        apart=60.0,
    ),
    MAIL_HEADS := Job(
        "jobs.mail_heads.mail_heads",
        """SELECT EXISTS (SELECT 1 FROM record_head) AND NOT EXISTS (
           SELECT 1 FROM audit WHERE object = 'record:heads' AND at > now() - interval '12 hours')""",
        apart=600.0,
    ),
    ACCOUNT_MAIL := Job(
        "jobs.account_mail.send_account_mail",
        "SELECT EXISTS (SELECT 1 FROM account_mail WHERE left_at IS NULL AND try_at <= now())",
        apart=5.0,
    ),
    DIGEST := Job(
        "jobs.digest.mail",
        """SELECT EXISTS (SELECT 1 FROM grievance_notice WHERE seen_at IS NULL AND at > now() - interval '30 days')
           AND EXISTS (SELECT 1 FROM officer WHERE digest AND disabled_at IS NULL
                       AND (digest_at IS NULL OR digest_at < now() - interval '10 hours'))""",
        apart=600.0,
    ),
    PUBLISH := Job(
        "jobs.publish.publish",
        """SELECT EXISTS (SELECT 1 FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM stale_enrolment)
           AND NOT EXISTS (SELECT 1 FROM publication WHERE made_at > now() - interval '20 hours'
                           AND (brief IS NOT NULL OR refused IS NOT NULL))""",
        apart=600.0,
    ),
    INCLUSION := Job(
        "jobs.inclusion.look",
        """SELECT EXISTS (SELECT 1 FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM stale_enrolment)
           AND NOT EXISTS (SELECT 1 FROM inclusion_look WHERE made_at > now() - interval '20 hours')""",
        apart=600.0,
    ),
    UPLOADS := Job(
        "jobs.uploads.look",
        """SELECT EXISTS (SELECT 1 FROM upload WHERE state IN ('waiting', 'taken')
           AND (leased_until IS NULL OR leased_until < now()))""",
    ),
    BREACHES := Job(
        "jobs.breaches.tell",
        "SELECT EXISTS (SELECT 1 FROM breach WHERE telling_at IS NOT NULL AND told_at IS NULL)",
        apart=10.0,
    ),
    ASKS := Job(
        "jobs.asks.look",
        """SELECT EXISTS (SELECT 1 FROM ask WHERE state = 'asking')
           OR EXISTS (SELECT 1 FROM ask WHERE made_at > now() - interval '30 days' AND (heard_at IS NULL OR heard_at <
               now() - least(interval '10 minutes', greatest(interval '2 seconds', (now() - made_at) / 20))))""",
    ),
    CASES := Job(
        "jobs.escalate.look",
        """SELECT EXISTS (SELECT 1 FROM grievance WHERE closed_at IS NULL)
           OR EXISTS (SELECT 1 FROM removal WHERE closed_at IS NULL)""",
        apart=60.0,
    ),
)

log = structlog.get_logger()


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """One client of Valkey for this process; short patience, since a citizen may be waiting behind it."""
    return redis.Redis.from_url(
        settings().redis_url, socket_timeout=1, socket_connect_timeout=0.5, health_check_interval=30, retry=None
    )


def worker_connection() -> redis.Redis:
    """A worker's client: it waits for jobs, so it is patient."""
    return redis.Redis.from_url(settings().redis_url, socket_connect_timeout=2, health_check_interval=30)


def queue(client: redis.Redis | None = None) -> Queue:
    """The one queue: a worker listening on two loses jobs when it is killed between them (rq issue 1716)."""
    return Queue(QUEUE, connection=client or connection(), serializer=JSONSerializer)


class _Breaker:
    """After a failure, do not ask Valkey again for a moment: every hop would wait for it otherwise."""

    def __init__(self) -> None:
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def open(self) -> bool:
        return time.monotonic() >= self._closed_until

    def trip(self) -> None:
        with self._lock:
            self._closed_until = time.monotonic() + 1.0


_breaker = _Breaker()


def nudge(job: Job) -> bool:
    """Ask a worker to look now, after the commit; several nudges before it looks are one. False when Valkey is away.

    Whatever fails here is logged and forgotten: the clock nudges again within seconds.
    """
    if not _breaker.open():
        return False
    try:
        client = connection()
        # The marker is taken down by the job when it starts, so a nudge after that queues the next look. It expires by
        # itself, so that a lost job cannot silence the ones after it.
        if not client.set(f"nudged:{job.name}", 1, nx=True, px=2000):
            return True
        queue(client).enqueue_call(job.name, result_ttl=0, failure_ttl=3600, timeout=600, description=job.name)
    except (redis.RedisError, OSError) as error:
        _breaker.trip()
        log.warning("nudge lost", job=job.name, reason=type(error).__name__)
        return False
    return True


class _Nudger:
    """Nudges from a thread of their own: nobody who waits for a screen waits for Valkey, and a hundred become a few."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._wanted: set[Job] = set()
        self._bell = threading.Event()
        threading.Thread(target=self._run, name="nudges", daemon=True).start()

    def want(self, job: Job) -> None:
        self._wanted.add(job)
        self._bell.set()

    def _run(self) -> None:
        while self._bell.wait():
            self._bell.clear()
            while self._wanted:
                nudge(self._wanted.pop())
            time.sleep(0.05)


_nudger: _Nudger | None = None
_nudger_lock = threading.Lock()


def nudge_soon(job: Job) -> None:
    """Nudge within moments, without waiting for it."""
    global _nudger
    if _nudger is None or _nudger.pid != os.getpid():
        with _nudger_lock:
            if _nudger is None or _nudger.pid != os.getpid():
                _nudger = _Nudger()
    _nudger.want(job)


def started(job: Job) -> None:
    """The job has begun to look: nudges from now on mean work it may not see."""
    try:
        connection().delete(f"nudged:{job.name}")
    except redis.RedisError as error:
        log.warning("marker kept", job=job.name, reason=type(error).__name__)


def counted(name: str, *, seconds: int) -> int:
    """How often this was counted within so many seconds from the first time, this time included; 0: Valkey is away."""
    try:
        steps = connection().pipeline(transaction=True)
        steps.set(f"count:{name}", 0, nx=True, ex=seconds)
        steps.incr(f"count:{name}")
        return int(steps.execute()[1])
    except (redis.RedisError, OSError) as error:
        log.warning("not counted", reason=type(error).__name__)
        return 0


def healthy() -> bool:
    """Whether Valkey answers."""
    try:
        return bool(connection().ping())
    except (redis.RedisError, OSError):
        return False


def forget_connection() -> None:
    """Let go of the client (tests; forked children)."""
    if connection.cache_info().currsize:
        connection().close()
    connection.cache_clear()
