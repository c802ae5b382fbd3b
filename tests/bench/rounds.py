"""A round of so many people, from its draw to its report; the launch beside a bare COPY of the same texts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.bench.costs import Cost, all_cores, exponent, in_another, measured
from verify_service.demo.embedded import Servers
from verify_service.ground.database import transaction
from verify_service.rounds.intervals import z

# Nine in ten have a phone of their own; every kelurahan has as many people, every RT some fifty, with a head.
_CITY = """
TRUNCATE worker, phone, file_import, evidence, stale_enrolment, verdict, discrepancy, conversation, outbox, round, task,
inbound_message, cover_gap, rt_head
RESTART IDENTITY CASCADE;
TRUNCATE round_person;
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, 'bench', '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (VALUES ('roster', NULL), ('insurer', date '2026-10-01')) AS file (kind, period);
INSERT INTO worker (nik, nik_index, name, name_key, birth_year, sex, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'Sulistiawati Dewi', 'DEWI SULISTIAWATI', 1960 + n % 45,
       CASE WHEN n % 5 < 2 THEN 'P' ELSE 'L' END, now()
FROM generate_series(1, :people) n;
INSERT INTO phone (number, number_index, created_at)
SELECT 'x', nik_index, now() FROM worker WHERE id % 10 > 0;
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone.id, worker.id, 'roster', now() FROM worker JOIN phone ON phone.number_index = worker.nik_index;
INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, occupation, paid_from, months, created_at)
SELECT worker.id, 1, worker.id, code, to_char(worker.id / places / 400 + 1, 'FM000'),
       to_char(worker.id / places / 50 % 8 + 1, 'FM000'), 'Pedagang kaki lima', '2026-01-01', 12, now()
FROM worker JOIN (SELECT kelurahan_code AS code, row_number() OVER (ORDER BY kelurahan_code) - 1 AS place,
                         count(*) OVER () AS places FROM area) AS area ON area.place = worker.id % places;
INSERT INTO phone (number, number_index, language, created_at)
SELECT 'x', substr(sha256((kelurahan_code || rw || rt)::bytea), 1, 16), 'id', now()
FROM enrolment GROUP BY kelurahan_code, rw, rt;
INSERT INTO rt_head (import_id, kelurahan_code, rw, rt, name, phone_id)
SELECT 1, kelurahan_code, rw, rt, 'Pak RT', phone.id
FROM (SELECT DISTINCT kelurahan_code, rw, rt FROM enrolment) AS place
JOIN phone ON number_index = substr(sha256((kelurahan_code || rw || rt)::bytea), 1, 16);
INSERT INTO insurer_record (import_id, period, row, nik_index, status)
SELECT 2, '2026-10-01', id, nik_index, 'active' FROM worker;
"""

# The gateway took all, some are known not to have arrived; four in ten answer, most of them yes.
_ANSWERED = """
UPDATE outbox SET state = 'accepted', sent_at = now(), handed_at = now(),
       delivery = CASE WHEN id % 20 = 0 THEN 'failed' ELSE 'delivered' END;
INSERT INTO inbound_message (gateway, provider_id, received_at, handled_at, handled_as, conversation_id)
SELECT 'bench', 'bench:' || id, now(), now(), 'answer', conversation_id FROM outbox WHERE id % 10 < 4;
INSERT INTO evidence (enrolment_id, source, statement, channel, phone_id, period, round_id, inbound, received_at)
SELECT person.enrolment_id, 'worker', CASE WHEN outbox.id % 7 = 0 THEN 'denies' ELSE 'confirms' END, 'sms', phone_id,
       '2026-10-01', outbox.round_id, 'bench:' || outbox.id, now()
