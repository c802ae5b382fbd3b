"""The auditor's answers, a publication and the public page of a whole city, beside one count of its verdicts."""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from tests.bench.reconciliation import _CITY
from verify_service.demo.embedded import Servers
from verify_service.verification.weighing import STATEMENTS

# Beside list, insurer and replies: places, sex, age and work, what the treasury paid, reports, people put forward.
_MORE = """
UPDATE enrolment SET kelurahan_code = place.kelurahan_code, rw = '001', rt = '00' || enrolment.id %% 9 + 1,
    occupation = (ARRAY['Ojek', 'Pedagang kaki lima', 'Pemulung', 'PRT'])[enrolment.id %% 4 + 1]
FROM (SELECT kelurahan_code, row_number() OVER (ORDER BY kelurahan_code) AS n FROM area) AS place
WHERE place.n = enrolment.id %% (SELECT count(*) FROM area) + 1;
UPDATE worker SET sex = CASE WHEN id %% 3 = 0 THEN 'P' ELSE 'L' END, birth_year = 1960 + id %% 45;
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
VALUES ('payments', 'bench', '', '2026-10-01', now(), 'bench', 0, 0, 0, 0, '{}');
INSERT INTO payment (import_id, period, row, nik_index, amount)
SELECT 3, '2026-10-01', id, nik_index, 16800 FROM worker WHERE id %% 50 > 0;
ANALYZE;
"""


def compare(servers: Servers, people: int) -> None:
    """Load and reconcile a city of so many; print what each answer, a publication and the page take."""
    from jobs.reconcile import one_batch
    from tests.serving import new_client
    from verify_service.ground.database import transaction
    from verify_service.publication import publishing
    from verify_service.reports.answers import REPORTS, lines_of
    from verify_service.reports.definition import Asked
    from verify_service.verification.reconciliation import drain
    from verify_service.verification.stale import mark_all

    now = dt.datetime.now(dt.UTC)
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        for statement in filter(str.strip, (_CITY + _MORE).split(";")):
            connection.execute(statement, {"people": people, "statements": list(STATEMENTS["worker"])})
        with transaction() as session:
            mark_all(session, now=now)
        drain(one_batch)
        connection.execute("VACUUM ANALYZE")
        print(f"\nThe answers of {people:,} enrolments with as many replies", flush=True)
        print(f"{'':<48}{'seconds':>11}{'ratio':>7}")
        base = _timed(
            lambda: connection.execute("SELECT verdict, owner, count(*) FROM verdict GROUP BY 1, 2").fetchall()
        )
    _print("one count of the verdicts", base, base)
    for name, report in REPORTS.items():
        with transaction() as session:
            _print(name, _timed(lambda: lines_of(report, session, Asked(now))), base)  # noqa: B023  # called at once
    with transaction() as session:
        began = time.perf_counter()
        held = publishing.ready(session, now=now)
        _print("a publication counted", time.perf_counter() - began, base)
    assert held is not None
    began = time.perf_counter()
    decided = publishing.decide(held, random.Random(1))
    _print("  rounded and attacked", time.perf_counter() - began, base)
    with transaction() as session:
        publishing.keep(session, decided, now=now, by="bench")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # a line for each page
    client = new_client()
    client.get("/")
    pages = sorted(_timed(lambda: client.get("/")) for _ in range(20))
    print(
        f"  the public page: {1000 * pages[10]:.1f} ms at the median of 20, {1000 * pages[-1]:.1f} ms at most",
        flush=True,
    )


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(name: str, seconds: float, base: float) -> None:
    print(f"  {name:<46}{seconds:>11.2f}{seconds / base:>7.1f}", flush=True)
