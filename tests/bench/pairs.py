"""Who stands on the lists twice: how many such pairs are found, how many found are none, and what it takes.

On people whose truth is known (tests/bench/doubles.py): what stood before (a likeness of names within a birth date, a
phone or an RT), ours, and Splink where it is installed (`pip install splink`, which is no dependency of ours).
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations, pairwise
from typing import Any

import psycopg
from sqlalchemy import text

from tests.bench.doubles import Man, city
from verify_service.demo.embedded import Servers
from verify_service.ground.crypto import PersonCipher

NOW = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)
Pair = tuple[int, int]


def compare(servers: Servers, people: int, sizes: Iterable[int]) -> None:
    """Precision and recall of each way on the same people, then the time of ours as the city grows."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        areas = [code for (code,) in connection.execute("SELECT kelurahan_code FROM area ORDER BY 1").fetchall()]
        before, file = city(13, people, people, areas)
        everybody = [*before, *file]
        truth = _truth(everybody)
        print(f"\nPairs of one person among {people:,} listed and {people:,} of a new list: {len(truth):,}", flush=True)
        print(f"{'':<44}{'found':>9}{'right':>9}{'precision':>11}{'recall':>9}{'seconds':>10}")
        began = time.perf_counter()
        _print("what stood before", stood_before(everybody), truth, began)
        began = time.perf_counter()
        found, _ = _ours(connection, before, file)
        _print("ours", found, truth, began)
        _print_missed(everybody, truth - found)
        if (splink := _splink()) is not None:
            for taught in (False, True):
                for threshold in (0.5, 0.9, 0.99, 0.999):
                    began = time.perf_counter()
                    name = f"Splink, {'taught the truth' if taught else 'learned by itself'}, from {threshold}"
                    found = splink(everybody, threshold, taught)
                    _print(name, found, truth, began)
                    _print("  less those whose names differ by ours", _named_alike(everybody, found), truth, began)
        else:
            print("Splink is not installed here; see the head of tests/bench/pairs.py")
        times = []
        for size in sizes:
            before, file = city(size, size, size, areas)
            found, seconds = _ours(connection, before, file)
            times.append((size, sum(seconds)))
            truth = _truth([*before, *file])
            right = len(found & truth)
            print(
                f"{size:>9,} against {size:,} listed: traits {seconds[0]:.1f} s, pairs {seconds[1]:.1f} s; precision"
                f" {right / len(found):.3f}, recall {right / len(truth):.3f}",
                flush=True,
            )
        for (small, first), (large, last) in pairwise(times):
            print(f"growth from {small:,} to {large:,}: exponent {math.log(last / first, large / small):.2f}")


def _print(name: str, found: set[Pair], truth: set[Pair], began: float) -> None:
    right = len(found & truth)
    print(
        f"{name:<44}{len(found):>9,}{right:>9,}{right / max(1, len(found)):>11.3f}{right / len(truth):>9.3f}"
        f"{time.perf_counter() - began:>10.1f}",
        flush=True,
    )


def _print_missed(everybody: Iterable[Man], missed: set[Pair]) -> None:
    """What the pairs that ours did not find have in common."""
    faults = {man.row: man.fault for man in everybody}
    counts: dict[str, int] = defaultdict(int)
    for pair in missed:
        for fault in {part for row in pair for part in faults[row].split(", ") if part}:
            counts[fault] += 1
    most = sorted(counts.items(), key=_many)[:9]
    print("  not found, by fault: " + ", ".join(f"{count} {fault}" for fault, count in most))


def _many(counted: tuple[str, int]) -> int:
    return -counted[1]


def _truth(everybody: Iterable[Man]) -> set[Pair]:
    rows: dict[int, list[int]] = defaultdict(list)
    for man in everybody:
        rows[man.who].append(man.row)
    return {(min(pair), max(pair)) for group in rows.values() for pair in combinations(group, 2)}


# --- what stood before


def stood_before(everybody: Iterable[Man]) -> set[Pair]:
    """Names alike by letters or sound (90 of 100) within a birth date or a phone; the very same within an RT."""
    from verify_service.registry.names import likeness

    found: set[Pair] = set()
    blocks: dict[Any, list[tuple[int, str]]] = defaultdict(list)
    for man in everybody:
        key = _key(man.name)
        blocks["born", man.born or man.nik[6:12]].append((man.row, key))
        blocks["phone", man.phone or man.row].append((man.row, key))
        blocks["here", man.place or man.row, key].append((man.row, key))
    for (kind, *_), block in blocks.items():
        if len(block) <= (200 if kind == "born" else 10):
            for (one, key), (other, other_key) in combinations(block, 2):
                if likeness(key, other_key) >= 90:
                    found.add((min(one, other), max(one, other)))
    return found


