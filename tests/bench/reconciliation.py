"""Reconciliation of a whole city, against one statement written by hand that computes the answer and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

from tests.bench.costs import SPAWN, all_cores, backends, most_held
from verify_service.demo.embedded import Servers
from verify_service.verification.weighing import STATEMENTS

PREMIUM = 16_800

# One line of the roster and one reply for each number; most are covered and say so, as in life.
_CITY = """
TRUNCATE worker, phone, file_import, evidence, stale_enrolment, verdict, discrepancy RESTART IDENTITY CASCADE;
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, 'bench', '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (VALUES ('roster', NULL), ('insurer', date '2026-10-01')) AS file (kind, period);
INSERT INTO phone (number, number_index, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), now() FROM generate_series(1, %(people)s / 2) n;
INSERT INTO worker (nik, nik_index, name, name_key, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'n', 'N', now() FROM generate_series(1, %(people)s) n;
INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
SELECT id, 1, id, '2026-01-01', 12, now() FROM worker;
INSERT INTO insurer_record (import_id, period, row, nik_index, status)
SELECT 2, '2026-10-01', id, nik_index,
       CASE WHEN id %% 40 = 0 THEN 'unpaid' WHEN id %% 40 = 1 THEN 'inactive' ELSE 'active' END
FROM worker WHERE id %% 40 <> 2;
INSERT INTO evidence (enrolment_id, source, statement, channel, phone_id, period, inbound, received_at)
SELECT id, 'worker', CASE WHEN id %% 10 < 8 THEN 'confirms' ELSE (%(statements)s::text[])[id %% 8 + 1] END, 'ussd',
       (id + 1) / 2, '2026-10-01', 'bench:' || id, now() FROM enrolment;
"""

# Several of one phone, "not me", assisted answers, RT heads, removals and payment files are not in it: that is ours.
_BY_HAND = """
INSERT INTO answer (enrolment_id, verdict, owner, rupiah)
SELECT enrolment.id, decided.verdict, decided.owner, CASE WHEN decided.at_risk THEN %(premium)s ELSE 0 END
FROM enrolment
JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN insurer_record insured ON insured.period = '2026-10-01' AND insured.nik_index = worker.nik_index
LEFT JOIN (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, statement FROM evidence WHERE source = 'worker'
    ORDER BY enrolment_id, received_at DESC, id DESC) said ON said.enrolment_id = enrolment.id
JOIN decision_row decided ON decided.list = 'paid' AND decided.insurer = coalesce(insured.status, 'not_found')
    AND decided.worker = coalesce(said.statement, 'no_answer') AND decided.rt_head = 'no_answer'
    AND decided.duplicate = 'none'
"""


_KEYS = "ALTER TABLE answer ADD PRIMARY KEY (enrolment_id, period); CREATE INDEX ON answer (period, verdict)"


@dataclass(frozen=True)
class Cost:
    """Seconds, and the most memory the backend and this process held, in MB."""

    seconds: float
    backend: float
    here: float


def compare(servers: Servers, people: int) -> None:
    """Load a city of so many, compute it by hand and as the job does, from nothing and once more; print the table."""
    from jobs.reconcile import one_batch
    from verify_service.verification.reconciliation import drain

    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        _load(connection, people)
        print(f"\nReconciliation of {people:,} enrolments with as many replies", flush=True)
        print(f"{'':<48}{'seconds':>11}{'ratio':>7}{'backend MB':>12}{'process MB':>12}")
        by_hand = _by_hand(servers, people, keys="")
        _print("one statement by hand, the answer alone", by_hand, by_hand)
        keyed = _by_hand(servers, people, keys=_KEYS)
        _print("the same into a table with the keys of ours", keyed, by_hand)

        def everything() -> None:
            done = drain(one_batch)
            assert done.enrolments == people, done

        _stale(connection)
        _print("the job, from nothing", _measured(everything), by_hand)
        assert _agrees(connection)
        _stale(connection)
        _print("the job again, nothing changed", _measured(everything), by_hand)
        _print_one(connection, one_batch)


def share(servers: Servers, people: int) -> None:
    """The same from nothing by 1, 2 and 4 processes that share it, beside the statement by hand; print the table."""
    with all_cores(servers) as cores, psycopg.connect(servers.owner_url, autocommit=True) as connection:
        _load(connection, people)
        print(f"\nReconciliation of {people:,} enrolments, shared, on {cores} cores", flush=True)
        print(f"{'':<48}{'seconds':>11}{'ratio':>7}{'backend MB':>12}{'process MB':>12}{'rows a s':>10}")
        keyed = _by_hand(servers, people, keys=_KEYS)
        _print("one statement by hand, with the keys of ours", keyed, keyed, people)
        for processes in (1, 2, 4):
            connection.execute("TRUNCATE verdict, discrepancy, cover_gap")
            _stale(connection)
            cost = _shared(processes)
            assert _agrees(connection)
            _print(f"the job, from nothing, by {processes} at once", cost, keyed, people)


def _shared(processes: int) -> Cost:
    """So many drain the same marks; seconds from the moment that all are ready, the most that one of them held."""
    ready, held = SPAWN.Barrier(processes + 1), SPAWN.Queue()
    workers = [SPAWN.Process(target=_work, args=(ready, held)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    most = [held.get() for _ in workers]
    seconds = time.perf_counter() - began
    backend = max(most_held(pid) for pid in backends())
    ready.wait()
    for worker in workers:
        worker.join()
    return Cost(seconds, backend, max(most))


def _work(ready: Barrier, held: Queue[float]) -> None:
    """Reconcile until nothing is left, once all are ready; stay until the server's memory was looked at."""
    from jobs.reconcile import one_batch
    from verify_service.ground.database import transaction
    from verify_service.verification.reconciliation import drain
    from verify_service.verification.stale import wait_for_others

    def wait() -> bool:
        with transaction() as session:
            return wait_for_others(session)

    with transaction() as session:
        session.connection()
    ready.wait()
    drain(one_batch, wait=wait)
    held.put(most_held(os.getpid()))
    ready.wait()


def _print(name: str, cost: Cost, base: Cost, people: int | None = None) -> None:
    rate = f"{people / cost.seconds:>10,.0f}" if people is not None else ""
    print(
        f"{name:<48}{cost.seconds:>11.2f}{cost.seconds / base.seconds:>7.2f}{cost.backend:>12.0f}{cost.here:>12.0f}"
        f"{rate}",
        flush=True,
    )


def _print_one(connection: psycopg.Connection[Any], one_batch: Callable[[], object]) -> None:
    """What an ordinary nudge costs: one reply among all of them."""
    times = []
    for enrolment in range(1, 30):
        connection.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, now())", [enrolment])
        began = time.perf_counter()
        one_batch()
        times.append((time.perf_counter() - began) * 1000)
    print(f"{'one enrolment, as after one reply':<48}{sorted(times)[len(times) // 2]:>8.1f} ms")


