"""The address under which an officer's calendar finds his deadlines: a secret of 256 bits, kept as its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import Officer


def make(session: Session, officer: Officer, *, now: dt.datetime) -> str:
    """A new token for the address, to be shown once; the one before opens nothing any more."""
    token = secrets.token_urlsafe(32)
    officer.calendar_hash = _hash(token)
    _record(session, officer, "calendar address made", now)
    return token


def withdraw(session: Session, officer: Officer, *, now: dt.datetime) -> None:
    """The address opens nothing any more."""
    if officer.calendar_hash is not None:
        officer.calendar_hash = None
        _record(session, officer, "calendar address withdrawn", now)


def officer_behind(session: Session, token: str) -> Officer | None:
    """Whose calendar this is; None for a token nobody has, and for a closed account."""
    return session.scalar(select(Officer).where(Officer.calendar_hash == _hash(token), Officer.disabled_at.is_(None)))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _record(session: Session, officer: Officer, action: str, now: dt.datetime) -> None:
    who = f"officer:{officer.id}"
    audit.record(session, now=now, actor=who, action=action, on=who)
