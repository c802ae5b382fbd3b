"""Notices of the clock, as far as they are for this account: its own, and for a supervisor those that are nobody's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.officers import Role
from verify_service.grievances.assignment import body_above
from verify_service.grievances.visibility import Viewer, seen_by
from verify_service.ground.tables import Grievance, GrievanceNotice

SHOWN = 100


@dataclass(frozen=True)
class Notice:
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


def unseen(session: Session, viewer: Viewer) -> int:
    """How many they have not read; of reports they may still see."""
    waiting = select(func.count()).select_from(GrievanceNotice).join(Grievance)
    return session.scalar(waiting.where(_theirs(viewer), GrievanceNotice.seen_at.is_(None), seen_by(viewer))) or 0


def newest(session: Session, viewer: Viewer) -> tuple[Notice, ...]:
    """The unread first, then the newest."""
    rows = session.execute(
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
        .where(_theirs(viewer), seen_by(viewer))
        .order_by(GrievanceNotice.seen_at.is_not(None), GrievanceNotice.id.desc())
        .limit(SHOWN)
    )
    return tuple(Notice(*row) for row in rows)


def see(session: Session, viewer: Viewer, notice: int | None, *, now: dt.datetime) -> None:
    """Mark one notice as read, or all of them; only those that are for this account."""
    visible = select(Grievance.id).where(seen_by(viewer))
    mine = update(GrievanceNotice).where(
        _theirs(viewer), GrievanceNotice.seen_at.is_(None), GrievanceNotice.grievance_id.in_(visible)
    )
    if notice is not None:
        mine = mine.where(GrievanceNotice.id == notice)
    read = session.scalars(mine.values(seen_at=now).returning(GrievanceNotice.id)).all()
    if read:
        who = f"officer:{viewer.id}"
        audit.record(session, now=now, actor=who, action="notices read", on=who, notices=len(read))
