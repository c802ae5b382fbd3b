"""Verifying: the leaves are computed anew from the very columns that reports read, and held to every signed head.

A database superuser can change rows, leaves and heads. Rows against leaves show what was changed and where; leaves
against heads show that both were; only a head in other hands shows what was signed anew, if it is older than the head.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import RecordHead
from verify_service.record.canonical import BY_VERSION, SOURCES, Source
from verify_service.record.checkpoint import Checkpoint, NoteRefused, VerifierKey, opened
from verify_service.record.findings import Altered, Finding, Verification
from verify_service.record.locating import Difference, changed_rows, other_leaves, wrong_heads
from verify_service.record.merkle import Frontier
from verify_service.record.sealing import copied, hashes
from verify_service.record.standing import HeldHead, Outside, Standing

PARTS_AT_ONCE: Final = 400  # of up to 256 leaves each
LATE: Final = dt.timedelta(minutes=10)  # longer than a job lasts that writes rows with the moment it began

Table = tuple[str, int]  # and the version of its fields


@dataclass(frozen=True, slots=True)
class Part:
    """Leaves that stand together, of one table."""

    first: int
    table: Table
    numbers: Sequence[int]
    leaves: Sequence[bytes]

    def names(self) -> tuple[str, ...]:
        """Its entries as they are named to people."""
        return tuple(f"{self.table[0]}:{number}" for number in self.numbers)


def verify(session: Session, keys: Sequence[VerifierKey], outside: Outside | None = None) -> Verification:
    """Hold the rows to the leaves, and the leaves to the heads, those of the database and those from outside.

    All of it as it stood at one moment: the session is a snapshot.
    """
    outside = outside or Outside()
    kept = session.scalars(select(RecordHead).order_by(RecordHead.size)).all()
    signed, findings = _signed(kept, keys)
    heads = [HeldHead(head, False) for head in signed] + [HeldHead(head, True) for head in outside.heads]
    standing = Standing(sorted(heads, key=lambda head: head.checkpoint.size))
    seen = _gone_through(session, standing, kept, outside)
    findings += seen.findings
    findings += changed_rows(standing, seen.differences)
    if not seen.findings:  # where leaves are missing, nothing behind them leads to a root
        findings += wrong_heads(session, standing)
    findings += other_leaves(outside, seen.foreign, seen.known)
    waiting, inserted = _unsealed(session, kept[-1].at if kept else None)
    findings += inserted
    return Verification(
        size=standing.tree.size,
        root=standing.tree.root(),
        heads=len(kept),
        outside_heads=len(outside.heads),
        at=kept[-1].at if kept else None,
        findings=tuple(findings),
        waiting=tuple(waiting),
        late=tuple(seen.late),
    )


def _signed(kept: Sequence[RecordHead], keys: Sequence[VerifierKey]) -> tuple[list[Checkpoint], list[Finding]]:
    """The heads of the database that are what was signed, and those that are not."""
    sound, findings = [], []
    for head in kept:
        try:
            checkpoint = opened(head.note, keys)
            root = Frontier(head.size, hashes(head.peaks)).root()
        except (NoteRefused, ValueError) as error:
            findings.append(Finding(Altered.HEAD, f"{error} (head of {head.size:,} leaves)"))
            continue
        sound.append(checkpoint)
        if (checkpoint.size, checkpoint.root, checkpoint.root) != (head.size, head.root, root):
            findings.append(Finding(Altered.HEAD, f"the head of {head.size:,} leaves is not what was signed"))
    return sound, findings


class _Seen(NamedTuple):
    """What going through all leaves has shown."""

    findings: list[Finding]
    differences: list[Difference]
    late: list[str]
    foreign: list[tuple[int, str]]  # places and entries whose leaf the outside copy does not have
    known: set[bytes]  # leaves that it has as well


def _gone_through(session: Session, standing: Standing, kept: Sequence[RecordHead], outside: Outside) -> _Seen:
    seen = _Seen([], [], [], [], set())
    copy = set(outside.leaves)
    moments = _Moments(kept)
    place = 0
    for parts in _parts(session):
        rows = _rows(session, parts)
        for part in parts:
            if part.first != place or len(part.leaves) != len(part.numbers):
                seen.findings.append(_misplaced(part, place))
                standing.broken = True
            place = part.first + len(part.numbers)
            written = [rows[part.table].get(number) for number in part.numbers]
            seen.differences.extend(_compared(part, written, standing))
            seen.late.extend(moments.late(part, written))
            if part.first < len(outside.leaves):
                named = list(enumerate(zip(part.leaves, part.names(), strict=False), part.first))
                seen.known.update(copy.intersection(part.leaves))
                seen.foreign.extend(
                    (at, name) for at, (leaf, name) in named if leaf not in copy and at < len(outside.leaves)
                )
    standing.take([])
    return seen


def _compared(part: Part, written: Sequence[str | None], standing: Standing) -> list[Difference]:
    """Where the leaves of the rows as they stand are not those that are kept; takes both into the trees."""
    anew = [None if entry is None else sha256(b"\0" + entry.encode()).digest() for entry in written]
    if anew == part.leaves:
        standing.take(part.leaves)
        return []
    standing.take(part.leaves, [now or leaf for leaf, now in zip(part.leaves, anew, strict=False)])
    facts = enumerate(zip(part.numbers, part.leaves, anew, written, strict=False), part.first)
    return [
        Difference(place, *part.table, number, leaf, entry)
        for place, (number, leaf, now, entry) in facts
        if leaf != now
    ]


def _misplaced(part: Part, place: int) -> Finding:
    if part.first > place:
        told = f"the leaves of places {place} to {part.first - 1} are gone"
        return Finding(Altered.TRUNCATED, told, (), place, part.first - 1)
    return Finding(Altered.LEAF, f"the leaves kept at place {part.first} are not in order", part.names(), part.first)


class _Moments:
    """Which rows tell of a moment long before the head before their own: they came late, whatever the reason."""

    def __init__(self, heads: Sequence[RecordHead]) -> None:
        self._sizes = [head.size for head in heads]
        self._limits = [f"{(head.at - LATE).astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}" for head in heads]
        self._begun: dict[str, int] = {}

    def late(self, part: Part, written: Sequence[str | None]) -> Iterator[str]:
        source, _ = part.table
        before = bisect_right(self._sizes, part.first) - 1
        begun = self._begun.setdefault(source, part.first)
        if (moment := BY_VERSION[part.table].moment if part.table in BY_VERSION else None) is None:
            return
        if before < 0 or begun >= self._sizes[before]:  # rows from before the record, or from before it had this table
            return
        mark, limit = f'"{moment}":"', self._limits[before]
        for number, entry in zip(part.numbers, written, strict=False):
            if entry and entry[(at := entry.find(mark) + len(mark)) : at + len(limit)] < limit:
                yield f"{source}:{number}"


_PARTS = text(
    "SELECT first, source, version, ids, leaves FROM record_leaves WHERE first > :after ORDER BY first LIMIT :most"
)


def _parts(session: Session) -> Iterator[list[Part]]:
    after = -1
    while found := session.execute(_PARTS, {"after": after, "most": PARTS_AT_ONCE}).all():
        yield [
            Part(first, (source, version), numbers, hashes(leaves)) for first, source, version, numbers, leaves in found
        ]
        after = found[-1][0]


def _rows(session: Session, parts: Sequence[Part]) -> Mapping[Table, Mapping[int, str]]:
    """The entries of the rows that these leaves are of, as the rows stand now."""
    wanted: dict[Table, list[int]] = defaultdict(list)
    for part in parts:
        wanted[part.table].extend(part.numbers)
    found: dict[Table, dict[int, str]] = defaultdict(dict)
    for table, numbers in wanted.items():
        if source := BY_VERSION.get(table):
            found[table] = {int(number): entry for number, entry in copied(session, _entries(source, numbers))}
    return found


def _entries(source: Source, numbers: Sequence[int]) -> str:
    listed = ",".join(str(number) for number in numbers if number is not None)  # a superuser may put anything there
    return (
        f"""SELECT held.id, {source.sql("held")} FROM "{source.table}" held WHERE id = ANY('{{{listed}}}'::bigint[])"""  # noqa: S608  # numbers, and names of our own
    )


_AMONG: Final = "held.id < (SELECT coalesce(max(highest), 0) FROM record_leaves WHERE source = '{name}')"
_UNSEALED: Final = """
WITH placed AS MATERIALIZED (SELECT unnest(ids) AS id FROM record_leaves WHERE source IN ({siblings}))
SELECT held.id, coalesce(held."{moment}" <= {newest}, false) OR {among}
FROM "{table}" held WHERE NOT EXISTS (SELECT FROM placed WHERE placed.id = held.id) {apart}
ORDER BY held.id
"""


def _unsealed(session: Session, newest: dt.datetime | None) -> tuple[list[str], list[Finding]]:
    """Rows without a leaf: those that wait for the next seal, and those that would have one if they were as old as
    they say.

    A transaction that was open while the newest head was signed looks like the second until the next seal.
    """
    waiting: list[str] = []
    inserted: list[Finding] = []
    for source in SOURCES:
        if source.moment is None:  # how long it waits is no matter of its moment
            continue
        question = _UNSEALED.format(
            table=source.table,
            siblings=source.siblings(),
            moment=source.moment,
            newest=f"'{newest.isoformat()}'::timestamptz" if newest else "NULL",
            among="false" if source.by_chance else _AMONG.format(name=source.name),
            apart=f"{source.only} {source.told_later}",
        )
        found = list(copied(session, question))
        waiting += [f"{source.name}:{number}" for number, old in found if old == "f"]
        if names := tuple(f"{source.name}:{number}" for number, old in found if old == "t"):
            told = (
                f"{_count(names)} of {source.name} without a leaf, older than the newest head: inserted since, or"
                " written in a transaction that was open then (seal and verify once more)"
            )
            inserted.append(Finding(Altered.INSERTED, told, names))
    return waiting, inserted


def _count(names: Sequence[str]) -> str:
    return f"{len(names):,} row{'s' if len(names) > 1 else ''}"
