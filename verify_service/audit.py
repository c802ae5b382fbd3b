"""Writing the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import AuditEntry


def record(
    session: Session, *, now: dt.datetime, actor: str, action: str, on: str, **detail: str | int | bool | None
) -> None:
    """Write one audit row in the caller's transaction: ids, codes and counts only, never a name, NIK, phone or text."""
    session.execute(insert(AuditEntry).values(at=now, actor=actor, action=action, object=on, detail=detail))


def record_each(
    session: Session, done: Sequence[tuple[str, dict[str, str | int]]], *, now: dt.datetime, actor: str, action: str
) -> None:
    """Write one row for each of many things to which the same was done: what it was done on, and the detail."""
    if done:
        rows = [{"at": now, "actor": actor, "action": action, "object": on, "detail": detail} for on, detail in done]
        session.execute(insert(AuditEntry), rows)
