"""Whoever has to know is told what happens to an account: all administrators, the auditors, and its holder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from verify_service.accounts import account_mail
from verify_service.accounts.account_mail import Kind
from verify_service.ground.tables import AccountNotice, Officer

SHOWN: Final = 50


def tell(session: Session, officer: Officer, action: str, *, by: str, mail: bool = True) -> None:
    """Put a notice before each of them but who did it, and one into the holder's mail; `action` is the trail's word."""
    session.flush()
    known = select(Officer.id).where(
        Officer.disabled_at.is_(None), or_(Officer.role.in_(("admin", "auditor")), Officer.id == officer.id)
    )
    told = [{"officer_id": one, "about_id": officer.id, "action": action, "by": by} for one in session.scalars(known)]
    told = [row for row in told if f"officer:{row['officer_id']}" != by]
    if told:
        session.execute(insert(AccountNotice), told)
    if mail and officer.disabled_at is None:
        account_mail.queue(session, officer, Kind.NOTICE)


def tell_holder(session: Session, officer: Officer, action: str, *, by: str) -> None:
    """What is for its holder alone: somebody has the password and tries codes."""
    session.add(AccountNotice(officer_id=officer.id, about_id=officer.id, action=action, by=by))
    account_mail.queue(session, officer, Kind.NOTICE)


@dataclass(frozen=True)
class Notice:
    """One notice: what was done to whose account, by whom."""

    id: int
    about: int
    name: str
    action: str
    by: str
    at: dt.datetime
    seen_at: dt.datetime | None


def newest(session: Session, officer_id: int) -> Sequence[Notice]:
    """Those told to this account, the unread first."""
    asked = (
        select(AccountNotice, Officer.name)
        .join(Officer, Officer.id == AccountNotice.about_id)
        .where(AccountNotice.officer_id == officer_id)
        .order_by(AccountNotice.seen_at.is_not(None), AccountNotice.id.desc())
        .limit(SHOWN)
    )
    return [
        Notice(row.id, row.about_id, name, row.action, row.by, row.at, row.seen_at)
        for row, name in session.execute(asked)
    ]


def unseen(session: Session, officer_id: int) -> int:
    """How many have not been read."""
    waiting = select(func.count()).where(AccountNotice.officer_id == officer_id, AccountNotice.seen_at.is_(None))
    return session.scalar(waiting) or 0


def see(session: Session, officer_id: int) -> None:
    """All of them have been read."""
    theirs = (AccountNotice.officer_id == officer_id, AccountNotice.seen_at.is_(None))
    session.execute(update(AccountNotice).where(*theirs).values(seen_at=func.now()))
