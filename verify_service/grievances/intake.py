"""A case that an officer writes down for somebody who calls or comes to the counter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.conversation import printable
from verify_service import audit
from verify_service.grievances.acting import Acting
from verify_service.grievances.clock import days_allowed
from verify_service.grievances.look_ups import looked_up, may_look_up
from verify_service.grievances.notify import sensitive
from verify_service.grievances.opening import ANONYMOUS, NewGrievance, Opened, hour_unknown, open_grievance
from verify_service.grievances.related import Other, same_as
from verify_service.grievances.thread import set_contact
from verify_service.grievances.visibility import in_place
from verify_service.ground.crypto import blind_index, keyed_hash
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import AuditEntry, Enrolment, Grievance, Phone, Worker
from verify_service.messaging.compose import write
from verify_service.messaging.consent import known_phone_of, phone_of
from verify_service.messaging.outbox import Purpose
from verify_service.registry.nik import Nik, read_nik

IDENTITIES: Final = ("normal", "secret", "anonymous")
LONGEST: Final = 4000


@dataclass(frozen=True)
class Asked:
    """What the officer wrote down, as it was typed; `once` is the form's own token: two clicks are one case."""

    channel: str
    category: str
    identity: str
    once: str
    words: str = field(repr=False)
    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    nik: str = field(default="", repr=False)
    urgency: str = ""
    kelurahan: str = ""
    contact: str = ""
    language: str = ""


@dataclass(frozen=True)
class Filed:
    """The number to give to whoever told it, and whether this officer may open the case."""

    id: int
    number: str
    days: int
    due_on: dt.date
    texted: bool = False


@dataclass(frozen=True)
class NotListed:
    """Nobody on the list has the NIK that was written down."""


@dataclass(frozen=True)
class LookedUpTooOften:
    """This officer has looked up as many people today as anybody may."""


@dataclass(frozen=True)
class Alike:
    """Open cases by this phone or about this worker: perhaps it is told already."""

    cases: tuple[Other, ...]


@dataclass(frozen=True)
class _Read:
    number: Number | None
    worker: int | None


def file(acting: Acting, asked: Asked, *, anyway: bool) -> Filed | NotListed | LookedUpTooOften | Alike:
    """Write the case down, once for each form; before that, whether nobody has that NIK or it may be told already.

    What can be seen from the form alone was looked at before.
    """
    read = _read(acting, asked)
    if isinstance(read, NotListed | LookedUpTooOften):
        return read
    before = _filed_before(acting.session, asked)
    if before is not None:
        return before
    if not anyway and asked.identity != ANONYMOUS:
        phone = known_phone_of(acting.session, read.number) if read.number else None
        alike = same_as(acting, phone, read.worker)
        if alike and not _known(acting.session, asked):
            return Alike(alike)
    return _file(acting, asked, read)


def _read(acting: Acting, asked: Asked) -> _Read | NotListed | LookedUpTooOften:
    """The phone and the worker that were written down; of an anonymous report neither."""
    if asked.identity == ANONYMOUS:
        return _Read(None, None)
    number, nik = read_phone(asked.phone), read_nik(asked.nik)
    if isinstance(nik, Nik) and not may_look_up(acting):
        return LookedUpTooOften()
    worker = _worker(acting, nik) if isinstance(nik, Nik) else None
    if isinstance(nik, Nik) and worker is None:
        return NotListed()
    return _Read(number if isinstance(number, Number) else None, worker)


def _worker(acting: Acting, nik: Nik) -> int | None:
    """The worker with this NIK, of the account's place where it has one; which is a look at an identity."""
    wanted = select(Worker.id).where(Worker.nik_index == blind_index(nik.value, "nik"))
    if acting.viewer.bound:
        here = select(Enrolment.worker_id).where(in_place(acting.viewer, Enrolment.kelurahan_code))
        wanted = wanted.where(Worker.id.in_(here))
    found = acting.session.scalar(wanted)
    looked_up(acting, found=found is not None)
    acting.record("person searched", "worker" if found is None else f"worker:{found}", by="nik")
    return found


def _file(acting: Acting, asked: Asked, read: _Read) -> Filed:
    phone = (
        acting.session.get_one(Phone, phone_of(acting.session, read.number, now=acting.now)) if read.number else None
    )
    language = asked.language if asked.language in programme().languages else programme().languages[0]
    opened = open_grievance(
        acting.session,
        NewGrievance(
            asked.category,
            "report",
            asked.channel,
            _row(asked),
            words=asked.words[:LONGEST].strip(),
            identity=asked.identity,
            urgency=asked.urgency,
            language=language,
            phone_id=phone.id if phone else None,
            worker_id=read.worker,
            reporter=" ".join(printable(asked.name).split())[:80],
            kelurahan_code=asked.kelurahan or None,
        ),
        now=acting.now,
    )
    if asked.identity == ANONYMOUS:
        _remember(acting, asked, opened)
        return _shown(opened)
    if asked.contact:
        set_contact(acting.session, opened.id, asked.contact)
    acting.record("case written down", f"grievance:{opened.id}")
    texted = phone is not None and asked.contact != "none" and _receipt(acting, opened, phone)
    return _shown(opened, texted=texted)


def _receipt(acting: Acting, opened: Opened, phone: Phone) -> bool:
    """The text that a reporter by phone gets; of what was told in confidence only that there is news."""
    report = acting.session.get_one(Grievance, opened.id)
    screen, values = ("g5.case_ack", {"case": opened.number, "days": str(opened.days)})
    if sensitive(report):
        screen, values = "g21.case_news", {}
    cause = f"report:{opened.id}:received"
    return write(acting.session, phone, screen, values, purpose=Purpose.CASE, cause=cause, now=acting.now) is not None


def _row(asked: Asked) -> str:
    """The form with what is in it: two clicks are one case, the next caller on a page gone back to is another."""
    told = "\0".join(str(getattr(asked, one.name)) for one in fields(asked) if one.name != "once")
    return f"console:{asked.once[:60]}:{keyed_hash(told, 'grievance.form').hex()}"


def _form(asked: Asked) -> str:
    return f"form:{keyed_hash(_row(asked), 'grievance.form').hex()}"


def _known(session: Session, asked: Asked) -> bool:
    """Whether this very form was filed before."""
    same = keyed_hash(_row(asked), "grievance.inbound")
    return session.scalar(select(Grievance.id).where(Grievance.inbound == same)) is not None


def _remember(acting: Acting, asked: Asked, opened: Opened) -> None:
    """That this form made this case, by the day alone: nothing else leads from the click to an anonymous report."""
    day = hour_unknown(acting.today)
    audit.record(
        acting.session, now=day, actor="anonymous", action="form filed", on=_form(asked), case=f"grievance:{opened.id}"
    )


def _filed_before(session: Session, asked: Asked) -> Filed | None:
    """What this form made when it was sent the first time; two clicks at once wait for one another."""
    form = _form(asked)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(form, 0))))
    detail = session.scalar(select(AuditEntry.detail).where(AuditEntry.object == form).limit(1))
    if detail is None:
        return None
    report = session.get_one(Grievance, int(str(detail["case"]).partition(":")[2]))
    days = days_allowed(programme().categories[report.category], urgent=report.urgency is not None)
    return Filed(report.id, report.number, days, report.due_on)


def _shown(opened: Opened, *, texted: bool = False) -> Filed:
    return Filed(opened.id, opened.number, opened.days, opened.due_on, texted)
