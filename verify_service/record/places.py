"""Places in the record: the leaves as they are kept, and where the leaf of an entry stands."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.record.sealing import hashes

_LEAVES = text("SELECT leaves FROM record_leaves WHERE first < :size ORDER BY first")
_PLACE = text(
    "SELECT first + array_position(ids, :number) - 1, version FROM record_leaves"
    " WHERE source = :table AND highest >= :number AND :number = ANY(ids)"
)


def kept_leaves(session: Session, size: int) -> list[bytes]:
    """The first so many leaves, as they are kept."""
    leaves = [leaf for joined in session.scalars(_LEAVES, {"size": size}) for leaf in hashes(joined)]
    return leaves[:size]


def place_of(session: Session, table: str, number: int) -> tuple[int, int] | None:
    """The place of an entry's leaf and the version of its fields; None where it has none."""
    found = session.execute(_PLACE, {"table": table, "number": number}).first()
    return (found[0], found[1]) if found else None
