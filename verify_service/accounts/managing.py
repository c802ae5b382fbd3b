"""What is done with an account after it was made: by its holder, by an administrator, or from the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import (
    account_notices,
    account_requests,
    one_time_links,
    passwords,
    second_factor,
    two_people,
)
from verify_service.accounts.account_mail import Kind
from verify_service.accounts.account_requests import REFUSED, Asked, alone, raises
from verify_service.accounts.officers import (
    OfficerRefused,
    Position,
    Role,
    add_officer,
    check_password,
    check_position,
    disable_officer,
    normal_email,
)
from verify_service.accounts.sessions import end_sessions
from verify_service.ground.tables import Officer


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


def make_account(
    session: Session, email: str, name: str, wanted: Position, *, by: str, now: dt.datetime
) -> tuple[Officer, str]:
    """An account, and its link on the way to its holder; OfficerRefused where it makes no sense.

    What needs a second administrator is asked for, and the account begins as an officer's without clearance. At the
    command line nobody else is there: it has what is wanted at once, and everybody who has to know is told.
    """
    check_position(session, wanted)
    second = raises(None, wanted) and not alone(by)
    begins = Position(Role.OFFICER, wanted.unit, wanted.area) if second else wanted
    officer = add_officer(session, email, name, begins, actor=by)
    token = one_time_links.make(session, officer, Kind.WELCOME)
    account_notices.tell(session, officer, "officer added", by=by, mail=False)
    if second:
        account_requests.ask(session, officer, Asked.SCOPE, wanted, by=by, now=now)
    return officer, token


def vouch(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """A second person knows the holder: from now on the account stands on two people's word. OfficerRefused else."""
    on = f"officer:{officer.id}"
    if by == on:
        raise OfficerRefused("own", "Nobody vouches for his own account")
    hands = [hand for hand in (officer.made_by, officer.renewed_by) if hand]
    for hand in hands:
        if (why := two_people.why_not_second(session, hand, by)) is not None:
            raise OfficerRefused(why, REFUSED[why])
    officer.vouched_by, officer.renewed_by = by, None
    audit.record(session, now=now, actor=by, action="officer vouched for", on=on)
    account_notices.tell(session, officer, "officer vouched for", by=by)


def send_link_again(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> str:
    """Another link for somebody who has yet to choose a password; the one before opens nothing any more."""
    if officer.password_hash != passwords.NONE_YET:
        raise OfficerRefused("chosen", "The holder has a password already; see: verify officer reset-password")
    token = one_time_links.make(session, officer, Kind.WELCOME)
    audit.record(session, now=now, actor=by, action="link sent again", on=f"officer:{officer.id}")
    account_notices.tell(session, officer, "link sent again", by=by, mail=False)
    return token


def reset_password(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> str:
    """No password any more, every browser signed out; a link to choose another is on its way to the holder."""
    officer.password_hash, officer.password_set_at = passwords.NONE_YET, None
    officer.calendar_hash = None  # whoever had got hold of the account may have made the address
    _renewed(officer, by)
    audit.record(session, now=now, actor=by, action="password reset", on=f"officer:{officer.id}")
    end_sessions(session, officer.id, by=by, now=now)
    account_notices.tell(session, officer, "password reset", by=by, mail=False)
    return one_time_links.make(session, officer, Kind.RESET)


def reset_second_factor(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """A lost phone: no factor any more, every browser signed out; who must have one is asked to make another."""
    second_factor.end(session, officer, by=by, now=now)
    _renewed(officer, by)
    end_sessions(session, officer.id, by=by, now=now)
    account_notices.tell(session, officer, "second factor off", by=by)


def change_scope(session: Session, officer: Officer, wanted: Position, *, by: str, now: dt.datetime) -> None:
    """Let an account see something else; OfficerRefused where that makes no sense. It holds from the next page on."""
    check_position(session, wanted)
    if alone(by) and raises(officer, wanted):
        _renewed(officer, by)
    officer.role, officer.unit, officer.area, officer.cleared = wanted.role, wanted.unit, wanted.area, wanted.cleared
    on = f"officer:{officer.id}"
    audit.record(session, now=now, actor=by, action="officer's scope changed", on=on, **asdict(wanted))
    account_notices.tell(session, officer, "officer's scope changed", by=by)


def wish_scope(session: Session, officer: Officer, wanted: Position, *, by: str, now: dt.datetime) -> None:
    """Ask for what needs a second administrator."""
    check_position(session, wanted)
    account_requests.ask(session, officer, Asked.SCOPE, wanted, by=by, now=now)


def disable(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """Close an account; nothing where it is closed already."""
    if officer.disabled_at is None:
        session.flush()
        disable_officer(session, officer.id, actor=by, now=now)
        officer.calendar_hash = None
        account_notices.tell(session, officer, "officer disabled", by=by, mail=False)


def enable(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """Open a closed account again, as it was; for a day it decides nothing."""
    if officer.disabled_at is not None:
        officer.disabled_at = None
        two_people.wait(officer)
        audit.record(session, now=now, actor=by, action="officer enabled", on=f"officer:{officer.id}")
        account_notices.tell(session, officer, "officer enabled", by=by)


def _renewed(officer: Officer, by: str) -> None:
    """For a day it decides nothing; done by one alone, it stands on that person's word until vouched for."""
    two_people.wait(officer)
    if alone(by):
        officer.renewed_by = by


def confirm_request(
    session: Session, number: int, *, by: str, now: dt.datetime, change: Callable[..., object] = change_scope
) -> tuple[Officer, str]:
    """A second administrator agrees: it is done now. The account, and the token of a new password's link, else "".

    `change` is how a scope is changed, with all that hangs on it. OfficerRefused for whoever is no second person.
    """
    row = account_requests.take(session, number)
    account_requests.check_second(session, row, by)
    officer = session.get_one(Officer, row.officer_id, with_for_update=True)
    if officer.disabled_at is not None:
        raise OfficerRefused("closed", "The account is closed")
    token = ""
    if row.kind == Asked.SCOPE:
        change(session, officer, Position(**row.wanted), by=by, now=now)
    elif row.kind == Asked.PASSWORD:
        token = reset_password(session, officer, by=by, now=now)
    else:
        reset_second_factor(session, officer, by=by, now=now)
    account_requests.settle(session, row, "done", by=by, now=now)
    return officer, token


def drop_request(session: Session, number: int, *, by: str, now: dt.datetime) -> None:
    """Another administrator refuses it, or who asked takes it back: nothing is done."""
    row = account_requests.take(session, number)
    account_requests.settle(session, row, "withdrawn" if row.asked_by == by else "refused", by=by, now=now)
