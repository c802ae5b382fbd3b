"""Signing in, and making guessing slow without letting anybody lock an officer out.

Failures are counted for a pair of account and address. Where an account or an address is being guessed at, each pair is
left a single try: a stranger's failures never close the door on the officer who knows the password. Codes of the second
factor are counted for the account, from wherever they come: only who has the password gets to try one, and the officer
is told.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import account_notices, passkeys, passwords, second_factor
from verify_service.accounts.officers import normal_email
from verify_service.accounts.passkeys import Site
from verify_service.accounts.second_factor import Proof
from verify_service.accounts.sessions import close_session, open_session
from verify_service.ground.crypto import blind_index, keyed_hash
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
class CodeWanted:
    """The right password of an account with a second factor: no session yet, a code is asked for.

    `mark` binds what follows to this password and this factor: it holds no longer once either is changed.
    """

    officer_id: int
    mark: str


@dataclass(frozen=True)
class SignInRefusal:
    """Not signed in, without saying which part was wrong; `wait` (a quarter of an hour) after too many tries."""

    wait: bool


@dataclass(frozen=True)
class _Knock:
    """What is tried of whose account, and from where, as the counts know them."""

    account: bytes
    place: bytes
    codes: bool = False

    @classmethod
    def at(cls, email: str, address: str) -> _Knock:
        """With a password."""
        return cls(blind_index(normal_email(email), "email"), blind_index(neighbourhood(address), "address"))

    @classmethod
    def with_code(cls, officer: Officer, address: str) -> _Knock:
        """With a code, once the password was right: a count of its own."""
        account = blind_index(str(officer.id), "second_step")
        return cls(account, blind_index(neighbourhood(address), "address"), codes=True)


def neighbourhood(address: str) -> str:
    """An address as far as one holder has only one: of IPv6 the /64, of which each holder has all."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((read, 64), strict=False))


def sign_in(
    session: Session, email: str, password: str, address: str, *, now: dt.datetime, old_token: str | None = None
) -> SignedIn | CodeWanted | SignInRefusal:
    """Check a password. The caller commits whatever the answer: a failure is counted by a row of this transaction.

    `address` is the browser's network address; `old_token` the session it had before, which ends.
    """
    knock = _Knock.at(email, address)
    tries_left = _in_turn(session, knock)
    if tries_left <= 0:
        return SignInRefusal(wait=True)
    officer = session.scalar(select(Officer).where(Officer.email == normal_email(email)))
    usable = officer if officer is not None and officer.disabled_at is None else None
    if not passwords.fits(usable.password_hash if usable else None, password) or usable is None:
        _count_failure(session, officer, knock, now=now, last=tries_left == 1)
        return SignInRefusal(wait=False)
    if passwords.is_outdated(usable.password_hash):
        usable.password_hash = passwords.hashed(password)
    if second_factor.has(usable):
        return CodeWanted(usable.id, _mark(usable))
    return _welcome(session, usable, knock, now=now, old_token=old_token)


def second_step(
    session: Session, pending: CodeWanted, code: str, address: str, *, now: dt.datetime, old_token: str | None = None
) -> SignedIn | SignInRefusal | None:
    """Check the code after the password; None where the account has changed meanwhile and one has to begin again.

    Wrong codes count for the account, and only a right one wipes the count.
    """
    officer = holder_of(session, pending)
    if officer is None:
        return None
    proof = _try_code(session, officer, code, address, now)
    if isinstance(proof, SignInRefusal):
        return proof
    knock = _Knock.at(officer.email, address)
    return _welcome(session, officer, knock, now=now, old_token=old_token, by=proof.value)


def holder_of(session: Session, pending: CodeWanted) -> Officer | None:
    """Who has shown the password; None where the account has changed since."""
    officer = session.get(Officer, pending.officer_id)
    if officer is None or officer.disabled_at is not None or not second_factor.has(officer):
        return None
    return officer if _mark(officer) == pending.mark else None


def second_step_by_passkey(
    session: Session,
    pending: CodeWanted,
    answer: str,
    site: Site,
    address: str,
    *,
    now: dt.datetime,
    old_token: str | None = None,
) -> SignedIn | SignInRefusal | None:
    """Check what an authenticator has signed after the password; None as for a code. Nobody guesses a signature: no
    wrong one is counted.
    """
    officer = holder_of(session, pending)
    if officer is None:
        return None
    if not passkeys.proves(session, officer, answer, site, now=now):
        who = f"officer:{officer.id}"
        audit.record(session, now=now, actor=who, action="sign-in refused", on=who, no_more_tries=False)
        return SignInRefusal(wait=False)
    knock = _Knock.at(officer.email, address)
    return _welcome(session, officer, knock, now=now, old_token=old_token, by=Proof.PASSKEY.value)