FROM outbox JOIN round_person person ON person.round_id = outbox.round_id AND person.worker_id = outbox.worker_id
WHERE outbox.id % 10 < 4;
"""
_STRATA = ("kecamatan", "sex", "no-phone")
_FILLED = ("round_person", "outbox", "conversation", "inbound_message", "evidence", "task", "audit")
_RATE = 0.4  # of those contacted answer


def compare(servers: Servers, folder: Path, sizes: Sequence[tuple[int, int]]) -> None:
    """For each size, people on the list and how many of them are contacted: a round; how costs grow with contacts."""
    with all_cores(servers) as cores:
        print(
            f"\nA round, on {cores} cores; ratio: the clock, beside a bare COPY of the texts of its launch", flush=True
        )
        print(f"{'':<48}{'CPU s':>9}{'wall s':>9}{'ratio':>8}{'MB':>7}{'backend MB':>12}{'us CPU a person':>17}")
        before: tuple[int, dict[str, Cost]] | None = None
        for people, contacts in sizes:
            found = _one(servers, folder, people, contacts)
            if before is not None and before[0] < contacts:
                _print_growth(before[1], found, before[0], contacts)
            before = contacts, found


def _one(servers: Servers, folder: Path, people: int, contacts: int) -> dict[str, Cost]:
    """What each step of a round of so many costs."""
    _run(servers, _CITY.replace(":people", str(people)))
    drawn = measured(servers, _drawn, people, contacts)
    chosen = _chosen(servers)
    print(f"{people:,} people on the list, {chosen:,} of them contacted", flush=True)
    found = {"drawn": drawn, "launched": measured(servers, _launched)}
    texts = folder / "outbox.copy"
    in_another(_copied_out, servers.owner_url, texts)
    bare = measured(servers, _copied, servers.owner_url, texts, "")
    keyed = measured(servers, _copied, servers.owner_url, texts, "INCLUDING ALL")
    texts.unlink()
    _print("drawn, each of the list", drawn, bare, people)
    _print("launched", found["launched"], bare, chosen)
    _print("  a bare COPY of its texts", bare, bare, chosen)
    _print("  the same into a table with the keys of ours", keyed, bare, chosen)
    _run(servers, _ANSWERED)
    for name, work in _AFTERWARDS.items():
        found[name] = measured(servers, work)
        _print(name, found[name], bare, chosen)
    _print_held(servers)
    return found


def _print(name: str, cost: Cost, base: Cost, people: int) -> None:
    print(
        f"  {name:<46}{cost.cpu:>9.2f}{cost.wall:>9.2f}{cost.wall / base.wall:>8.1f}{cost.memory:>7.0f}"
        f"{cost.backend:>12.0f}{1e6 * cost.cpu / people:>17.0f}",
        flush=True,
    )


def _print_growth(before: dict[str, Cost], found: dict[str, Cost], small: int, large: int) -> None:
    powers = (f"{name} {exponent(before[name].cpu, cost.cpu, large / small):.2f}" for name, cost in found.items())
    print(f"  growth from {small:,} to {large:,} contacts, exponent of the CPU:\n    {', '.join(powers)}", flush=True)


def _print_held(servers: Servers) -> None:
    """How many bytes a row takes on the disk, with its part of the indexes, in the tables that a round fills."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        rows = connection.execute(
            """SELECT relname, pg_total_relation_size(oid) / reltuples FROM pg_class
               WHERE relname = ANY(%s) AND reltuples > 0 ORDER BY 2 DESC""",
            [list(_FILLED)],
        ).fetchall()
    print(f"  bytes a row, indexes included: {', '.join(f'{name} {size:,.0f}' for name, size in rows)}", flush=True)


def _chosen(servers: Servers) -> int:
    with psycopg.connect(servers.owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM round_person WHERE sampled").fetchone()
    assert row is not None
    return int(row[0])


def _run(servers: Servers, statements: str) -> None:
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement)  # type: ignore[call-overload]
        connection.execute("VACUUM ANALYZE")  # as autovacuum does
        connection.execute("CHECKPOINT")


def _drawn(people: int, contacts: int) -> None:
    from verify_service.rounds.design import Design
    from verify_service.rounds.drawing import draw, open_round

    design = Design(strata=_STRATA, everyone=True)
    if contacts < people:
        answers = _RATE * contacts
        most = answers / (1 - answers / people)
        design = Design(strata=_STRATA, response_rate=_RATE, margin=z(0.95) * math.sqrt(0.25 / most))
    with transaction() as session:
        held = open_round(session, "bench", design, seed="bench", now=_now(), by="bench")
        draw(session, held, now=_now(), by="bench")


def _launched() -> None:
    from verify_service.rounds import reach
    from verify_service.rounds.round_states import find_round

    with transaction() as session:
        reach.start(session, find_round(session, "bench", lock=True), now=_now(), by="bench")
    _contacted(dt.timedelta())


def _reminded() -> None:
    _contacted(dt.timedelta(days=3))


def _heads_reminded() -> None:
    _contacted(dt.timedelta(days=6))


def _visits_listed() -> None:
    _contacted(dt.timedelta(days=13))


def _contacted(later: dt.timedelta) -> None:
    from verify_service.rounds import reach

    some = 1
    while some:
        with transaction() as session:
            some = reach.contact(session, now=_now() + later)


def _settled() -> None:
    from verify_service.rounds.dispositions import settle
    from verify_service.rounds.round_states import find_round

    with transaction() as session:
        settle(session, find_round(session, "bench", lock=True), now=_now())


def _stated() -> None:
    from verify_service.rounds.round_report import report_of
    from verify_service.rounds.round_states import find_round

    with transaction() as session:
        told = report_of(session, find_round(session, "bench"))
    assert told.overall.share is not None


_AFTERWARDS = {
    "reminded, six in ten": _reminded,
    "settled": _settled,
    "settled again": _settled,
    "heads of RT reminded": _heads_reminded,
    "visits listed": _visits_listed,
    "settled at the end": _settled,
    "stated": _stated,
}


def _copied_out(url: str, texts: Path) -> None:
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        texts.open("wb") as out,
        cursor.copy("COPY outbox TO STDOUT") as copy,
    ):
        for block in copy:
            out.write(block)


def _copied(url: str, texts: Path, like: str) -> None:
    with psycopg.connect(url) as connection, texts.open("rb") as source:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare (LIKE outbox {like})")  # type: ignore[call-overload]
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            while block := source.read(1 << 16):
                copy.write(block)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
