"""Who is calling, and what this talk may know of them: looked up once, handed to the flows as one frozen value."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import cast

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from flows.caller import Caller, Cover, CoverState, Person, Post, RtDesk
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import FileImport, InsurerRecord, Phone, PhoneLink, Worker
from verify_service.registry.residents import Office, offices_of

PEOPLE_ON_A_PAGE = 8  # a Caller holds at most one page of any list


def known_phone(session: Session, number: Number, *, now: dt.datetime) -> Phone:
    """The row of this number, its hop counted and the row locked: two hops of one phone are heard one after the other.

    The count is kept where Valkey cannot lose it.
    """
    index = blind_index(number.e164, "phone")
    minute = now.replace(second=0, microsecond=0)
    counted = (
        update(Phone)
        .where(Phone.number_index == index)
        .values(hop_minute=minute, hops=case((Phone.hop_minute == minute, Phone.hops + 1), else_=1))
        .returning(Phone)
        .execution_options(synchronize_session=False)
    )
    phone = session.scalar(counted)
    if phone is None:
        new = upsert(Phone).values(number=seal(number.e164, "phone.number"), number_index=index, created_at=now)
        session.execute(new.on_conflict_do_nothing(index_elements=[Phone.number_index]))
        phone = session.scalars(counted).one()
    return phone


def who_calls(
    session: Session, phone: Phone, *, now: dt.datetime, worker_id: int | None = None, page: int = 0
) -> Caller:
    """What a talk with this phone may know: the people it answers for, and the cover of the one who is answering."""
    workers = session.scalars(
        select(Worker)
        .join(PhoneLink, PhoneLink.worker_id == Worker.id)
        .where(PhoneLink.phone_id == phone.id, PhoneLink.unlinked_at.is_(None))
        .order_by(Worker.id)
        .offset(page * PEOPLE_ON_A_PAGE)
        .limit(PEOPLE_ON_A_PAGE + 1)
    ).all()
    shown = workers[:PEOPLE_ON_A_PAGE]
    chosen = next((worker for worker in workers if worker.id == worker_id), None)
    if chosen is None and worker_id is not None:
        chosen = _linked_worker(session, phone, worker_id)
    if chosen is None and len(workers) == 1 and page == 0:
        chosen = workers[0]
    return Caller(
        language=phone.language,
        noticed=phone.noticed_at is not None,
        person=None if chosen is None else _person(chosen),
        people=tuple(_person(worker) for worker in shown),
        more_people=len(workers) > PEOPLE_ON_A_PAGE,
        people_page=page,
        rt_head=_desk_of(offices_of(session, phone.id)),
        cover=None if chosen is None else cover_of(session, chosen, today=now.astimezone(programme().zone).date()),
    )


def _desk_of(offices: list[Office]) -> RtDesk | None:
    """What a talk may know of an RT head before he says that he calls as one; None on any other phone."""
    posts = tuple(Post(office.head, office.name, office.kelurahan) for office in offices)
    return RtDesk(posts) if posts else None


def answers_for(session: Session, phone: Phone, worker_id: int) -> bool:
    """Whether this phone is still linked to this worker."""
    live = select(PhoneLink.id).where(
        PhoneLink.phone_id == phone.id, PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None)
    )
    return session.scalar(live) is not None


def _linked_worker(session: Session, phone: Phone, worker_id: int) -> Worker | None:
    linked = select(Worker).join(PhoneLink, PhoneLink.worker_id == Worker.id)
    return session.scalar(
        linked.where(PhoneLink.phone_id == phone.id, PhoneLink.unlinked_at.is_(None), Worker.id == worker_id)
    )


def _person(worker: Worker) -> Person:
    return Person(worker=worker.id, name=mask_name(worker.name), nik4=worker.nik_last4)


_TITLES = {"H", "HJ", "DR", "DRS", "DRA", "IR", "RM", "R", "RA", "DT", "TGK", "CUT", "KH", "PROF"}


def mask_name(name: str) -> str:
    """A name its owner recognises and a stranger cannot use: "Sulistiawati Dewi" is "Sulistiaw***"."""
    words = [word for word in name.split() if word.replace(".", "").upper() not in _TITLES] or name.split() or ["-"]
    first = words[0].capitalize()
    shown = min(9, len(first) if len(words) > 1 else max(2, len(first) - 2))
    return f"{first[:shown]}***"


def cover_of(session: Session, worker: Worker, *, today: dt.date) -> Cover:
    """The cover of this worker by the newest insurer file; later months are not reported yet and say nothing."""
    newest = session.scalar(select(func.max(FileImport.period)).where(FileImport.kind == "insurer"))
    if newest is None:
        return Cover(state="no_file", asof="", until="", full_death_from="")
    record = session.scalar(
        select(InsurerRecord).where(InsurerRecord.period == newest, InsurerRecord.nik_index == worker.nik_index)
    )
    paid = session.scalar(
        select(func.max(InsurerRecord.period)).where(
            InsurerRecord.nik_index == worker.nik_index, InsurerRecord.status == "active"
        )
    )
    return Cover(
        state=cast("CoverState", record.status) if record is not None else "not_found",
        asof=_short(_month_end(newest)),
        until=_short(_month_end(paid)) if paid else "-",
        full_death_from=_full_death_from(record, today) if record is not None else "",
    )


def _full_death_from(record: InsurerRecord, today: dt.date) -> str:
    """From when a death that is not work-related pays in full, while that day is ahead; "" unless confirmed."""
    if not programme().jkm_waiting_confirmed or record.member_since is None or record.status != "active":
        return ""
    since = record.member_since
    month = since.month - 1 + programme().benefits.jkm_waiting_months
    year, month = since.year + month // 12, month % 12 + 1
    full_from = dt.date(year, month, min(since.day, calendar.monthrange(year, month)[1]))
    return _short(full_from) if full_from > today else ""


def _month_end(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _short(day: dt.date) -> str:
    return day.strftime("%d/%m/%y")