def _try_code(session: Session, officer: Officer, code: str, address: str, now: dt.datetime) -> Proof | SignInRefusal:
    """Try a code of somebody who has shown the password; once too many were wrong the officer is told."""
    knock = _Knock.with_code(officer, address)
    tries_left = _in_turn(session, knock)
    if tries_left <= 0:
        return SignInRefusal(wait=True)
    proof = second_factor.use(session, officer, code, now=now)
    if proof is not None:
        session.execute(delete(SignInAttempt).where(SignInAttempt.email_index == knock.account))
        return proof
    _count_failure(session, officer, knock, now=now, last=tries_left == 1)
    if tries_left == 1:
        account_notices.tell_holder(session, officer, "codes guessed", by="unknown")
    return SignInRefusal(wait=False)


def still_them(
    session: Session, officer: Officer, password: str, address: str, *, now: dt.datetime, code: str | None = None
) -> SignInRefusal | None:
    """Whether whoever sits at a signed-in browser is its officer: the password once more, and with `code` the factor.

    None where it is. Failures count as those of signing in do; the caller commits whatever the answer.
    """
    knock = _Knock.at(officer.email, address)
    tries_left = _in_turn(session, knock)
    if tries_left <= 0:
        return SignInRefusal(wait=True)
    if passwords.fits(officer.password_hash, password):
        tried = _try_code(session, officer, code, address, now) if code is not None else None
        return tried if isinstance(tried, SignInRefusal) else None
    _count_failure(session, officer, knock, now=now, last=tries_left == 1)
    return SignInRefusal(wait=False)


def step_up(session: Session, officer: Officer, typed: str, address: str, *, now: dt.datetime) -> SignInRefusal | None:
    """The officer once more, before what a browser left open must not do: by the password, or a code of the factor.

    None where it is. Failures count as those of signing in do; the caller commits whatever the answer.
    """
    code = typed.strip()
    if officer.totp_at is not None and code.isdecimal() and len(code) == second_factor.DIGITS:
        tried = _try_code(session, officer, code, address, now)
        return tried if isinstance(tried, SignInRefusal) else None
    return still_them(session, officer, typed, address, now=now)


def _mark(officer: Officer) -> str:
    held = (officer.id, officer.password_hash, officer.totp_at, officer.passkey_at)
    return keyed_hash("\0".join(map(str, held)), "second step").hex()


def _in_turn(session: Session, knock: _Knock) -> int:
    """How many tries are left to this pair, or with codes to this account. Its tries go one after another: a hundred
    at once would all read the count before any is written.
    """
    apart = bytes(8) if knock.codes else knock.place[:8]
    pair = bytes(a ^ b for a, b in zip(knock.account[:8], apart, strict=True))
    session.execute(text("SELECT pg_advisory_xact_lock(:pair)"), {"pair": int.from_bytes(pair, signed=True)})
    if knock.codes:
        theirs = SignInAttempt.email_index == knock.account
        wrong = select(func.count()).where(theirs, SignInAttempt.at > func.now() - WINDOW)
        return TRIES - (session.scalar(wrong) or 0)
    return _tries_left(session, knock.account, knock.place)


def _tries_left(session: Session, account: bytes, place: bytes) -> int:
    same_account, same_place = SignInAttempt.email_index == account, SignInAttempt.address_index == place
    recent = SignInAttempt.at > func.now() - WINDOW  # by the database's clock
    pair, by_account, by_place = (
        session.scalar(select(func.count()).select_from(SignInAttempt).where(recent, condition)) or 0
        for condition in (same_account & same_place, same_account, same_place)
    )
    # The pair's own failures do not make it suspicious: five of them close it anyway.
    guessed_at = max(by_account, by_place) - pair >= SUSPICIOUS
    return (1 if guessed_at else TRIES) - pair


def _count_failure(session: Session, officer: Officer | None, knock: _Knock, *, now: dt.datetime, last: bool) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < func.now() - _KEPT))
    session.add(SignInAttempt(email_index=knock.account, address_index=knock.place, at=func.now()))
    who = f"officer:{officer.id}" if officer else "officer:unknown"
    audit.record(session, now=now, actor=who, action="sign-in refused", on=who, no_more_tries=last)


def _welcome(
    session: Session,
    officer: Officer,
    knock: _Knock,
    *,
    now: dt.datetime,
    old_token: str | None,
    by: str = "password",
) -> SignedIn:
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.email_index == knock.account, SignInAttempt.address_index == knock.place
        )
    )
    if old_token:
        close_session(session, old_token, now=now)
    who = f"officer:{officer.id}"
    audit.record(session, now=now, actor=who, action="signed in", on=who, by=by)
    return SignedIn(officer.id, open_session(session, officer.id), officer.language)
