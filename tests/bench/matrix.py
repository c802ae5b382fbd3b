"""The worker-by-month matrix of a whole city, beside one plain join of the same rows."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import psycopg

from verify_service.demo.embedded import Servers

# A year of files; one month in forty is unpaid and one person in two hundred is missing from all of the insurer's.
_CITY = """
TRUNCATE worker, phone, file_import, evidence, stale_enrolment, verdict, discrepancy, task, cover_gap
RESTART IDENTITY CASCADE;
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, 'bench', '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (SELECT 'roster' AS kind, NULL::date AS period
      UNION ALL SELECT kind, month::date FROM unnest('{insurer,payments}'::text[]) AS kind,
          generate_series(date '2025-11-01', date '2026-10-01', interval '1 month') AS month) AS file;
INSERT INTO worker (nik, nik_index, name, name_key, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'n', 'N', now() FROM generate_series(1, %(people)s) n;
INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
SELECT id, 1, id, '2025-11-01', 12, now() FROM worker;
INSERT INTO insurer_record (import_id, period, row, nik_index, status, member_since)
SELECT file.id, period, worker.id, nik_index,
       CASE WHEN (worker.id * 7 + extract(month FROM period)::int) %% 40 = 0 THEN 'unpaid' ELSE 'active' END,
       '2025-11-01'
FROM worker, file_import file WHERE kind = 'insurer' AND worker.id %% 200 > 0;
INSERT INTO payment (import_id, period, row, nik_index, amount)
SELECT file.id, period, worker.id, nik_index, 16800 FROM worker, file_import file WHERE kind = 'payments';
"""

_PLAIN = """
SELECT count(amount), count(status), count(*) FROM worker
CROSS JOIN (SELECT period FROM file_import WHERE kind = 'insurer') AS month
LEFT JOIN payment ON payment.period = month.period AND payment.nik_index = worker.nik_index
LEFT JOIN insurer_record insured ON insured.period = month.period AND insured.nik_index = worker.nik_index
"""


def compare(servers: Servers, people: int) -> None:
    """Read twelve months of so many, as one join and as the matrix; then the gaps as reconciliation follows them."""
    from jobs.reconcile import one_batch
    from verify_service.ground.database import transaction
    from verify_service.verification.matrix import files, matrix
    from verify_service.verification.reconciliation import drain

    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        _load(connection, people)
        print(f"\nThe months of {people:,} workers, twelve each", flush=True)
        base = _timed(lambda: connection.execute(_PLAIN).fetchall())
        _print("one plain join, counted", base, base)

        def read() -> None:
            with transaction() as session:
                held = files(session, now=dt.datetime.now(dt.UTC))
                assert held is not None
                assert sum(len(part) for part in matrix(session, held)) == people

        _print("the matrix with what follows from it", _timed(read), base)
        for name in ("reconciled from nothing, gaps opened", "reconciled again, nothing changed"):
            connection.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
            connection.execute("VACUUM ANALYZE stale_enrolment; ")
            _print(name, _timed(lambda: drain(one_batch)), base)
        (gaps,) = connection.execute("SELECT count(*) FROM cover_gap").fetchone() or (0,)
        print(f"{'gaps':<48}{gaps:>11,}", flush=True)


def _load(connection: psycopg.Connection[Any], people: int) -> None:
    for statement in filter(str.strip, _CITY.split(";")):
        connection.execute(statement.replace("%(people)s", str(people)).replace("%%", "%"))  # type: ignore[call-overload]
    connection.execute("VACUUM ANALYZE")


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(name: str, seconds: float, base: float) -> None:
    print(f"{name:<48}{seconds:>9.2f} s{seconds / base:>7.1f}", flush=True)
