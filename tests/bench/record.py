"""The record of a whole city: entries sealed and verified, beside what their hashes alone cost."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import psycopg

from tests.record import log
from verify_service.demo.embedded import Servers
from verify_service.record.merkle import Frontier, leaf_hash


def compare(servers: Servers, entries: int) -> None:
    """Seal so many entries from nothing, verify them, and seal a hundred more as the clock does."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("TRUNCATE audit, evidence, record_leaves, record_head RESTART IDENTITY CASCADE")
        log.write(connection, entries)
        connection.execute("VACUUM ANALYZE audit, evidence")
        print(f"\nThe record of {entries:,} entries", flush=True)
        entry = b"x" * 170
        _print(
            "their hashes alone, leaves and root", lambda: Frontier().extend(leaf_hash(entry) for _ in range(entries))
        )
        later = log.BEGUN + dt.timedelta(days=30)
        _print("sealed, from nothing", lambda: log.sealed(later))
        _print("verified", lambda: _sound(entries))
        log.write(connection, 100, later)
        _print("a hundred more sealed", lambda: log.sealed(later + dt.timedelta(seconds=1)))
        _print("the same with the hourly look through all", lambda: log.sealed(later + dt.timedelta(hours=2)))


def _sound(entries: int) -> None:
    told = log.verified()
    assert (told.findings, told.size) == ((), entries)


def _print(name: str, work: Callable[[], object]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    spent = time.perf_counter() - began
    print(f"{name:<48}{spent:>10.2f} s{time.process_time() - cpu:>10.2f} s of them in this process", flush=True)
