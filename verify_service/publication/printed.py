"""What is printed now, read as it was kept: nothing is counted for a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.tables import Publication


@dataclass(frozen=True)
class Current:
    """The page as it was printed, and when; the exact counts that it was made from are not read."""

    printed: Mapping[str, Any]
    made_at: dt.datetime


def current(session: Session) -> Current | None:
    """What is printed now: the newest publication that was not refused."""
    stands = select(Publication.printed, Publication.made_at).where(Publication.refused.is_(None))
    held = session.execute(stands.order_by(Publication.id.desc()).limit(1)).one_or_none()
    return None if held is None or held.printed is None else Current(held.printed, held.made_at)


def refused_week(session: Session) -> dt.date | None:
    """The week of the newest publication where it was refused: those before stand on, and officers are told."""
    newest = select(Publication.week, Publication.refused).order_by(Publication.id.desc()).limit(1)
    held = session.execute(newest).one_or_none()
    return held.week if held is not None and held.refused is not None else None
