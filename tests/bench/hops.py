"""The USSD hop under load, each contestant on the same server in the same run, a round each in turn."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import peers
from tests.bench.load import Played, Talk, four_hops, phone_number, play
from tests.bench.servers import cpu_seconds, free_port, granian, running
from verify_service.demo.embedded import Servers
from verify_service.ground.crypto import blind_index
from verify_service.ground.settings import settings

CONNECTIONS = 8
ROUNDS = 3
PHONES = 30_000  # more than are called in one run: a phone that calls again is asked whether to go on


@dataclass
class Contestant:
    """One line of the table: a server that listens, the talks it is asked to hold, and what each round cost."""

    name: str
    process: int
    port: int
    talks: Iterator[Talk]
    check: Callable[[int], None] = lambda hops: None  # whether the work was really done, by hops played in all
    rounds: list[Round] = field(default_factory=list)
    hops: int = 0


@dataclass(frozen=True)
class Round:
    """What one round cost: microseconds of CPU a hop in the server and in the store, hops a second, milliseconds."""

    cpu: float
    store: float
    rate: float
    p50: float
    p99: float


def compare(servers: Servers, folder: Path, *, seconds: float) -> None:
    """Start every contestant, let them run in turn, print the table."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection, ExitStack() as open_until_the_end:
        _city(connection)
        contestants = []
        for start in (bare_route, bare_insert, our_hop, npm_peer, pypi_peer):
            try:
                contestants.append(open_until_the_end.enter_context(start(servers, folder, connection)))
            except peers.NotHere as why:
                print(f"left out: {why}")
        for contestant in contestants:
            _one_round(contestant, servers, min(seconds, 1.0))  # warm: pools, prepared statements, compiled code
        for contestant in contestants:
            contestant.rounds.clear()
        for _ in range(ROUNDS):
            for contestant in contestants:
                _one_round(contestant, servers, seconds)
        for contestant in contestants:
            contestant.check(contestant.hops)
    _print(contestants, seconds)


def _one_round(contestant: Contestant, servers: Servers, seconds: float) -> None:
    stores = [child.pid for child in servers.children]
    server, store = cpu_seconds(contestant.process), cpu_seconds(*stores)
    played = play(contestant.port, contestant.talks, connections=CONNECTIONS, seconds=seconds)
    server, store = cpu_seconds(contestant.process) - server, cpu_seconds(*stores) - store
    contestant.hops += len(played.times)
    contestant.rounds.append(_round(played, server, store))


def _round(played: Played, server: float, store: float) -> Round:
    hops = len(played.times)
    return Round(
        cpu=server / hops * 1e6,
        store=store / hops * 1e6,
        rate=hops / played.seconds,
        p50=played.time_of(0.50) * 1e3,
        p99=played.time_of(0.99) * 1e3,
    )


def _print(contestants: Sequence[Contestant], seconds: float) -> None:
    middle = {line.name: _median(line.rounds) for line in contestants}
    base = middle["bare route, one durable INSERT"]
    print(f"\nUSSD: dial and three presses, {CONNECTIONS} keep-alive connections, one worker alone on one core;")
    print(f"median of {ROUNDS} rounds of {seconds:g} s in turn. Ratios to a bare route with one durable INSERT.")
    print(f"{'':<48}{'CPU µs/hop':>11}{'ratio':>7}{'store µs':>10}{'ratio':>7}{'hops/s':>8}{'p50 ms':>8}{'p99 ms':>8}")
    for name, line in middle.items():
        store = f"{line.store:>10.0f}{line.store / base.store:>7.2f}" if line.store > 1 else f"{'-':>10}{'':>7}"
        print(
            f"{name:<48}{line.cpu:>11.0f}{line.cpu / base.cpu:>7.2f}{store}"
            f"{line.rate:>8.0f}{line.p50:>8.1f}{line.p99:>8.1f}"
        )


def _median(rounds: Sequence[Round]) -> Round:
    def middle(column: str) -> float:
        return statistics.median(getattr(one, column) for one in rounds)

    return Round(middle("cpu"), middle("store"), middle("rate"), middle("p50"), middle("p99"))


@contextmanager
def bare_route(servers: Servers, folder: Path, connection: psycopg.Connection[Any]) -> Iterator[Contestant]:
    """A Flask route that reads the form and answers."""
    port = free_port()
    with running(granian("tests.bench.bare:application", port), port, log=folder / "bare.log") as process:
        yield Contestant("bare route", process, port, four_hops("/bare", [b"CON"] * 4))


