"""What is printed now, read as it was kept: nothing is counted for a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Publication


@dataclass(frozen=True)
class Current:
    """The page as it was printed, and when; the exact counts that it was made from are not read."""

    printed: Mapping[str, Any]
    made_at: dt.datetime


def current(session: Session, until: dt.datetime | None = None) -> Current | None:
    """What is printed now, or was at that moment: the newest publication that was not refused."""
    stands = select(Publication.printed, Publication.made_at).where(Publication.refused.is_(None))
    if until is not None:
        stands = stands.where(Publication.made_at <= until)
    held = session.execute(stands.order_by(Publication.id.desc()).limit(1)).one_or_none()
    return None if held is None or held.printed is None else Current(held.printed, held.made_at)


_BRIEFS = text(
    """SELECT DISTINCT ON (month) to_char(made_at AT TIME ZONE :zone, 'YYYY-MM') AS month, id FROM publication
       WHERE brief IS NOT NULL ORDER BY month DESC, id DESC LIMIT 12"""
)


def briefs(session: Session) -> dict[str, int]:
    """The months, newest first, that a brief can be had of, and the publication that it was written from."""
    return {row.month: row.id for row in session.execute(_BRIEFS, {"zone": str(programme().zone)})}


def lacks_brief(session: Session) -> bool:
    """Whether the newest publication that was printed has no brief yet."""
    stands = select(Publication.brief.is_(None)).where(Publication.refused.is_(None))
    return bool(session.scalar(stands.order_by(Publication.id.desc()).limit(1)))


def brief_of(session: Session, month: str) -> bytes | None:
    """The brief of a month, YYYY-MM: of the last publication in it."""
    held = briefs(session).get(month)
    return None if held is None else session.scalar(select(Publication.brief).where(Publication.id == held))


def refused_week(session: Session) -> dt.date | None:
    """The week of the newest publication where it was refused: those before stand on, and officers are told."""
    newest = select(Publication.week, Publication.refused).order_by(Publication.id.desc()).limit(1)
    held = session.execute(newest).one_or_none()
    return held.week if held is not None and held.refused is not None else None
