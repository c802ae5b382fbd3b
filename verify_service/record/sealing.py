"""Sealing: every row that has no leaf yet gets one, and the record as it then stands is signed.

A number is taken when a row is inserted and the row appears when its transaction commits: "numbers above the last one"
would lose rows for ever. Asked for is what has no leaf, whatever its number; a row that came late gets a later place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from verify_service.ground.database import take_turn
from verify_service.ground.tables import RecordHead
from verify_service.record.canonical import SOURCES, Source
from verify_service.record.checkpoint import Note, NoteRefused, Signer, VerifierKey, opened
from verify_service.record.merkle import HASH_BYTES, Frontier, leaf_hash

TILE: Final = 256  # leaves that stand together; the width of a C2SP tile
AT_ONCE: Final = 100_000  # rows that are held in memory
HANDFUL: Final = 5  # rows of reports without a name that enter together
RECENT: Final = 10_000  # numbers below the highest one in the record, among which late rows are looked for each time

_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtext('verify record'))")


class SealRefused(Exception):
    """The record as it stands is not what was signed last; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head, and how many leaves it is ahead of the one before."""

    size: int
    root: bytes
    at: dt.datetime
    note: Note
    added: int


def seal(
    session: Session, *, now: dt.datetime, signer: Signer, keys: Sequence[VerifierKey], most: int | None = None
) -> Head | None:
    """Give every row without a leaf its place and sign the record; None where there was none.

    One sealer at a time; each command of a READ COMMITTED transaction sees what was committed before it, so whoever
    waited for the turn finds what the other sealed. Once an hour all rows are looked through, else the recent ones.
    With `most` it stops once so many leaves have come: the next seal goes on from there.
    Raises SealRefused where the last head does not stand.
    """
    take_turn(session, _TURN)
    last = session.scalars(select(RecordHead).order_by(RecordHead.size.desc()).limit(1)).first()
    tree = _standing(session, last, keys)
    whole = last is None or last.at < now.replace(minute=0, second=0, microsecond=0)
    before = tree.size
    for source in SOURCES:
        if most is not None and tree.size - before >= most:
            break
        floor = _WHOLE if whole or source.by_chance else _RECENT
        while (rows := _without_leaf(session, source, floor, min(AT_ONCE, most or AT_ONCE))).numbers:
            floor = f"max({rows.numbers[-1]})"
            if source.unordered:
                if len(rows.numbers) < HANDFUL:
                    break  # they wait for those of the next week
                rows = rows.in_no_order()
            _add(session, source, tree, rows)
            if most is not None and tree.size - before >= most:
                break
    if tree.size == before:
        return None
    root = tree.root()
    note = signer.sign(tree.size, root)
    session.execute(insert(RecordHead).values(size=tree.size, root=root, peaks=b"".join(tree.peaks), at=now, note=note))
    return Head(tree.size, root, now, note, tree.size - before)


def _standing(session: Session, last: RecordHead | None, keys: Sequence[VerifierKey]) -> Frontier:
    """The tree to go on with, once it is that of the last head: what is signed next is consistent with it."""
    leaves = session.scalar(text("SELECT first + cardinality(ids) FROM record_leaves ORDER BY first DESC LIMIT 1")) or 0
    if last is None:
        if leaves:
            raise SealRefused(f"{leaves:,} leaves stand without a head: run verify audit verify before sealing again")
        return Frontier()
    try:
        signed = opened(last.note, keys)
        tree = Frontier(last.size, hashes(last.peaks))
    except (NoteRefused, ValueError) as error:
        raise SealRefused(f"{error}. Run verify audit verify before sealing again") from None
    if (signed.size, signed.root) != (tree.size, tree.root()) or leaves != tree.size:
        raise SealRefused(
            f"the record of {leaves:,} leaves is not the one of {signed.size:,} that was signed last:"
            " run verify audit verify before sealing again"
        )
    return tree


def hashes(joined: bytes) -> list[bytes]:
    """Hashes that are kept in one value."""
    return [joined[place : place + HASH_BYTES] for place in range(0, len(joined), HASH_BYTES)]


class _Rows(NamedTuple):
    """Rows without a leaf, and the leaves that they get."""

    numbers: list[int]
    leaves: list[bytes]
    commitments: dict[int, bytes]  # of what will be emptied by age

    def in_no_order(self) -> _Rows:
        """By their leaves, whatever their numbers are."""
        leaves, numbers = zip(*sorted(zip(self.leaves, self.numbers, strict=True)), strict=True)
        return _Rows(list(numbers), list(leaves), self.commitments)


def _without_leaf(session: Session, source: Source, floor: str, most: int) -> _Rows:
    """Rows of one table that have no leaf, in the order of their numbers, `most` at a time."""
    question = _UNPLACED.format(
        table=source.table,
        name=source.name,
        entry=source.sql("held"),
        only=source.only,
        floor=floor,
        lowest=_LOWEST,
        most=most,
        siblings=source.siblings(),
    )
    rows = _Rows([], [], {})
    mark = f'"{source.emptied}":"' if source.emptied else None
    for number, entry in copied(session, question):
        rows.numbers.append(int(number))
        rows.leaves.append(leaf_hash(entry.encode()))
        if mark and (at := entry.find(mark)) >= 0:
            rows.commitments[int(number)] = bytes.fromhex(entry[at + len(mark) :][: 2 * HASH_BYTES])
    return rows


_LOWEST: Final = "'-9223372036854775808'::bigint"
_RECENT: Final = f"max(highest) - {RECENT}"
_WHOLE: Final = f"min({_LOWEST})"
_UNPLACED: Final = """
WITH floor AS MATERIALIZED (SELECT coalesce({floor}, {lowest}) AS id FROM record_leaves WHERE source = '{name}'),
placed AS MATERIALIZED (
    SELECT unnest(ids) AS id FROM record_leaves WHERE source IN ({siblings}) AND highest > (SELECT id FROM floor))
SELECT held.id, {entry} FROM "{table}" held
WHERE held.id > (SELECT id FROM floor) AND NOT EXISTS (SELECT FROM placed WHERE placed.id = held.id) {only}
ORDER BY held.id LIMIT {most}"""


def copied(session: Session, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as text, while the server still makes them."""
    driver: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        yield from copy.rows()


def _add(session: Session, source: Source, tree: Frontier, rows: _Rows) -> None:
    """Give rows the next places, in parts of a tile's width."""
    first = tree.size
    tree.extend(rows.leaves)
    parts = (
        (
            first + place,
            source.name,
            source.version,
            f"{{{','.join(map(str, numbers))}}}",
            b"".join(rows.leaves[place : place + TILE]),
            max(numbers),
        )
        for place in range(0, len(rows.numbers), TILE)
        for numbers in [rows.numbers[place : place + TILE]]
    )
    _copy_in(session, "record_leaves (first, source, version, ids, leaves, highest)", parts)
    if rows.commitments:
        committed = ((source.name, number, commitment) for number, commitment in rows.commitments.items())
        _copy_in(session, "record_commitment (source, id, hash)", committed)


def _copy_in(session: Session, into: str, rows: Iterable[tuple[object, ...]]) -> None:
    driver: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
