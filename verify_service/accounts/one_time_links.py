"""The link by which the holder of an account chooses its password: it goes to the holder, works once, for three days.

Nobody who makes or resets an account ever holds its secret.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import account_mail, passwords
from verify_service.accounts.account_mail import Kind
from verify_service.accounts.officers import check_password
from verify_service.accounts.sessions import end_sessions
from verify_service.accounts.two_people import wait
from verify_service.ground.tables import Officer, OneTimeLink

LASTS: Final = dt.timedelta(days=3)


def make(session: Session, officer: Officer, kind: Kind) -> str:
    """A link on its way to the holder; those before open nothing any more. The token is for the holder alone."""
    session.flush()
    older = (OneTimeLink.officer_id == officer.id, OneTimeLink.used_at.is_(None))
    session.execute(update(OneTimeLink).where(*older).values(used_at=func.now()))
    token = secrets.token_urlsafe(32)
    session.add(OneTimeLink(officer_id=officer.id, token_hash=_hash(token), until=func.now() + LASTS))
    account_mail.queue(session, officer, kind, token)
    return token


def holder_of(session: Session, token: str, *, lock: bool = False) -> Officer | None:
    """Whose link this is; None for one that was used, is too old, or that nobody has."""
    asked = (
        select(Officer)
        .join(OneTimeLink, OneTimeLink.officer_id == Officer.id)
        .where(
            OneTimeLink.token_hash == _hash(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.until > func.now(),
            Officer.disabled_at.is_(None),
        )
    )
    return session.scalar(asked.with_for_update() if lock else asked)


def choose(session: Session, token: str, new: str, *, now: dt.datetime) -> bool:
    """The holder chooses a password, and the link is used up; False where it opens nothing.

    OfficerRefused for a password that will not do: then the link stays.
    """
    officer = holder_of(session, token, lock=True)
    if officer is None:
        return False
    check_password(new, (officer.email, officer.name))
    officer.password_hash, officer.password_set_at = passwords.hashed(new), now
    wait(officer)
    used = (OneTimeLink.token_hash == _hash(token), OneTimeLink.used_at.is_(None))
    session.execute(update(OneTimeLink).where(*used).values(used_at=func.now()))
    who = f"officer:{officer.id}"
    audit.record(session, now=now, actor=who, action="password chosen by link", on=who)
    end_sessions(session, officer.id, by=who, now=now)
    return True


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