def _key(name: str) -> str:
    from verify_service.registry.names import name_key
    from verify_service.registry.staging import sorted_words

    return sorted_words(name_key(name))


# --- ours


def _ours(connection: psycopg.Connection[Any], before: list[Man], file: list[Man]) -> tuple[set[Pair], list[float]]:
    """The pairs, and the seconds that the traits and the look-up of the file took."""
    from verify_service.ground.database import allow_long_work, transaction
    from verify_service.registry.pairs import find_pairs

    connection.execute("TRUNCATE worker, person_key, person_traits, person_pair, file_import RESTART IDENTITY CASCADE")
    seconds: list[float] = []
    for people in (before, file):
        (version,) = connection.execute(
            "INSERT INTO file_import (kind, filename, sha256, imported_at, actor, rows, accepted, flagged, rejected,"
            " report) VALUES ('roster', 'bench', '', now(), 'bench', 0, 0, 0, 0, '{}') RETURNING id"
        ).fetchone()  # type: ignore[misc]
        with transaction() as session:
            allow_long_work(session)
            began = time.perf_counter()
            _stage(session, people)
            staged = time.perf_counter()
            find_pairs(session, version, now=NOW)
            seconds = [staged - began, time.perf_counter() - staged]
        connection.execute("VACUUM ANALYZE worker; ")
        connection.execute("VACUUM ANALYZE person_traits")
    rows = connection.execute("SELECT low, high FROM person_pair").fetchall()
    return {(low, high) for low, high in rows}, seconds


def _born(cipher: PersonCipher, man: Man) -> bytes | None:
    return cipher.seal(man.born.isoformat(), "worker.birth_date") if man.born else None


def _stage(session: Any, people: list[Man]) -> None:
    """The people as workers, numbered as their rows, and as the lines of a list with their traits."""
    from verify_service.registry.person_keys import keys_for
    from verify_service.registry.staging import Staged, copy_into

    session.execute(
        text(
            "CREATE TEMPORARY TABLE staged_line (row int8, worker_id int8, nik bytea, nik_index bytea, name_key text,"
            " birth_date bytea, traits int8[]) ON COMMIT DROP"
        )
    )
    keys = keys_for(session, [man.nik for man in people], now=NOW)
    columns: list[Staged[Man]] = [
        Staged("row", "int8", lambda man: man.row),
        Staged("worker_id", "int8", lambda man: man.row),
        Staged("nik", "bytea", lambda man: keys[man.nik].cipher.seal(man.nik, "worker.nik")),
        Staged("nik_index", "bytea", lambda man: keys[man.nik].index),
        Staged("name_key", "text", lambda man: _key(man.name)),
        Staged("birth_date", "bytea", lambda man: _born(keys[man.nik].cipher, man)),
        Staged("traits", "int8[]", _traits),
    ]
    copy_into(session, "staged_line", columns, people)
    session.execute(
        text(
            "INSERT INTO worker (id, nik, nik_index, name, name_key, birth_date, created_at)"
            " OVERRIDING SYSTEM VALUE"
            " SELECT worker_id, nik, nik_index, '', name_key, birth_date, now() FROM staged_line"
        )
    )
    session.execute(text("ANALYZE staged_line"))


def _traits(man: Man) -> list[int]:
    from verify_service.registry.names import name_key
    from verify_service.registry.traits import Seen, traits_of

    return traits_of(Seen(man.nik, name_key(man.name), man.born, man.phone, man.place or (None, None, None)))


# --- Splink


def _named_alike(everybody: Iterable[Man], found: set[Pair]) -> set[Pair]:
    """Without twins and neighbours, whom a phone, a house and a birthday make one for a sum of weights."""
    from verify_service.registry.same_person import name_weight

    keys = {man.row: _key(man.name) for man in everybody}
    return {(one, other) for one, other in found if name_weight(keys[one], keys[other]) > 0}


def _splink() -> Callable[[list[Man], float, bool], set[Pair]] | None:
    """Splink over DuckDB with its own weights, learned from the same people without their truth; None without it."""
    try:
        import duckdb  # noqa: F401  # whether it is there
        import splink  # noqa: F401  # whether it is there
    except ImportError:
        return None
    from tests.bench.splinked import pairs_by_splink

    return pairs_by_splink
