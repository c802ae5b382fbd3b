"""The people who work in the console, and their passwords."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Officer, OfficerSession

LANGUAGES = ("id", "en")
SHORTEST_PASSWORD = 12  # NIST SP 800-63B: length is what counts; no rules on which characters

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
# Somebody who does not exist costs as much as somebody who does, so that waiting tells nothing.
_NOBODY = _HASHER.hash("nobody signs in with this")


class Role(StrEnum):
    """What an officer may do. An auditor sees everything and changes nothing."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    KELURAHAN = "kelurahan"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def writes(self) -> bool:
        return self is not Role.AUDITOR


class OfficerRefused(Exception):
    """The account cannot be made as asked; the message says what to change."""


@dataclass(frozen=True)
class SignedInOfficer:
    """The officer behind a request, as far as pages need to know."""

    id: int
    name: str
    role: Role
    language: str
    unit: str = "grievance"
    area: str | None = None
    cleared: bool = False

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)


def normal_email(email: str) -> str:
    """Addresses differ neither by case nor by blanks around them."""
    return email.strip().lower()


def add_officer(
    session: Session,
    email: str,
    role: str,
    password: str,
    name: str,
    *,
    unit: str = "grievance",
    area: str | None = None,
    cleared: bool = False,
    own_password: bool = False,
    actor: str = "system",
) -> int:
    """Make an account and return its id; OfficerRefused for whatever is unknown, taken or too short.

    `unit` is one of the programme file, `area` the code of a kecamatan or kelurahan (None: the whole city), `cleared`
    whether the account sees reports about money, harassment or conduct; `own_password` that its holder chose the
    password himself. `actor` is who made it, for the trail: "command line" or "officer:ID".
    """
    address = normal_email(email)
    if role not in set(Role):
        raise OfficerRefused(f"There is no role {role!r}; choose one of {', '.join(Role)}")
    if address.count("@") != 1 or not all(address.split("@")) or any(map(str.isspace, address)):
        raise OfficerRefused("This is not an e-mail address; write it like officer@city.example")
    if len(password) < SHORTEST_PASSWORD:
        raise OfficerRefused(f"The password is too short; use {SHORTEST_PASSWORD} characters or more")
    _check_scope(session, role, unit, area, cleared=cleared)
    if session.scalar(select(Officer.id).where(Officer.email == address)) is not None:
        raise OfficerRefused("There is already an officer with this e-mail address")
    now = dt.datetime.now(dt.UTC)
    officer = Officer(
        email=address,
        name=name.strip() or address,
        role=role,
        unit=unit,
        area=area,
        cleared=cleared,
        password_hash=_HASHER.hash(password),
        password_set_at=now if own_password else None,
        created_at=now,
    )
    session.add(officer)
    session.flush()
    who = f"officer:{officer.id}"
    audit.record(
        session, now=now, actor=actor, action="officer added", on=who, role=role, unit=unit, area=area, cleared=cleared
    )
    return officer.id


def _check_scope(session: Session, role: str, unit: str, area: str | None, *, cleared: bool) -> None:
    """OfficerRefused where what an account is to see makes no sense."""
    if unit not in programme().units:
        raise OfficerRefused(f"There is no unit {unit!r}; choose one of {', '.join(programme().units)}")
    places = select(Area.kelurahan_code).where((Area.kelurahan_code == area) | (Area.kecamatan_code == area)).limit(1)
    if area is not None and session.scalar(places) is None:
        raise OfficerRefused(f"There is no kecamatan or kelurahan with the code {area!r}")
    if role == Role.KELURAHAN and area is None:
        raise OfficerRefused(
            "An account of a kelurahan needs its area: the code of the kelurahan, such as 32.75.01.1001"
        )
    if cleared and (area is not None or role not in (Role.OFFICER, Role.SUPERVISOR)):
        raise OfficerRefused("Only officers and supervisors of the whole city can be cleared for sensitive reports")


def disable_officer(session: Session, officer_id: int, *, actor: str, now: dt.datetime) -> None:
    """Somebody leaves: every browser of theirs is signed out at once, and the account stays for the trail."""
    session.execute(update(Officer).where(Officer.id == officer_id).values(disabled_at=now))
    for open_session in session.scalars(select(OfficerSession).where(OfficerSession.officer_id == officer_id)):
        session.delete(open_session)
    audit.record(session, now=now, actor=actor, action="officer disabled", on=f"officer:{officer_id}")


def choose_language(session: Session, officer_id: int, language: str, *, now: dt.datetime) -> None:
    """Remember in which language this officer reads the console; anything but id and en changes nothing."""
    if language not in LANGUAGES:
        return
    changed = session.execute(
        update(Officer).where(Officer.id == officer_id, Officer.language != language).values(language=language)
    )
    if changed.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        who = f"officer:{officer_id}"
        audit.record(session, now=now, actor=who, action="language chosen", on=who, language=language)


def password_fits(officer: Officer | None, password: str) -> bool:
    """Whether this is the officer's password; takes as long for nobody, and a disabled officer has none."""
    usable = officer is not None and officer.disabled_at is None
    held = officer.password_hash if officer is not None and usable else _NOBODY
    try:
        _HASHER.verify(held, password)
    except (VerificationError, InvalidHashError):
        return False
    return usable


def renew_hash(officer: Officer, password: str) -> None:
    """Hash again at sign-in when the recommended cost has risen since."""
    if _HASHER.check_needs_rehash(officer.password_hash):
        officer.password_hash = _HASHER.hash(password)
