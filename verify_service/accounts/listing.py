"""Accounts as a list: what each may see, how it is protected, when it was last seen; and what happened to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.orm import Session

from verify_service.accounts import passwords, second_factor
from verify_service.ground.tables import AuditEntry, Officer, OfficerSession

SIGN_INS: Final = ("signed in", "sign-in refused", "signed out", "recovery code used")
_ACCOUNTS = text("left(object, 8) = 'officer:'")  # as the index has it


@dataclass(frozen=True)
class Account:
    """One account of the list."""

    id: int
    email: str
    name: str
    role: str
    unit: str
    area: str | None
    cleared: bool
    second_factor: bool
    must_change_password: bool
    awaits_link: bool
    made_by: str | None
    stands_alone: bool
    decides_from: dt.datetime
    last_seen: dt.datetime | None
    disabled: bool


def accounts(session: Session, officer_id: int | None = None) -> list[Account]:
    """Every account by name, those in use first; or this one."""
    signed_in = (
        select(func.max(AuditEntry.at))
        .where(AuditEntry.object == func.concat("officer:", cast(Officer.id, Text)), AuditEntry.action == "signed in")
        .scalar_subquery()
    )
    seen = select(func.max(OfficerSession.seen_at)).where(OfficerSession.officer_id == Officer.id).scalar_subquery()
    wanted = select(Officer, func.greatest(signed_in, seen))
    if officer_id is not None:
        wanted = wanted.where(Officer.id == officer_id)
    rows = session.execute(wanted.order_by(Officer.disabled_at.is_not(None), func.lower(Officer.name), Officer.id))
    return [_account(held, last_seen) for held, last_seen in rows]


def _account(held: Officer, last_seen: dt.datetime | None) -> Account:
    return Account(
        id=held.id,
        email=held.email,
        name=held.name,
        role=held.role,
        unit=held.unit,
        area=held.area,
        cleared=held.cleared,
        second_factor=second_factor.has(held),
        must_change_password=held.password_set_at is None,
        awaits_link=held.password_hash == passwords.NONE_YET,
        made_by=held.made_by,
        stands_alone=(held.made_by is not None and held.vouched_by is None) or held.renewed_by is not None,
        decides_from=held.decides_from,
        last_seen=last_seen,
        disabled=held.disabled_at is not None,
    )


@dataclass(frozen=True)
class Trace:
    """One row of the trail about an account; `about` and `by` are ids, None for nobody we know."""

    id: int
    at: dt.datetime
    action: str
    about: int | None
    by: str
    detail: dict[str, Any]


def traces(
    session: Session, *, before: int | None, most: int, actions: Sequence[str] = (), officer_id: int | None = None
) -> list[Trace]:
    """The trail of accounts, the newest first, from before this row on."""
    wanted = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    if officer_id is not None:
        wanted = wanted.where(AuditEntry.object == f"officer:{officer_id}")
    else:
        wanted = wanted.where(_ACCOUNTS)
    if actions:
        wanted = wanted.where(AuditEntry.action.in_(actions))
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    return [
        Trace(row.id, row.at, row.action, _number(row.object), row.actor, row.detail)
        for row in session.scalars(wanted).all()
    ]


def _number(whose: str) -> int | None:
    digits = whose.partition(":")[2]
    return int(digits) if digits.isdecimal() else None


def account_names(session: Session) -> dict[str, str]:
    """What every account is called, by how the trail names it (officer:ID)."""
    return {f"officer:{number}": name for number, name in session.execute(select(Officer.id, Officer.name))}


def officer_names(session: Session, actors: Iterable[str | None]) -> dict[str, str]:
    """What officers are called whom the trail names `officer:ID`; other actors are left out."""
    named = func.concat("officer:", cast(Officer.id, Text))
    found = session.execute(select(named, Officer.name).where(named.in_([actor for actor in actors if actor])))
    return {row[0]: row.name for row in found}
