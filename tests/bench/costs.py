"""What work costs in a process of its own: CPU of it and of the database, the clock, the most memory held."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg

from verify_service.demo.embedded import Servers

SPAWN = multiprocessing.get_context("spawn")
_TICKS = os.sysconf("SC_CLK_TCK")
_WARM = ("verify_service.registry.loading", "verify_service.rounds.round_report", "jobs.rounds")


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU (the process that works, its children, the database) and by the clock; the most MB that it and a
    backend of its own held."""

    cpu: float
    wall: float
    memory: float
    backend: float


def measured(servers: Servers, work: Callable[..., None], *given: Any) -> Cost:
    """What this work costs, the database's part included."""
    before = _database_cpu(servers)
    cost = in_another(work, *given)
    return replace(cost, cpu=cost.cpu + _database_cpu(servers) - before)


def in_another(work: Callable[..., None], *given: Any) -> Cost:
    """The work in a process of its own, so that what it holds is its own, and what it cost there."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_work, args=(theirs, work, *given))
    process.start()
    theirs.close()
    cost: Cost = ours.recv()
    process.join()
    return cost


def exponent(small: float, large: float, times: float) -> float:
    """By which power of the size a cost grows, where so many times as much was worked on."""
    return math.log(large / small, times)


@contextmanager
def all_cores(servers: Servers) -> Iterator[int]:
    """Let the database and this process have every core; how many. Other tables keep the first for a server."""
    every, ours = set(range(os.cpu_count() or 1)), os.sched_getaffinity(0)
    _keep_to(every, servers)
    try:
        yield len(every)
    finally:
        _keep_to(ours, servers)


def _keep_to(cores: set[int], servers: Servers) -> None:
    for pid in (os.getpid(), *_database(servers)):
        with suppress(ProcessLookupError):  # one that cleaned up, and has ended
            os.sched_setaffinity(pid, cores)


def _work(out: Connection, work: Callable[..., None], *given: Any) -> None:
    _warm_up()
    before, began = _cpu(), time.perf_counter()
    work(*given)
    wall = time.perf_counter() - began
    most = max(most_held(os.getpid()), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    out.send(Cost(_cpu() - before, wall, most, max(map(most_held, backends()), default=0)))


def _warm_up() -> None:
    """Starting is not what is measured: the modules, the programme and its words, a connection."""
    from verify_service.ground.database import transaction
    from verify_service.ground.programme import programme
    from verify_service.messaging.catalogue import wordings

    for module in _WARM:
        import_module(module)
    programme()
    wordings()
    with transaction() as session:
        session.connection()


def backends() -> set[int]:
    """The backends that serve the application."""
    with psycopg.connect(os.environ["VERIFY_OWNER_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'verify_app'").fetchall()
    return {pid for (pid,) in rows}


def most_held(pid: int) -> float:
    """The most memory a process ever held since it began this program, shared buffers it touched included, in MB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def _cpu() -> float:
    """Seconds that this process and its ended children have worked."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _database(servers: Servers) -> list[int]:
    """The processes of PostgreSQL, the one that starts the others first."""
    postmaster = int((Path(servers.data_dir) / "postgres" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def _database_cpu(servers: Servers) -> float:
    """Seconds that all of the database has worked."""
    return sum(_worked(pid) for pid in _database(servers))


def _worked(pid: int) -> float:
    """Its own seconds, and those of children that have ended: a backend that is gone counts with the server."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15])) / _TICKS
