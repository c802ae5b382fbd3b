"""Locating: from what does not agree to what was altered, and in which entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.record.canonical import canonical
from verify_service.record.findings import Altered, Finding
from verify_service.record.merkle import leaf_hash
from verify_service.record.standing import HeldHead, Outside, Standing

_PAIRED: Final = 200  # rows among which swapped ones are looked for, each with each
_NAMED: Final = 1_000  # entries of an interval that are named one by one


@dataclass(frozen=True, slots=True)
class Difference:
    """A place whose leaf is not that of its row as it stands; without an entry the row is gone."""

    place: int
    table: str
    version: int
    number: int
    leaf: bytes = field(repr=False)
    entry: str | None = field(repr=False)

    @property
    def name(self) -> str:
        """The entry as it is named to people."""
        return f"{self.table}:{self.number}"


def changed_rows(standing: Standing, differences: Sequence[Difference]) -> Iterator[Finding]:
    """What was done to the rows whose leaf is another; one finding for those that stand together."""
    swapped = _swapped(differences)
    kinds = [(_kind(standing, one, swapped), one) for one in differences]
    for (kind, _), together in groupby(kinds, key=lambda pair: (pair[0], pair[1].table)):
        held = [one for _, one in together]
        names = tuple(one.name for one in held)
        which = names[0] if len(names) == 1 else f"{len(names):,} entries from {names[0]} to {names[-1]}"
        yield Finding(kind, f"{which}: {_TOLD[kind]}", names, held[0].place, held[-1].place)


_TOLD: Final = {
    Altered.EDITED: "not what was sealed",
    Altered.DELETED: "sealed, and gone from the table",
    Altered.SWAPPED: "with the content of another sealed entry",
    Altered.LEAF: "as it was signed, but the leaf kept of it is another",
}


def _kind(standing: Standing, one: Difference, swapped: set[str]) -> Altered:
    head = standing.head_over(one.place)
    if head is not None and head.anew and not head.kept:
        return Altered.LEAF
    if one.entry is None:
        return Altered.DELETED
    return Altered.SWAPPED if one.name in swapped else Altered.EDITED


def _swapped(differences: Sequence[Difference]) -> set[str]:
    """Those whose sealed content another of them has now."""
    there = [one for one in differences if one.entry is not None]
    found: set[str] = set()
    if len(there) > _PAIRED:
        return found
    for one in there:
        for other in there:
            if other is not one and other.table == one.table and leaf_hash(_as(other, one.number)) == one.leaf:
                found |= {one.name, other.name}
    return found


def _as(one: Difference, number: int) -> bytes:
    assert one.entry is not None
    return canonical(json.loads(one.entry) | {"id": number})


def wrong_heads(session: Session, standing: Standing) -> Iterator[Finding]:
    """What the heads say that neither the kept leaves nor the rows lead to, and those that reach beyond the record."""
    size = standing.tree.size
    largest = max((head.checkpoint.size for head in standing.heads), default=0)
    if largest > size:
        told = f"a head was signed over {largest:,} leaves, and {size:,} are left"
        yield Finding(Altered.TRUNCATED, told, (), size, largest - 1)
    own = [head for head in standing.heads if not head.outside]
    covered = max((head.checkpoint.size for head in own), default=0)
    if covered < size:
        names = _names(session, covered, size)
        yield Finding(Altered.HEAD, f"{size - covered:,} leaves stand behind the newest head", names, covered, size - 1)
    sizes = {head.checkpoint.size for head in own}
    for head in standing.heads:
        if head.outside and head.checkpoint.size <= size and head.checkpoint.size not in sizes:
            yield Finding(Altered.HEAD, f"the head of {head.checkpoint.size:,} leaves is gone from the database")
    for heads in (own, [head for head in standing.heads if head.outside]):
        yield from _first_wrong(session, heads)


def _first_wrong(session: Session, heads: Iterable[HeldHead]) -> Iterator[Finding]:
    """Between the last head that stands and the first that does not: whatever comes behind it cannot stand either."""
    sound = 0
    for head in heads:
        size = head.checkpoint.size
        if head.kept is None:
            return
        if not head.stands:
            whose = "head from outside" if head.outside else "head"
            told = f"rows and leaves agree, but not with the {whose} of {size:,} leaves: altered and sealed anew"
            yield Finding(Altered.RESEALED, told, _names(session, sound, size), sound, size - 1)
            return
        sound = size


_BETWEEN = text(
    "SELECT source || ':' || id FROM record_leaves, unnest(ids) WITH ORDINALITY AS held (id, nth)"
    " WHERE first + 256 > :low AND first < :high AND first + nth - 1 >= :low AND first + nth - 1 < :high"
    " ORDER BY first + nth"
)


def _names(session: Session, low: int, high: int) -> tuple[str, ...]:
    """The entries of these places, where they are few enough to be named."""
    if high - low > _NAMED:
        return ()
    return tuple(session.scalars(_BETWEEN, {"low": low, "high": high}))


def other_leaves(outside: Outside, foreign: Sequence[tuple[int, str]], known: set[bytes]) -> Iterator[Finding]:
    """Against a copy of the leaves as they were: the exact places that were resealed."""
    for place, name in foreign:
        yield Finding(Altered.RESEALED, f"{name}: not what stood at this place in the copy", (name,), place, place)
    places = {place for place, _ in foreign}
    for place, leaf in enumerate(outside.leaves):
        if leaf not in known and place not in places:
            told = "what stood at this place in the copy is gone"
            yield Finding(Altered.RESEALED, told, (), place, place)
