"""The people who work in the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import passwords, second_factor, two_people
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Officer, OfficerSession

LANGUAGES = ("id", "en")


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


class Duty(StrEnum):
    """What an account has to see to before it may do anything else."""

    OWN_PASSWORD = "own password"  # noqa: S105  # somebody else made its password up, before links did that
    SECOND_FACTOR = "second factor"  # its role must have one


class OfficerRefused(Exception):
    """The account cannot be made or changed as asked; the message says what to change, `why` is its code for pages."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


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
    duty: Duty | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)


@dataclass(frozen=True)
class Position:
    """What an account may see: by its role, its unit, its place (a kecamatan's or kelurahan's code), its clearance."""

    role: str
    unit: str = "grievance"
    area: str | None = None
    cleared: bool = False


def signed_in(officer: Officer) -> SignedInOfficer:
    """An account as pages know it."""
    return SignedInOfficer(
        officer.id,
        officer.name,
        Role(officer.role),
        officer.language,
        officer.unit,
        officer.area,
        officer.cleared,
        duty_of(officer),
    )


def duty_of(officer: Officer) -> Duty | None:
    """What this account has to see to first; None for one that may work."""
    if officer.password_set_at is None:
        return Duty.OWN_PASSWORD
    if not second_factor.has(officer) and second_factor.wanted_of(officer):
        return Duty.SECOND_FACTOR
    return None


def normal_email(email: str) -> str:
    """Addresses differ neither by case nor by blanks around them."""
    return email.replace("\0", "").strip().lower()


def add_officer(session: Session, email: str, name: str, wanted: Position, *, actor: str) -> Officer:
    """Make an account; OfficerRefused for whatever is unknown or taken.

    It opens nothing until its holder has chosen a password by the link, and decides nothing for a day. `actor` is who
    made it, as the trail names people.
    """
    address = normal_email(email)
    if wanted.role not in set(Role):
        raise OfficerRefused("role", f"There is no role {wanted.role!r}; choose one of {', '.join(Role)}")
    if address.count("@") != 1 or not all(address.split("@")) or any(map(str.isspace, address)):
        raise OfficerRefused("email", "This is not an e-mail address; write it like officer@city.example")
    check_position(session, wanted)
    if session.scalar(select(Officer.id).where(Officer.email == address)) is not None:
        raise OfficerRefused("taken", "There is already an officer with this e-mail address")
    now = dt.datetime.now(dt.UTC)
    officer = Officer(
        email=address,
        name=name.strip() or address,
        **asdict(wanted),
        password_hash=passwords.NONE_YET,
        created_at=now,
        made_by=actor,
    )
    two_people.wait(officer)
    session.add(officer)
    session.flush()
    audit.record(session, now=now, actor=actor, action="officer added", on=f"officer:{officer.id}", **asdict(wanted))
    return officer


def ready_officer(
    session: Session, email: str, password: str, name: str, wanted: Position, *, actor: str = "demo"
) -> int:
    """An account that works at once, with a password that others know: for the demo and for tests, and nowhere else."""
    check_password(password, (normal_email(email), name))
    officer = add_officer(session, email, name, wanted, actor=actor)
    officer.password_hash, officer.password_set_at = passwords.hashed(password), officer.created_at
    officer.vouched_by, officer.decides_from = actor, func.now()
    session.flush()
    return officer.id


def check_password(password: str, about: Iterable[str]) -> None:
    """OfficerRefused for a password that is too short or that a stranger would try among the first."""
    if len(password) < passwords.SHORTEST_PASSWORD:
        raise OfficerRefused(
            "short", f"The password is too short; use {passwords.SHORTEST_PASSWORD} characters or more"
        )
    if len(password) > passwords.LONGEST_PASSWORD:
        raise OfficerRefused("long", f"The password is too long; use {passwords.LONGEST_PASSWORD} characters at most")
    if passwords.is_easy(password, (*about, programme().name, programme().brand, programme().city)):
        raise OfficerRefused("easy", "The password is easy to guess; use several words that do not belong together")


def check_position(session: Session, wanted: Position) -> None:
    """OfficerRefused where what an account is to see makes no sense."""
    role, unit, area, cleared = wanted.role, wanted.unit, wanted.area, wanted.cleared
    if unit not in programme().units:
        raise OfficerRefused("unit", f"There is no unit {unit!r}; choose one of {', '.join(programme().units)}")
    places = select(Area.kelurahan_code).where((Area.kelurahan_code == area) | (Area.kecamatan_code == area)).limit(1)
    if area is not None and session.scalar(places) is None:
        raise OfficerRefused("area", f"There is no kecamatan or kelurahan with the code {area!r}")
    if role == Role.KELURAHAN and area is None:
        raise OfficerRefused(
            "place", "An account of a kelurahan needs its area: the code of the kelurahan, such as 32.75.01.1001"
        )
    if cleared and (area is not None or role not in (Role.OFFICER, Role.SUPERVISOR)):
        raise OfficerRefused(
            "cleared", "Only officers and supervisors of the whole city can be cleared for sensitive reports"
        )


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
