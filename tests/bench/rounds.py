"""A round of so many people, from its draw to its report; the launch beside a bare COPY of the same texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg

from tests.bench import reconciliation
from tests.bench.costs import Cost, all_cores, exponent, in_another, measured
from verify_service.demo.embedded import Servers
from verify_service.ground.database import transaction

# Nine in ten have a phone of their own; every kelurahan has as many people.
_CITY = """
TRUNCATE worker, phone, file_import, evidence, stale_enrolment, verdict, discrepancy, conversation, outbox, round, task,
inbound_message, cover_gap
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
SELECT worker.id, 1, worker.id, code, '001', '002', 'Pedagang kaki lima', '2026-01-01', 12, now()
FROM worker JOIN (SELECT kelurahan_code AS code, row_number() OVER (ORDER BY kelurahan_code) - 1 AS place,
                         count(*) OVER () AS places FROM area) AS area ON area.place = worker.id % places;
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
_DESIGN = {"strata": ("kecamatan", "sex", "no-phone"), "everyone": True}


def compare(servers: Servers, folder: Path, sizes: tuple[int, ...]) -> None:
    """Each size once: a round of everybody, then who shares its reconciliation; how costs grow from size to size."""
    with all_cores(servers) as cores:
        print(f"\nA round of everybody, on {cores} cores", flush=True)
        print(
            f"{'':<48}{'CPU s':>9}{'wall s':>9}{'ratio':>8}{'MB':>7}{'backend MB':>12}{'us CPU a person':>17}",
            flush=True,
        )
        before: dict[str, Cost] = {}
        for place, people in enumerate(sizes):
            found = _one(servers, folder, people)
            if before:
                _print_growth(before, found, sizes[place - 1], people)
            before = found
        for people in sizes[1:]:
            reconciliation.share(servers, people)


def _one(servers: Servers, folder: Path, people: int) -> dict[str, Cost]:
    """What each step of a round of so many costs."""
    _run(servers, _CITY.replace(":people", str(people)))
    found = {f"drawn, {people:,} people": measured(servers, _drawn), "  launched": measured(servers, _launched)}
    texts = folder / "outbox.copy"
    in_another(_copied_out, servers.owner_url, texts)
    bare = measured(servers, _copied, servers.owner_url, texts, "")
    keyed = measured(servers, _copied, servers.owner_url, texts, "INCLUDING ALL")
    texts.unlink()
    _run(servers, _ANSWERED)
    found["  reminded: six in ten have not answered"] = measured(servers, _reminded)
    found |= {"  settled": measured(servers, _settled), "  settled again": measured(servers, _settled)}
    found["  stated"] = measured(servers, _stated)
    bases = {"  launched": bare}
    for name, cost in found.items():
        _print(name, cost, people, bases.get(name))
        if name == "  launched":
            _print("    bare COPY of its texts", bare, people, bare)
            _print("    the same into a table with the keys of ours", keyed, people, bare)
    return {name.strip().split(",")[0].split(":")[0]: cost for name, cost in found.items()}


def _print(name: str, cost: Cost, people: int, base: Cost | None) -> None:
    ratio = f"{cost.wall / base.wall:.1f}" if base else ""
    print(
        f"{name:<48}{cost.cpu:>9.2f}{cost.wall:>9.2f}{ratio:>8}{cost.memory:>7.0f}{cost.backend:>12.0f}"
        f"{1e6 * cost.cpu / people:>17.0f}",
        flush=True,
    )


def _print_growth(before: dict[str, Cost], found: dict[str, Cost], small: int, large: int) -> None:
    powers = (f"{name} {exponent(before[name].wall, cost.wall, large / small):.2f}" for name, cost in found.items())
    print(f"  growth from {small:,} to {large:,} people, exponent of the clock:\n    {', '.join(powers)}", flush=True)


def _run(servers: Servers, statements: str) -> None:
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement)  # type: ignore[call-overload]
        connection.execute("VACUUM ANALYZE")  # as autovacuum does
        connection.execute("CHECKPOINT")


def _drawn() -> None:
    from verify_service.rounds.design import Design
    from verify_service.rounds.drawing import draw, open_round

    with transaction() as session:
        held = open_round(session, "bench", Design(**_DESIGN), seed="bench", now=_now(), by="bench")  # type: ignore[arg-type]
        draw(session, held, now=_now(), by="bench")


def _launched() -> None:
    from verify_service.rounds import reach
    from verify_service.rounds.round_states import find_round

    with transaction() as session:
        reach.start(session, find_round(session, "bench", lock=True), now=_now(), by="bench")
    _contacted(dt.timedelta())


def _reminded() -> None:
    _contacted(dt.timedelta(days=3))


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
