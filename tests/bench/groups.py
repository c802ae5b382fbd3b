"""Groups of a whole list held against each other, beside one plain count of the same rows; and the way of its texts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import psycopg

from verify_service.demo.embedded import Servers

# Two of three have a phone, half have answered, one in fifty has reported something; a text to each phone.
_CITY = """
TRUNCATE worker, phone, file_import, evidence, stale_enrolment, verdict, discrepancy, proposal, grievance, outbox,
    inclusion_look, inclusion_notice, reference, knowledge_answer RESTART IDENTITY CASCADE;
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, 'bench', '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (VALUES ('roster', NULL), ('insurer', date '2026-10-01')) AS file (kind, period);
INSERT INTO phone (number, number_index, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), now() FROM generate_series(1, %(people)s * 2 / 3) n;
INSERT INTO worker (nik, nik_index, name, name_key, sex, birth_year, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'n', 'N', CASE WHEN n %% 5 < 3 THEN 'L' ELSE 'P' END,
       1960 + n %% 45, now() FROM generate_series(1, %(people)s) n;
INSERT INTO phone_link (phone_id, worker_id, how, linked_at) SELECT id, id, 'roster', now() FROM phone;
INSERT INTO enrolment (worker_id, import_id, row, occupation, paid_from, months, created_at)
SELECT id, 1, id, (ARRAY['ojek online', 'pedagang pasar', 'pemulung', 'PRT', 'kuli', 'tani', NULL])[id %% 7 + 1],
       '2026-01-01', 12, now() FROM worker;
INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, phone_id, period, inbound, received_at)
SELECT id, 'worker', 'confirms', id %% 11 = 0, CASE WHEN id %% 3 = 0 THEN 'sms' ELSE 'ussd' END, id, '2026-10-01',
       'bench:' || id, now() FROM enrolment WHERE id <= %(people)s / 2;
INSERT INTO verdict (enrolment_id, period, list, insurer, worker, rt_head, duplicate, paid_by, verdict, owner, rupiah,
                     computed_at)
SELECT id, '2026-10-01', CASE WHEN id %% 50 = 0 THEN 'listed_not_paid' ELSE 'paid' END,
       CASE WHEN id %% 40 = 0 THEN 'unpaid' ELSE 'active' END,
       CASE WHEN id <= %(people)s / 2 THEN 'confirms' ELSE 'no_answer' END, 'no_answer', 'none', 'plan', 'confirmed',
       'nobody', 0, now() FROM enrolment;
INSERT INTO reference (number, kind) SELECT 'G' || n, 'grievance' FROM generate_series(1, %(people)s / 50) n;
INSERT INTO grievance (number, category, identity, restricted, origin, channel, worker_id, inbound, opened_at,
                       verify_by, due_on)
SELECT 'G' || n, 'card', 'normal', false, 'report', 'ussd', n, n::text::bytea, now(), current_date,
       current_date - n %% 2
FROM generate_series(1, %(people)s / 50) n;
INSERT INTO outbox (phone_id, screen, purpose, body_hash, cause, state, due_at, stale_at, created_at, handed_at, parts)
SELECT id, 'bench', 'invitation', '', 'bench:' || id, 'accepted', now(), now(), now(), now() - interval '1 day', 1
FROM phone;
"""
_PLAIN = """
SELECT sex, occupation, count(*), count(*) FILTER (WHERE list = 'paid') FROM verdict
JOIN enrolment ON enrolment.id = enrolment_id JOIN worker ON worker.id = worker_id GROUP BY 1, 2
"""


def compare(servers: Servers, people: int) -> None:
    """A list of so many: the plain count, every group beside the others, a week's look, messages."""
    from verify_service.ground.database import transaction
    from verify_service.reports.answers import REPORTS, lines_of
    from verify_service.reports.definition import Asked
    from verify_service.reports.inclusion_notices import take_look

    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        for part in _CITY.split(";\n"):
            if part.strip():
                connection.execute(part, {"people": people})  # type: ignore[call-overload]
        connection.execute("VACUUM ANALYZE")
        print(f"\nGroups of {people:,} people", flush=True)
        base = _timed(lambda: connection.execute(_PLAIN).fetchall())
    _print("one plain count by sex and work", base, base)

    def report(name: str) -> Callable[[], object]:
        def read() -> object:
            with transaction() as session:
                return lines_of(REPORTS[name], session, Asked(dt.datetime.now(dt.UTC)))

        return read

    def one_look() -> None:
        with transaction() as session:
            assert take_look(session, now=dt.datetime.now(dt.UTC)) is not None

    _print("every group beside all others", _timed(report("inclusion")), base)
    _print("a week's look, with what it notices", _timed(one_look), base)
    _print("the way of its texts", _timed(report("messages")), base)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(name: str, seconds: float, base: float) -> None:
    print(f"{name:<48}{seconds:>10.2f} s{seconds / base:>8.1f}", flush=True)
