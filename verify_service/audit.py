"""Writing the trail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import AuditEntry


def record(
    session: Session, *, now: dt.datetime, actor: str, action: str, on: str, **detail: str | int | bool | None
) -> None:
    """Write one audit row in the caller's transaction: ids, codes and counts only, never a name, NIK, phone or text."""
    session.execute(insert(AuditEntry).values(at=now, actor=actor, action=action, object=on, detail=detail))
