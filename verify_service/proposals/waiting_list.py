"""Taking a proposal: a place on the waiting list, whoever is proposed; never a registration.

Whether a NIK is on the roster is told to nobody but the phone that already answers for it: else anybody could ask for
his neighbours. What was found is for the officers who decide.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.grievances.numbers import new_number
from verify_service.ground.crypto import blind_index, keyed_hash, seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Enrolment, PhoneLink, Proposal, Worker
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.registry.names import name_key
from verify_service.registry.nik import Nik


@dataclass(frozen=True)
class NewProposal:
    """Who is proposed by whom.

    `inbound` names the row it came from; `rt_head_id` is set when a head of an RT speaks.
    """

    proposer: str
    nik: str = field(repr=False)
    name: str = field(repr=False)
    job: str
    member: str
    help_needed: str = field(repr=False)
    kelurahan_code: str | None
    rw: str | None
    rt: str | None
    phone_id: int
    channel: str
    inbound: str
    rt_head_id: int | None = None


@dataclass(frozen=True)
class Placed:
    """The proposal's number, and in how many working days there is news of it."""

    number: str
    days: int


def place(session: Session, new: NewProposal, *, now: dt.datetime) -> Placed:
    """Put it on the waiting list; the same person proposed again from the same phone keeps the number."""
    index = blind_index(new.nik, "nik")
    # Two phones may propose the same person at the same moment: the second has to see the first.
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(index[:8], signed=True))))
    known = session.scalar(
        select(Proposal.number).where(
            Proposal.phone_id == new.phone_id, Proposal.nik_index == index, Proposal.decided_at.is_(None)
        )
    )
    days = programme().sla.ordinary
    if known is not None:
        return Placed(known, days)
    row = {
        "number": new_number(session, "proposal"),
        "proposer": new.proposer,
        "nik": seal(new.nik, "proposal.nik"),
        "nik_index": index,
        "name": new.name,
        "name_key": name_key(new.name),
        "job": new.job,
        **_told_by(new.nik, city_day(now)),
        "kelurahan_code": new.kelurahan_code or None,
        "rw": new.rw or None,
        "rt": new.rt or None,
        "member": new.member,
        "help_needed": seal(new.help_needed, "proposal.help_needed") if new.help_needed else None,
        "on_roster": _on_roster(session, index, now),
        "same_as_id": session.scalar(select(func.min(Proposal.id)).where(Proposal.nik_index == index)),
        "rt_head_id": new.rt_head_id,
        "phone_id": new.phone_id,
        "channel": new.channel,
        "inbound": keyed_hash(new.inbound, "proposal.inbound"),
        "opened_at": now,
        "due_on": working_days_after(city_day(now), days),
    }
    made = session.execute(insert(Proposal).returning(Proposal.id), row).scalar_one()
    audit.record(session, now=now, actor=f"phone:{new.phone_id}", action="proposed", on=f"proposal:{made}")
    return Placed(str(row["number"]), days)


def _told_by(nik: str, today: dt.date) -> dict[str, str | int | None]:
    """What figures go by: sex and year of birth as the NIK has them; neither where it is no NIK."""
    read = Nik(nik)
    try:
        return {"sex": read.sex, "birth_year": read.birth_date(today).year}
    except ValueError:
        return {"sex": None, "birth_year": None}


def is_theirs(session: Session, phone_id: int, nik: str) -> bool:
    """Whether this phone answers for the worker with this NIK, so that it may be told that the NIK is listed."""
    link = (
        select(PhoneLink.id)
        .join(Worker, Worker.id == PhoneLink.worker_id)
        .where(
            PhoneLink.phone_id == phone_id,
            PhoneLink.unlinked_at.is_(None),
            Worker.nik_index == blind_index(nik, "nik"),
        )
    )
    return session.scalar(link) is not None


def placed_today(session: Session, phone_id: int, *, now: dt.datetime) -> int:
    """How many were proposed from this phone today."""
    morning = dt.datetime.combine(city_day(now), dt.time(), programme().zone)
    return int(
        session.scalar(select(func.count()).where(Proposal.phone_id == phone_id, Proposal.opened_at >= morning)) or 0
    )


def _on_roster(session: Session, nik_index: bytes, now: dt.datetime) -> bool:
    """Whether the person is on the list and was not taken off it."""
    today = city_day(now)
    listed = (
        select(Enrolment.id)
        .join(Worker, Worker.id == Enrolment.worker_id)
        .where(Worker.nik_index == nik_index)
        .where(Enrolment.removed_from.is_(None) | (Enrolment.removed_from > today))
        .limit(1)
    )
    return session.scalar(listed) is not None
