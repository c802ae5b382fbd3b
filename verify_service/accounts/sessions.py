"""Signed-in browsers. The cookie holds a random token, the row only its hash: stolen rows open nothing.

Times are the database's: a machine whose clock is a day ahead throws nobody out, and lets nobody stay.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.officers import SignedInOfficer, signed_in
from verify_service.ground.tables import Officer, OfficerSession

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
_SEEN_EVERY = dt.timedelta(seconds=60)  # not a write at each click


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def open_session(session: Session, officer_id: int) -> str:
    """A new signed-in browser; returns the token for its cookie (256 bits). Sessions that are over are swept away."""
    session.execute(
        delete(OfficerSession).where(
            (OfficerSession.expires_at <= func.now()) | (OfficerSession.seen_at <= func.now() - IDLE)
        )
    )
    token = secrets.token_urlsafe(32)
    session.add(
        OfficerSession(
            token_hash=_hash(token),
            officer_id=officer_id,
            created_at=func.now(),
            seen_at=func.now(),
            expires_at=func.now() + LONGEST,
        )
    )
    return token


def find_officer(session: Session, token: str, *, active: bool = True) -> SignedInOfficer | None:
    """Who this token belongs to; None after 30 idle minutes, 12 hours in all, signing out, or being disabled.

    `active` is False for what a page asks by itself: watching alone does not keep a session open.
    """
    found = session.execute(
        select(Officer, OfficerSession.seen_at < func.now() - _SEEN_EVERY)
        .join(OfficerSession, OfficerSession.officer_id == Officer.id)
        .where(
            OfficerSession.token_hash == _hash(token),
            OfficerSession.expires_at > func.now(),
            OfficerSession.seen_at > func.now() - IDLE,
            Officer.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    officer, a_while_ago = found
    if active and a_while_ago:
        this = OfficerSession.token_hash == _hash(token)
        session.execute(update(OfficerSession).where(this).values(seen_at=func.now()))
    return signed_in(officer)


def close_session(session: Session, token: str, *, now: dt.datetime) -> None:
    """Sign this browser out; a token nobody knows changes nothing."""
    officer_id = session.scalar(
        delete(OfficerSession).where(OfficerSession.token_hash == _hash(token)).returning(OfficerSession.officer_id)
    )
    if officer_id is not None:
        who = f"officer:{officer_id}"
        audit.record(session, now=now, actor=who, action="signed out", on=who)


@dataclass(frozen=True)
class OpenSession:
    """A browser in which an officer is signed in; `key` names it in a form and opens nothing."""

    key: str
    created_at: dt.datetime
    seen_at: dt.datetime
    this: bool


def open_sessions(session: Session, officer_id: int, token: str) -> list[OpenSession]:
    """Where this officer is signed in, the browser with this token first."""
    rows = session.scalars(
        select(OfficerSession)
        .where(
            OfficerSession.officer_id == officer_id,
            OfficerSession.expires_at > func.now(),
            OfficerSession.seen_at > func.now() - IDLE,
        )
        .order_by(OfficerSession.seen_at.desc())
    )
    held = [
        OpenSession(row.token_hash.hex(), row.created_at, row.seen_at, row.token_hash == _hash(token)) for row in rows
    ]
    return sorted(held, key=lambda one: not one.this)


def end_sessions(
    session: Session, officer_id: int, *, by: str, now: dt.datetime, but: str = "", key: str | None = None
) -> int:
    """Sign an officer's browsers out, all but the one with the token `but`, or the one that `key` names; how many."""
    those = delete(OfficerSession).where(
        OfficerSession.officer_id == officer_id, OfficerSession.token_hash != _hash(but)
    )
    if key is not None:
        those = those.where(OfficerSession.token_hash == _from_key(key))
    result = session.execute(those)
    ended = result.rowcount if isinstance(result, CursorResult) else 0
    if ended:
        audit.record(session, now=now, actor=by, action="sessions ended", on=f"officer:{officer_id}", sessions=ended)
    return ended


def _from_key(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        return b""
