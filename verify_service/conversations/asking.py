"""TEMPORARY STUB until the real `asking` is merged, which overwrites this file. It asks nobody anything."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from verify_service.ground.phones import Phone


def ask_phone(session: Session, number: Phone, *, now: dt.datetime) -> str | None:
    """Queue the question that fits this phone; a sentence why not, or None when it was queued."""
    return None
