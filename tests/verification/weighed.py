"""The weighing rule told row by row, beside the one in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from verify_service.verification.weighing import ORDER, STATEMENTS, VOIDS


@dataclass(frozen=True)
class EvidenceRow:
    """One row of evidence, as far as weighing looks at it."""

    id: int
    source: str
    statement: str
    assisted: bool
    phone_id: int | None
    period: dt.date | None
    received_at: dt.datetime


def weigh(source: str, evidence: Iterable[EvidenceRow], period: dt.date) -> str:
    """What this source says for this month, "no_answer" when nothing valid was said."""
    held = holds(source, evidence, period)
    return "no_answer" if held is None else STATEMENTS[source][held.statement]


def holds(source: str, evidence: Iterable[EvidenceRow], period: dt.date) -> EvidenceRow | None:
    """The statement of this source that holds for this month; None when nothing valid was said."""
    said = [row for row in evidence if row.source == source]
    valid = [
        row
        for row in said
        if row.statement in STATEMENTS[source]
        and (row.period is None or row.period <= period)
        and not any(_voids(other, row) for other in said)
    ]
    return min(valid, key=_strength, default=None)


def _voids(other: EvidenceRow, row: EvidenceRow) -> bool:
    return (
        other.source == row.source
        and other.statement == VOIDS
        and other.phone_id is not None
        and other.phone_id == row.phone_id
        and (other.received_at, other.id) > (row.received_at, row.id)
    )


def _strength(row: EvidenceRow) -> tuple[float, ...]:
    values = {"assisted": float(row.assisted), "received_at": row.received_at.timestamp(), "id": float(row.id)}
    return tuple(values[column] if smaller else -values[column] for column, smaller in ORDER)
