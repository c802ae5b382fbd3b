"""Signing in, and making guessing slow without letting anybody lock an officer out.

Failures are counted for a pair of account and address. Where an account or an address is being guessed at, each pair is
left a single try: a stranger's failures never close the door on the officer who knows the password.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.officers import normal_email, password_fits, renew_hash
from verify_service.accounts.sessions import close_session, open_session
from verify_service.ground.crypto import blind_index
from verify_service.ground.tables import Officer, SignInAttempt

WINDOW = dt.timedelta(minutes=15)
TRIES = 5
SUSPICIOUS = 20  # failures in the window, for one account from anywhere or for one address on any account
_KEPT = dt.timedelta(days=1)


@dataclass(frozen=True)
class SignedIn:
    """The right password: `token` goes into the cookie and nowhere else."""

    officer_id: int
    token: str
    language: str


@dataclass(frozen=True)
class Refused:
    """Not signed in, without saying which part was wrong; `wait` (a quarter of an hour) after too many tries."""

    wait: bool


def sign_in(
    session: Session, email: str, password: str, address: str, *, now: dt.datetime, old_token: str | None = None
) -> SignedIn | Refused:
    """Check a password. The caller commits whatever the answer: a failure is counted by a row of this transaction.

    `address` is the browser's network address; `old_token` the session it had before, which ends.
    """
    account, place = blind_index(normal_email(email), "email"), blind_index(address, "address")
    # Tries of one pair go one after another: a hundred at once would all read the count before any is written.
    session.execute(
        text("SELECT pg_advisory_xact_lock(:pair)"),
        {"pair": int.from_bytes(bytes(a ^ b for a, b in zip(account[:8], place[:8], strict=True)), signed=True)},
    )
    tries_left = _tries_left(session, account, place, since=now - WINDOW)
    if tries_left <= 0:
        return Refused(wait=True)
    officer = session.scalar(select(Officer).where(Officer.email == normal_email(email)))
    if not password_fits(officer, password) or officer is None:
        _count_failure(session, officer, account, place, now=now, last=tries_left == 1)
        return Refused(wait=False)
    return _welcome(session, officer, password, account, place, now=now, old_token=old_token)


def _tries_left(session: Session, account: bytes, place: bytes, *, since: dt.datetime) -> int:
    same_account, same_place = SignInAttempt.email_index == account, SignInAttempt.address_index == place
    recent = SignInAttempt.at > since
    pair, by_account, by_place = (
        session.scalar(select(func.count()).select_from(SignInAttempt).where(recent, condition)) or 0
        for condition in (same_account & same_place, same_account, same_place)
    )
    # The pair's own failures do not make it suspicious: five of them close it anyway.
    guessed_at = max(by_account, by_place) - pair >= SUSPICIOUS
    return (1 if guessed_at else TRIES) - pair


def _count_failure(
    session: Session, officer: Officer | None, account: bytes, place: bytes, *, now: dt.datetime, last: bool
) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - _KEPT))
    session.add(SignInAttempt(email_index=account, address_index=place, at=now))
    who = f"officer:{officer.id}" if officer else "officer:unknown"
    audit.record(session, now=now, actor=who, action="sign-in refused", on=who, no_more_tries=last)


def _welcome(
    session: Session,
    officer: Officer,
    password: str,
    account: bytes,
    place: bytes,
    *,
    now: dt.datetime,
    old_token: str | None,
) -> SignedIn:
    renew_hash(officer, password)
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.email_index == account, SignInAttempt.address_index == place)
    )
    if old_token:
        close_session(session, old_token, now=now)
    who = f"officer:{officer.id}"
    audit.record(session, now=now, actor=who, action="signed in", on=who)
    return SignedIn(officer.id, open_session(session, officer.id, now=now), officer.language)
