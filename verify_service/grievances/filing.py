"""What other systems of the city file with us, and what they are told of it: never a word, a name or a number.

What was told in confidence, by nobody, about somebody, or is restricted to cleared accounts does not leave the house.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from verify_service import audit
from verify_service.accounts.api_keys import Admitted
from verify_service.grievances.clock import days_allowed
from verify_service.grievances.opening import SECRET, NewGrievance, Opened, open_grievance
from verify_service.ground.crypto import keyed_hash
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import ApiFiling, Area, Grievance, GrievanceEvent
from verify_service.messaging.consent import phone_of

ON_A_PAGE: Final = 1000  # as many as the standard lets one answer hold
_INSIDE: Final = ("note", "identity", "merged_in")  # what officers do among themselves is no news to others


@dataclass(frozen=True)
class Filed:
    """A report as another system sends it; `once` is its own key for this very request, "" without one."""

    category: str
    words: str = field(repr=False)
    phone: Number | None = field(default=None, repr=False)
    reporter: str = field(default="", repr=False)
    kelurahan_code: str | None = None
    once: str = ""
    body: str = field(default="", repr=False)


class NotFiled(StrEnum):
    """Why nothing was filed."""

    OTHER_BODY = "other body"  # the same key was used for something else


def file_report(session: Session, sender: Admitted, filed: Filed, *, now: dt.datetime) -> Opened | NotFiled:
    """File a report, or find the one that this very request filed before. The sender's key is locked meanwhile."""
    known = session.get(ApiFiling, (sender.key_id, _once(sender, filed))) if filed.once else None
    if known is not None:
        return _again(session, known, filed)
    restricted = programme().categories[filed.category].restricted
    report = NewGrievance(
        filed.category,
        "report",
        "open311",
        f"open311:{sender.key_id}:{secrets.token_hex(16)}",
        words=filed.words,
        identity=SECRET if restricted else "normal",
        phone_id=phone_of(session, filed.phone, now=now) if filed.phone else None,
        reporter=filed.reporter,
        kelurahan_code=filed.kelurahan_code,
    )
    opened = open_grievance(session, report, now=now)
    if filed.once:
        body = keyed_hash(filed.body, "api_filing.body")
        session.add(
            ApiFiling(api_key_id=sender.key_id, once=_once(sender, filed), body=body, grievance_id=opened.id, at=now)
        )
    audit.record(
        session, now=now, actor=sender.by, action="report filed by another system", on=f"grievance:{opened.id}"
    )
    return opened


def _once(sender: Admitted, filed: Filed) -> bytes:
    return keyed_hash(f"{sender.key_id}\0{filed.once}", "api_filing.once")


def _again(session: Session, known: ApiFiling, filed: Filed) -> Opened | NotFiled:
    if known.body != keyed_hash(filed.body, "api_filing.body"):
        return NotFiled.OTHER_BODY
    held = session.get_one(Grievance, known.grievance_id)
    days = days_allowed(programme().categories[held.category], urgent=held.urgency is not None)
    return Opened(held.id, held.number, days, held.due_on, new=False)


@dataclass(frozen=True)
class Told:
    """A report as other systems see it."""

    number: str
    category: str
    state: str
    over: bool
    merged: bool
    unit: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    due_on: dt.date
    kelurahan: str | None
    kecamatan: str | None


@dataclass(frozen=True)
class Asked:
    """Which reports another system asks for: the filters of the standard, each None or empty where it is not used."""

    numbers: Sequence[str] = ()
    categories: Sequence[str] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    over: bool | None = None
    page: int = 1
    size: int = ON_A_PAGE
    filed_here: bool = False  # only what came by this door


def told_to_others() -> ColumnElement[bool]:
    """What leaves the house: by name, about nobody, not restricted."""
    return and_(
        Grievance.identity == "normal",
        Grievance.restricted.is_(False),
        Grievance.about.is_(None),
        Grievance.about_unit.is_(None),
        Grievance.category.not_in([key for key, kind in programme().categories.items() if kind.restricted]),
    )


def requests_of(session: Session, asked: Asked) -> list[Told]:
    """The reports asked for that may leave the house, the newest first."""
    matching = [Grievance.number.in_(asked.numbers)] if asked.numbers else _matching(asked)
    if asked.filed_here:
        matching = [*matching, Grievance.channel == "open311"]
    wanted = _told().where(told_to_others(), *matching).order_by(Grievance.opened_at.desc(), Grievance.id.desc())
    rows = session.execute(wanted.offset((asked.page - 1) * asked.size).limit(asked.size)).all()
    return [Told(**row._mapping) for row in rows]


_ROOT = aliased(Grievance)
# A report that was merged into another is over when that one is.
_CLOSED_AT = case((Grievance.merged_into_id.is_(None), Grievance.closed_at), else_=_ROOT.closed_at)


def _told() -> Select[*tuple[Any, ...]]:
    news = (
        select(func.max(GrievanceEvent.at))
        .where(GrievanceEvent.grievance_id == Grievance.id, GrievanceEvent.kind.not_in(_INSIDE))
        .scalar_subquery()
    )
    return (
        select(
            Grievance.number,
            Grievance.category,
            Grievance.state,
            _CLOSED_AT.is_not(None).label("over"),
            Grievance.merged_into_id.is_not(None).label("merged"),
            Grievance.unit,
            Grievance.opened_at,
            func.coalesce(_CLOSED_AT, news, Grievance.opened_at).label("changed_at"),
            Grievance.due_on,
            Area.kelurahan,
            Area.kecamatan,
        )
        .outerjoin(_ROOT, _ROOT.id == Grievance.merged_into_id)
        .outerjoin(Area, Area.kelurahan_code == Grievance.kelurahan_code)
    )


def _matching(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.categories:
        conditions.append(Grievance.category.in_(asked.categories))
    if asked.since is not None:
        conditions.append(Grievance.opened_at >= asked.since)
    if asked.until is not None:
        conditions.append(Grievance.opened_at <= asked.until)
    if asked.over is not None:
        conditions.append(_CLOSED_AT.is_not(None) if asked.over else _CLOSED_AT.is_(None))
    return conditions
