"""How a removal stands, and what is known of a death."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session


class RemovalState(StrEnum):
    """How a removal stands."""

    PROPOSED = "proposed"  # waits for a second reader
    NOTICED = "noticed"  # agreed; the window runs from the day somebody was told
    OBJECTED = "objected"
    UPHELD = "upheld"  # the objection was not accepted; the window for the appeal runs
    APPEALED = "appealed"
    KEPT = "kept"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class Death(StrEnum):
    """What is known of a death of the worker."""

    NONE = "none"
    CHECKED = "checked"  # reported, not confirmed yet
    CONFIRMED = "confirmed"


_DEATH = text(
    """
SELECT bool_or(task.closed_how = 'confirmed'), bool_or(task.closed_at IS NULL)
FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
WHERE dead.worker_id = :worker AND task.kind = 'death_reported'
"""
)


def death_of(session: Session, worker_id: int) -> Death:
    """Whether a death of this worker was confirmed, or is being checked."""
    confirmed, checked = session.execute(_DEATH, {"worker": worker_id}).one()
    return Death.CONFIRMED if confirmed else Death.CHECKED if checked else Death.NONE
