"""A million texts of ours: what a page of the list costs at the server; what it costs to count and to ask a group."""

from __future__ import annotations

import datetime as dt
import logging
import statistics
import time
from collections.abc import Callable

import psycopg
import structlog
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.officers import EMAIL, PASSWORD, an_officer, sign_in
from verify_service.app import create_app
from verify_service.conversations import group_asks
from verify_service.conversations.asked_group import Whom
from verify_service.conversations.asking_a_group import ask_some
from verify_service.demo.embedded import Servers
from verify_service.ground.crypto import seal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Ask

TEXTS, PEOPLE = 1_000_000, 100_000
ROUNDS = 20
_MOST = 200  # milliseconds a page may take

# Two years of texts: nearly all sent, one in fifty not delivered, one in two hundred refused, a thousand that wait.
# Each worker has a phone, and ten thousand of them live in one kelurahan.
_FILL = """
INSERT INTO phone (number, number_index, language, created_at)
SELECT %(number)s, substr(sha256(('many' || n)::bytea), 1, 16), (ARRAY['id', 'su'])[1 + n %% 2], now()
FROM generate_series(1, %(people)s) n;
INSERT INTO worker (nik, nik_index, name, name_key, created_at)
SELECT 'many', substr(sha256(('many' || n)::bytea), 1, 16), 'Sulis Dewi' || n, 'SULIS DEWI', now()
FROM generate_series(1, %(people)s) n;
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone.id, worker.id, 'roster', now() FROM worker JOIN phone ON phone.number_index = worker.nik_index;
INSERT INTO file_import (kind, filename, sha256, imported_at, actor, rows, accepted, flagged, rejected, report)
VALUES ('roster', 'many', '\\x00', now(), 'bench', 0, 0, 0, 0, '{}');
INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, paid_from, months, created_at)
SELECT worker.id, (SELECT max(id) FROM file_import), row_number() OVER (), place.kelurahan_code, '001', '001',
       '2026-01-01', 12, now()
FROM worker JOIN (SELECT kelurahan_code, row_number() OVER (ORDER BY kelurahan_code) - 1 AS place FROM area) AS place
  ON place.place = CASE WHEN worker.id %% 10 = 0 THEN 0 ELSE 1 + worker.id %% 50 END;
INSERT INTO outbox (phone_id, worker_id, screen, purpose, body, body_hash, cause, state, delivery, reason, parts,
                    due_at, stale_at, created_at, handed_at, sent_at)
SELECT first.phone + n %% %(people)s, NULL, 's1.news',
       (ARRAY['question', 'reply', 'reply', 'case', 'warning', 'reminder', 'decision', 'reply'])[1 + n %% 8], '\\x00',
       '\\x00', 'many:' || n,
       CASE WHEN n <= 1000 THEN 'waiting' WHEN n %% 200 = 0 THEN 'refused' WHEN n %% 333 = 0 THEN 'cancelled'
            WHEN n %% 997 = 0 THEN 'unknown' ELSE 'accepted' END,
       CASE WHEN n > 1000 THEN CASE WHEN n %% 50 = 1 THEN 'failed' WHEN n %% 3 = 0 THEN 'delivered' END END,
       CASE WHEN n %% 200 = 0 THEN 'InvalidPhoneNumber' END, 1, now(), now() + interval '7 days',
       now() - n * interval '1 minute', CASE WHEN n > 1000 THEN now() - n * interval '1 minute' END, NULL
FROM generate_series(1, %(texts)s) n
CROSS JOIN (SELECT min(id) AS phone FROM phone WHERE number_index IN (SELECT nik_index FROM worker)) AS first;
"""


def compare(servers: Servers) -> None:
    """Fill, ask for each page as an officer does, print; then count and ask groups."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # a line for each page
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(_FILL, {"number": seal("+6281234567890", "phone.number"), "people": PEOPLE, "texts": TEXTS})
        connection.execute("VACUUM ANALYZE")
    an_officer(role="supervisor", cleared=True)
    client = create_app().test_client()
    sign_in(client, EMAIL, PASSWORD)
    print(f"\n{TEXTS:,} texts; one page of 50, at the server, {ROUNDS} times each\n")
    print(f"{'page':<46}{'median ms':>10}{'worst ms':>10}")
    slowest = max(_page(client, path) for path in _pages(client))
    print("" if slowest <= _MOST else f"\nslower than {_MOST} ms: {slowest:.0f}")
    _asks()


def _pages(client: FlaskClient) -> list[str]:
    day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=300)).date()
    return [
        "/console/messages",
        "/console/messages?group=failed",
        "/console/messages?group=undelivered",
        "/console/messages?group=cancelled&purpose=decision",
        f"/console/messages?day={day}",
        f"/console/messages?group=sent&behind={int(time.time() - 500 * 86_400)}000000-1",
        "/console/messages?phones=500",
        f"/console/messages/{TEXTS // 2}",
    ]


def _page(client: FlaskClient, path: str) -> float:
    def look() -> None:
        assert client.get(path).status_code == 200, path

    times = _timed(look)
    print(f"{path[9:55]:<46}{statistics.median(times):>10.0f}{max(times):>10.0f}")
    return statistics.median(times)


def _timed(what: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    what()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        times.append(1000 * (time.perf_counter() - began))
    return times


def _asks() -> None:
    """How long a group takes to be counted, and to be asked."""
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        largest = "SELECT kelurahan_code FROM enrolment GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        code = session.scalar(text(largest))
    print(f"\n{PEOPLE:,} people on the list\n")
    for name, whom in (("one kelurahan", Whom(kelurahan=code)), ("the whole city", Whom())):
        with transaction() as session:
            began = time.perf_counter()
            found = group_asks.preview(session, whom, "text", now=now)
            took = time.perf_counter() - began
        print(f"counted, {name:<16}{found.counted.people:>10,} people{1000 * took:>10.0f} ms")
    with transaction() as session:
        began = time.perf_counter()
        begun = group_asks.begin(session, Whom(kelurahan=code), "text", seen=None, now=now, by="bench")
        assert isinstance(begun, Ask)
        number = begun.id
    print(f"said yes to, one kelurahan {1000 * (time.perf_counter() - began):>30.0f} ms")
    began, asked, longest = time.perf_counter(), 0, 0.0
    while True:
        one = time.perf_counter()
        with transaction() as session:
            done = ask_some(session, now=now, ask_id=number)
        longest = max(longest, time.perf_counter() - one)
        asked += done.asked
        if not done.settled:
            break
    took = time.perf_counter() - began
    print(f"asked by one worker {asked:>17,} people{took:>10.1f} s, the longest transaction {1000 * longest:.0f} ms")
    with transaction() as session:
        times = _timed(lambda: group_asks.find_ask(session, number, now=now), rounds=5)
    print(f"its page {statistics.median(times):>48.0f} ms")
