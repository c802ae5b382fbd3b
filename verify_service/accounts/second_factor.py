"""The second factor: a code of six digits from a phone (RFC 6238), or one of ten codes kept on paper.

A code counts once. The secret is sealed; the codes on paper are kept as passwords are, so that stolen rows open
nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from enum import StrEnum
from typing import Final

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import passkeys, passwords
from verify_service.ground.crypto import INDEX_BYTES, Unreadable, blind_index, seal, unseal
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import Officer, RecoveryCode

RECOVERY_CODES: Final = 10
DIGITS: Final = 6  # of a code from the phone
_AROUND: Final = 1  # steps of 30 seconds before and after: a phone's clock is a little off
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another; ten of them are 49 bits
_HALF: Final = 5


class Proof(StrEnum):
    """By what an officer showed to hold the second factor."""

    CODE = "code"
    RECOVERY_CODE = "recovery code"
    PASSKEY = "passkey"


def has(officer: Officer) -> bool:
    """Whether the account has a second factor: codes from a phone, or a passkey."""
    return officer.totp_at is not None or officer.passkey_at is not None


def wanted_of(officer: Officer) -> bool:
    """Whether this account must have one, by role or clearance; the demo, whose password is known, asks nobody."""
    return (officer.cleared or officer.role in programme().accounts.second_factor) and not settings().demo


def begin(session: Session, officer: Officer) -> None:
    """Make a secret to be put into a phone; nothing is asked for until a code from that phone confirms it."""
    if officer.totp_at is None:
        officer.totp_secret = seal(pyotp.random_base32(), "officer.totp_secret")
        officer.totp_step = None


def secret_of(officer: Officer) -> str:
    """The secret, as it is typed into a phone by hand; "" without one or where its key is missing."""
    try:
        return unseal(officer.totp_secret, "officer.totp_secret") if officer.totp_secret else ""
    except Unreadable:
        return ""


def address_of(officer: Officer) -> str:
    """The otpauth:// address that a phone reads from a picture."""
    return pyotp.TOTP(secret_of(officer)).provisioning_uri(name=officer.email, issuer_name=programme().brand)


def confirm(session: Session, officer: Officer, typed: str, *, now: dt.datetime) -> list[str] | None:
    """The phone has the secret: from now on its code is asked for. The codes for paper, or None for a wrong code."""
    if officer.totp_at is not None or officer.totp_secret is None or not _from_phone(session, officer, _plain(typed)):
        return None
    officer.totp_at = now
    _record(session, officer.id, "second factor on", now)
    return renew_codes(session, officer, now=now)


def first_codes(session: Session, officer: Officer, *, now: dt.datetime) -> list[str]:
    """Codes for paper with a first passkey; none where some are left."""
    return renew_codes(session, officer, now=now) if codes_left(session, officer.id) == 0 else []


def renew_codes(session: Session, officer: Officer, *, now: dt.datetime) -> list[str]:
    """Ten new codes for paper, to be shown once; the old ones no longer count."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer.id))
    made = [_new_code() for _ in range(RECOVERY_CODES)]
    kept = [passwords.hashed(_plain(code)).encode() for code in made]
    session.add_all(RecoveryCode(officer_id=officer.id, code_hash=code_hash) for code_hash in kept)
    _record(session, officer.id, "recovery codes made", now)
    return made


def codes_left(session: Session, officer_id: int) -> int:
    """How many codes on paper may still be used."""
    unused = select(func.count()).where(RecoveryCode.officer_id == officer_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def use(session: Session, officer: Officer, typed: str, *, now: dt.datetime) -> Proof | None:
    """Take a code, from the phone or from paper, so that it counts no second time; None for one that does not count."""
    session.refresh(officer, with_for_update=True)  # two browsers at once must not both use it
    if not has(officer):
        return None
    code = _plain(typed)
    if officer.totp_at is not None and _from_phone(session, officer, code):
        return Proof.CODE
    if not _from_paper(session, officer, code, now):
        return None
    _record(session, officer.id, "recovery code used", now)
    return Proof.RECOVERY_CODE


def end_codes(session: Session, officer: Officer, *, now: dt.datetime) -> None:
    """No codes from this phone any more, by its holder; passkeys stay, and with them the codes on paper."""
    if officer.passkey_at is None:
        end(session, officer, by=f"officer:{officer.id}", now=now)
        return
    officer.totp_secret, officer.totp_at, officer.totp_step = None, None, None
    _record(session, officer.id, "second factor off", now)


def end(session: Session, officer: Officer, *, by: str, now: dt.datetime) -> None:
    """No second factor any more, passkeys neither: the phone is lost, or is to be exchanged."""
    officer.totp_secret, officer.totp_at, officer.totp_step = None, None, None
    passkeys.remove_all(session, officer)
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer.id))
    audit.record(session, now=now, actor=by, action="second factor off", on=f"officer:{officer.id}")


def _from_phone(session: Session, officer: Officer, code: str) -> bool:
    """Whether the phone shows it now, by the database's clock, and it was not used before."""
    if re.fullmatch("[0-9]{6}", code) is None or not (secret := secret_of(officer)):
        return False
    moment = session.execute(select(func.clock_timestamp())).scalar_one()
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=moment, valid_window=_AROUND)
    except OTPVerificationError:
        return False
    if officer.totp_step is not None and step <= officer.totp_step:
        return False
    officer.totp_step = step
    return True


def _from_paper(session: Session, officer: Officer, code: str, now: dt.datetime) -> bool:
    """Whether it is one of the codes on paper, which is then used up. The account's row is held: nobody else tries."""
    if len(code) != 2 * _HALF:
        return False
    left = select(RecoveryCode).where(RecoveryCode.officer_id == officer.id, RecoveryCode.used_at.is_(None))
    for kept in session.scalars(left):
        old = len(kept.code_hash) == INDEX_BYTES  # kept before they were kept as passwords are
        if kept.code_hash == _digest(officer.id, code) if old else passwords.fits(bytes(kept.code_hash).decode(), code):
            kept.used_at = now
            return True
    return False


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(2 * _HALF))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).lower()


def _digest(officer_id: int, code: str) -> bytes:
    return blind_index(f"{officer_id}\0{_plain(code)}", "recovery_code")


def _record(session: Session, officer_id: int, action: str, now: dt.datetime) -> None:
    who = f"officer:{officer_id}"
    audit.record(session, now=now, actor=who, action=action, on=who)
