"""A hop against bare routes, and reconciliation of 100,000 enrolments: CPU first, since wall time is noisy."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from verify_service.ground import embedded, keys

ROUNDS = 400


def main() -> None:
    """Start servers of our own, measure, print one table."""
    with tempfile.TemporaryDirectory(prefix="verify-bench-") as folder:
        servers = embedded.start(Path(folder))
        try:
            os.environ.update(keys.environment_for(Path(folder)))
            os.environ["VERIFY_DATABASE_URL"] = servers.application_url
            os.environ["VERIFY_OWNER_DATABASE_URL"] = servers.owner_url
            os.environ["VERIFY_REDIS_URL"] = servers.redis_url
            os.environ["VERIFY_DEMO"] = "1"
            sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # request logs
            from verify_service.installation import migrate

            migrate()
            with psycopg.connect(servers.owner_url, autocommit=True) as connection:
                _hops(connection, servers)
                _reconciliation(connection)
        finally:
            servers.stop()


def _timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """CPU and wall milliseconds of one round, in this process."""
    work()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.process_time() - cpu) / rounds * 1000, (time.perf_counter() - wall) / rounds * 1000


def _hops(connection: psycopg.Connection[Any], servers: embedded.Servers) -> None:
    from tests.handset import Handset
    from tests.people import a_worker
    from verify_service.app import create_app

    a_worker(connection)
    phone = Handset(create_app().test_client(), "+6281234567890")

    def talk() -> None:
        connection.execute("UPDATE phone SET hops = 0")
        phone.dial()
        phone.press("1111")

    bare = Flask("bare")
    connection.execute("CREATE TABLE bench_hop (id bigserial PRIMARY KEY, session text, body text)")
    durable = psycopg.connect(servers.owner_url, autocommit=True)

    @bare.post("/bare")
    def _bare() -> str:
        return "CON hello"

    @bare.post("/insert")
    def _insert() -> str:
        durable.execute("INSERT INTO bench_hop (session, body) VALUES ('s', '1*1')")
        return "CON hello"

    client = bare.test_client()
    form = {"sessionId": "S", "phoneNumber": "+6281234567890", "text": ""}
    rows = {
        "bare Flask route": _timed(lambda: client.post("/bare", data=form), ROUNDS),
        "with one durable INSERT": _timed(lambda: client.post("/insert", data=form), ROUNDS),
    }
    cpu, wall = _timed(talk, ROUNDS // 10)
    rows["our hop (5-hop talk)"] = cpu / 5, wall / 5
    durable.close()
    base_cpu, base_wall = rows["with one durable INSERT"]
    print(f"{'in one process, test client':<28}{'CPU ms':>9}{'ratio':>8}{'wall ms':>9}{'ratio':>8}")
    for name, (cpu, wall) in rows.items():
        print(f"{name:<28}{cpu:>9.2f}{cpu / base_cpu:>8.1f}{wall:>9.2f}{wall / base_wall:>8.1f}")


_CITY = """
INSERT INTO worker (nik, nik_index, nik_last4, name, name_key, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), '0001', 'n', 'N', now() FROM generate_series(1, %(people)s) n;
INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
SELECT id, (SELECT min(id) FROM file_import), id, '2026-01-01', 12, now() FROM worker;
INSERT INTO insurer_record (import_id, period, row, nik, nik_index, status)
SELECT (SELECT max(id) FROM file_import), '2026-10-01', id, 'x', nik_index, 'active' FROM worker ON CONFLICT DO NOTHING;
INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
SELECT id, 'worker', 'confirms', 'ussd', 'bench:' || id, now() FROM enrolment;
INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment;
"""


def _reconciliation(connection: psycopg.Connection[Any], people: int = 100_000) -> None:
    from jobs.reconcile import one_batch
    from verify_service.verification.reconciliation import drain

    for statement in filter(str.strip, _CITY.split(";")):
        connection.execute(statement.replace("%(people)s", str(people)))  # type: ignore[call-overload]
    connection.execute("ANALYZE")
    began = time.perf_counter()
    done = drain(one_batch)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nreconcile {done.enrolments:,} enrolments with as many replies: {seconds:.1f} s, peak memory {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
