"""What is done with an account after it was made: by its holder, by an administrator, or from the command line."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import passwords, second_factor
from verify_service.accounts.officers import (
    OfficerRefused,
    Position,
    check_password,
    check_position,
    disable_officer,
    normal_email,
)
from verify_service.accounts.sessions import end_sessions
from verify_service.ground.tables import Officer


def made_up_password() -> str:
    """A password to be handed over once and changed at the first sign-in: 96 bits."""
    return secrets.token_urlsafe(12)


def officer_by_email(session: Session, email: str) -> Officer:
    """The account with this address, locked; OfficerRefused where there is none."""
    found = session.scalar(select(Officer).where(Officer.email == normal_email(email)).with_for_update())
    if found is None:
        raise OfficerRefused("unknown", "There is no officer with this e-mail address; see: verify officer list")
    return found


def officer_by_id(session: Session, officer_id: int) -> Officer | None:
    """The account with this id, locked so that two administrators cannot overwrite each other; None where none is."""
    return session.get(Officer, officer_id, with_for_update=True)


def own_account(session: Session, officer_id: int, *, lock: bool = False) -> Officer:
    """The account of whoever is signed in, which is there; locked before it is changed."""
    return session.get_one(Officer, officer_id, with_for_update=lock)


def change_password(session: Session, officer: Officer, new: str, *, token: str, now: dt.datetime) -> None:
    """The holder, who has just shown the old one, chooses another password; his other browsers are signed out.

    `token` is the browser's own. OfficerRefused for a password that is too short, easy, or the old one.
    """
    if passwords.fits(officer.password_hash, new):
        raise OfficerRefused("same", "The new password is the old one")
    check_password(new, (officer.email, officer.name))
    officer.password_hash, officer.password_set_at = passwords.hashed(new), now
    who = f"officer:{officer.id}"
    audit.record(session, now=now, actor=who, action="password changed", on=who)
    end_sessions(session, officer.id, by=who, now=now, but=token)


def reset_password(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> str:
    """A made-up password for somebody who forgot his: to be handed over once, and changed at the next sign-in."""
    password = made_up_password()
    officer.password_hash, officer.password_set_at = passwords.hashed(password), None
    officer.calendar_hash = None  # whoever had got hold of the account may have made the address
    audit.record(session, now=now, actor=by, action="password reset", on=f"officer:{officer.id}")
    end_sessions(session, officer.id, by=by, now=now)
    return password


def reset_second_factor(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """A lost phone: no factor any more, every browser signed out; who must have one is asked to make another."""
    second_factor.end(session, officer, by=by, now=now)
    end_sessions(session, officer.id, by=by, now=now)


def change_scope(session: Session, officer: Officer, wanted: Position, *, by: str, now: dt.datetime) -> None:
    """Let an account see something else; OfficerRefused where that makes no sense. It holds from the next page on."""
    check_position(session, wanted)
    officer.role, officer.unit, officer.area, officer.cleared = wanted.role, wanted.unit, wanted.area, wanted.cleared
    on = f"officer:{officer.id}"
    audit.record(session, now=now, actor=by, action="officer's scope changed", on=on, **asdict(wanted))


def disable(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """Close an account; nothing where it is closed already."""
    if officer.disabled_at is None:
        session.flush()
        disable_officer(session, officer.id, actor=by, now=now)
        officer.calendar_hash = None


def enable(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """Open a closed account again, as it was."""
    if officer.disabled_at is not None:
        officer.disabled_at = None
        audit.record(session, now=now, actor=by, action="officer enabled", on=f"officer:{officer.id}")