@contextmanager
def bare_insert(servers: Servers, folder: Path, connection: psycopg.Connection[Any]) -> Iterator[Contestant]:
    """A Flask route that keeps one row for each hop, with nothing between it and the driver."""
    connection.execute("CREATE TABLE bench_hop (id bigserial PRIMARY KEY, session text, phone text, body text)")
    port, environment = free_port(), {"BENCH_DATABASE_URL": servers.owner_url}
    command = granian("tests.bench.bare:application", port)

    def kept(hops: int) -> None:
        assert connection.execute("SELECT count(*) FROM bench_hop").fetchone() == (hops,)

    with running(command, port, log=folder / "insert.log", environment=environment) as process:
        talks = four_hops("/insert", [b"CON"] * 4)
        yield Contestant("bare route, one durable INSERT", process, port, talks, kept)


@contextmanager
def our_hop(servers: Servers, folder: Path, connection: psycopg.Connection[Any]) -> Iterator[Contestant]:
    """The service as it runs in production: menu, cover, "right" (evidence), "the card has come" (evidence)."""
    port = free_port()
    answers = [b"CON SIGAP Bekasi", b"CON Sulistiaw***", b"CON Apakah kartu", b"CON Apakah Anda masih"]

    def kept(hops: int) -> None:
        assert connection.execute("SELECT count(*) FROM evidence WHERE channel = 'ussd'").fetchone() == (hops // 2,)

    production = {"VERIFY_DEMO": "false"}
    with running(granian("wsgi:app", port), port, log=folder / "web.log", environment=production) as process:
        talks = four_hops(f"/webhooks/africastalking/{settings().webhook_secrets[0]}/ussd", answers)
        yield Contestant("our hop", process, port, talks, kept)


@contextmanager
def npm_peer(servers: Servers, folder: Path, connection: psycopg.Connection[Any]) -> Iterator[Contestant]:
    """ussd-menu-builder behind express, its sessions in Valkey."""
    port = free_port()
    command, environment = peers.menu_builder(servers.redis_url, port)
    with running(command, port, log=folder / "menu.log", environment=environment) as process:
        yield Contestant("ussd-menu-builder, express, Valkey", process, port, four_hops("/ussd", [b"CON"] * 4))


@contextmanager
def pypi_peer(servers: Servers, folder: Path, connection: psycopg.Connection[Any]) -> Iterator[Contestant]:
    """mobilex behind starlette and uvicorn, its sessions in Valkey."""
    port = free_port()
    command, environment = peers.mobilex(servers.redis_url, port)
    with running(command, port, log=folder / "mobilex.log", environment=environment, folder=peers.FILES) as process:
        yield Contestant("mobilex, uvicorn, Valkey", process, port, four_hops("/ussd", [b"CON"] * 4))


_PEOPLE = """
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, 'bench', '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (VALUES ('roster', NULL), ('insurer', date '2026-10-01')) AS file (kind, period);
INSERT INTO worker (nik, nik_index, name, name_key, created_at)
SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'Sulistiawati Dewi', 'DEWI SULISTIAWATI', now()
FROM generate_series(1, %(phones)s) n;
INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
SELECT id, (SELECT min(id) FROM file_import), id, '2026-01-01', 12, now() FROM worker;
INSERT INTO insurer_record (import_id, period, row, nik_index, status)
SELECT (SELECT max(id) FROM file_import), '2026-10-01', id, nik_index, 'active' FROM worker;
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone.id, worker.id, 'roster', now() FROM phone JOIN worker ON worker.id = phone.id;
"""


def _city(connection: psycopg.Connection[Any]) -> None:
    """A worker with active cover behind each phone, which has chosen its language and accepted the notice.

    Tables that are still empty are not analysed: a plan for an empty table would be kept while it fills.
    """
    columns = "number, number_index, language, noticed_at, created_at"
    with connection.cursor().copy(f"COPY phone ({columns}) FROM STDIN") as copy:
        for number in range(1, PHONES + 1):
            copy.write_row((b"x", blind_index(phone_number(number), "phone"), "id", "now", "now"))
    for statement in filter(str.strip, _PEOPLE.split(";")):
        connection.execute(statement.replace("%(phones)s", str(PHONES)))  # type: ignore[call-overload]
    connection.execute("VACUUM ANALYZE phone, worker, enrolment, insurer_record, phone_link, file_import")