def _load(connection: psycopg.Connection[Any], people: int) -> None:
    statements = "{" + ",".join(STATEMENTS["worker"]) + "}"
    for statement in filter(str.strip, _CITY.split(";")):
        filled = statement.replace("%(people)s", str(people)).replace("%(statements)s", f"'{statements}'")
        connection.execute(filled.replace("%%", "%"))  # type: ignore[call-overload]
    connection.execute("VACUUM ANALYZE")


def _stale(connection: psycopg.Connection[Any]) -> None:
    """As an import leaves it: everything has to be looked at."""
    connection.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    connection.execute("VACUUM ANALYZE stale_enrolment")
    connection.execute("CHECKPOINT")


def _by_hand(servers: Servers, people: int, *, keys: str) -> Cost:
    columns = "enrolment_id bigint, period date DEFAULT '2026-10-01', verdict text, owner text, rupiah bigint"
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS answer")
        connection.execute(f"CREATE TABLE answer ({columns}); {keys}")  # type: ignore[call-overload]
        connection.execute("CHECKPOINT")
        began = time.perf_counter()
        done = connection.execute(_BY_HAND, {"premium": PREMIUM})
        seconds = time.perf_counter() - began
        assert done.rowcount == people, done.rowcount
        return Cost(seconds, most_held(connection.info.backend_pid), 0)


def _measured(work: Callable[[], None]) -> Cost:
    before = backends()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    backend = max(most_held(pid) for pid in backends() | before)
    return Cost(seconds, backend, most_held(os.getpid()))


def _agrees(connection: psycopg.Connection[Any]) -> bool:
    """Whether both came to the same."""
    (differing,) = connection.execute(
        """SELECT count(*) FROM answer FULL JOIN verdict USING (enrolment_id)
           WHERE (answer.verdict, answer.owner, answer.rupiah) IS DISTINCT FROM
                 (verdict.verdict, verdict.owner, verdict.rupiah)"""
    ).fetchone()  # type: ignore[misc]
    return bool(differing == 0)
