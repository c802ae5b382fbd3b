"""Notices of the clock, as far as they are for this account: its own, and for a supervisor those that are nobody's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.assignment import body_above
from verify_service.grievances.visibility import Viewer, seen_by
from verify_service.ground.tables import Grievance, GrievanceNotice

SHOWN = 100


@dataclass(frozen=True)
class Alert:
    """One notice, with the report it is about."""

    id: int
    kind: str
    at: dt.datetime
    seen_at: dt.datetime | None
    case: int
    number: str
    category: str
    due_on: dt.date
    level: int

    @property
    def body(self) -> str:
        """The body outside that a report goes to at the end of the ladder; "" before that."""
        return body_above(self.category, self.level) if self.kind == "escalated" else ""


def _theirs(viewer: Viewer) -> ColumnElement[bool]:
    own = GrievanceNotice.officer_id == viewer.id
    return or_(own, GrievanceNotice.officer_id.is_(None)) if viewer.role is Role.SUPERVISOR else own


def unseen(acting: Acting) -> int:
    """How many they have not read; of reports they may still see."""
    waiting = select(func.count()).select_from(GrievanceNotice).join(Grievance)
    return (
        acting.session.scalar(
            waiting.where(_theirs(acting.viewer), GrievanceNotice.seen_at.is_(None), seen_by(acting.viewer))
        )
        or 0
    )


def newest(acting: Acting) -> tuple[Alert, ...]:
    """The unread first, then the newest."""
    rows = acting.session.execute(
        select(
            GrievanceNotice.id,
            GrievanceNotice.kind,
            GrievanceNotice.at,
            GrievanceNotice.seen_at,
            Grievance.id,
            Grievance.number,
            Grievance.category,
            Grievance.due_on,
            GrievanceNotice.level,
        )
        .join(Grievance)
        .where(_theirs(acting.viewer), seen_by(acting.viewer))
        .order_by(GrievanceNotice.seen_at.is_not(None), GrievanceNotice.id.desc())
        .limit(SHOWN)
    )
    return tuple(Alert(*row) for row in rows)


def see(acting: Acting, notice: int | None) -> None:
    """Mark one notice as read, or all of them; only those that are for this account."""
    visible = select(Grievance.id).where(seen_by(acting.viewer))
    mine = update(GrievanceNotice).where(
        _theirs(acting.viewer), GrievanceNotice.seen_at.is_(None), GrievanceNotice.grievance_id.in_(visible)
    )
    if notice is not None:
        mine = mine.where(GrievanceNotice.id == notice)
    read = acting.session.scalars(mine.values(seen_at=acting.now).returning(GrievanceNotice.id)).all()
    if read:
        acting.record("notices read", acting.by, notices=len(read))
