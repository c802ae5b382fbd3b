"""Opening a report: once for each thing said, with a number, a class and a deadline."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.grievances.clock import Clock, Pause, days_allowed, deadlines
from verify_service.grievances.numbers import new_number
from verify_service.ground.crypto import keyed_hash, seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, GrievanceEvent
from verify_service.ground.working_days import city_day, working_days_after

_BY_CHANCE: Final = 10**17
CITIZENS: Final = frozenset({"reporter", "somebody with the number"})
SECRET, ANONYMOUS = "secret", "anonymous"
TYPED: Final = ("call", "counter")  # channels by which an officer wrote down who reports
CONDUCT = {"rt_rw": "rt_conduct", "officer": "conduct"}  # whose conduct it is about decides before what it is about


@dataclass(frozen=True)
class NewGrievance:
    """What somebody reports. `inbound` names the row it came from; `once`, while open, what there is only one of."""

    category: str
    origin: str
    channel: str
    inbound: str
    words: str = field(default="", repr=False)
    identity: str = SECRET
    urgency: str = ""
    about: str = ""
    what: str = ""  # which of the data, or what is wanted of it
    once: str = ""
    language: str | None = None
    phone_id: int | None = None
    worker_id: int | None = None
    reporter: str = field(default="", repr=False)  # the name a caller or a visitor gives
    kelurahan_code: str | None = None  # where no worker says it
    by: str = ""  # who opened it, where no phone did: officer:ID, api_key:ID

    @property
    def anonymous(self) -> bool:
        return self.identity == ANONYMOUS


@dataclass(frozen=True)
class Opened:
    """A report as its number shows it; `new` is False where the same was open already."""

    id: int
    number: str
    days: int
    due_on: dt.date
    new: bool


def open_grievance(session: Session, report: NewGrievance, *, now: dt.datetime) -> Opened:
    """Open it, or find the one that is open already.

    An anonymous one keeps neither phone, worker, area nor the hour.
    """
    known = _open_already(session, report)
    if known is not None:
        return _again(session, known, report, now)
    made = _new(session, report, now)
    if made is not None:
        return _opened(made, new=True)
    known = _open_already(session, report)  # another phone was first, at this very moment
    if known is None:
        raise RuntimeError("a report is neither open nor new")
    return _again(session, known, report, now)


def _new(session: Session, report: NewGrievance, now: dt.datetime) -> Grievance | None:
    """The row of a new report; None when the same was opened meanwhile."""
    name, about = filed_under(report.category, report.about)
    category = programme().categories[name]
    day = city_day(now)
    clock = clock_of(name, day, urgent=bool(report.urgency))
    ends = deadlines(clock, today=day)
    opened_at = hour_unknown(day) if report.anonymous else now
    row = {
        "number": new_number(session, "grievance"),
        "category": name,
        "urgency": report.urgency or None,
        "identity": report.identity,
        "about": about or None,
        "restricted": category.restricted,
        "origin": report.origin,
        "field": report.what or None,
        "words": seal(report.words, "grievance.words") if report.words else None,
        "language": report.language,
        "channel": report.channel,
        "inbound": _trace(report),
        "once": report.once or None,
        "opened_at": opened_at,
        "verify_by": working_days_after(day, programme().sla.verification),
        "due_on": ends.due_on,
        "risk_on": ends.risk_on,
        "next_on": ends.due_on,
        "unit": category.unit,
        **({"id": chance_id()} if report.anonymous else _whose(session, report)),
    }
    made = session.scalars(insert(Grievance).on_conflict_do_nothing().returning(Grievance), row).first()
    if made is None:
        return None
    if not report.anonymous:  # its place in the trail would tell between which others it came: it is written later
        by = report.by or (f"phone:{report.phone_id}" if report.phone_id else report.channel)
        audit.record(session, now=opened_at, actor=by, action="report opened", on=f"grievance:{made.id}")
    note(session, made, "received", Spoken("reporter", report.channel, now))
    return made


def filed_under(category: str, about: str) -> tuple[str, str]:
    """The category that a report is kept under, and whom it is about, "" for nobody.

    What is told about somebody is filed under their conduct; what is filed under somebody's conduct is about them,
    whoever wrote it down.
    """
    if about:
        return CONDUCT[about], about
    return category, next((whose for whose, conduct in CONDUCT.items() if conduct == category), "")


def clock_of(category: str, start: dt.date, *, urgent: bool, pauses: tuple[Pause, ...] = ()) -> Clock:
    """The clock of a report of this category, started on this day."""
    kind = programme().categories[category]
    return Clock(
        start,
        days_allowed(kind, urgent=urgent),
        pauses,
        calendar=kind.sla == "data_days" and not urgent,
    )


def chance_id() -> int:
    """An id that says nothing of when; far above those in order."""
    return _BY_CHANCE + secrets.randbelow(_BY_CHANCE)


@dataclass(frozen=True)
class Spoken:
    """What somebody said or did about a report: who (officer:ID, reporter, clock), over which channel and when.

    `words` are what was said, "" where nothing was; `inbound` names the row it came in by, so that a repeat is known.
    """

    by: str
    channel: str
    at: dt.datetime
    words: str = field(default="", repr=False)
    inbound: str = ""


def note(
    session: Session, report: Grievance, kind: str, spoken: Spoken, detail: Mapping[str, Any] | None = None
) -> bool:
    """Put one thing into the thread; False when what came in by that row is there already.

    The report is locked for it: two at once would take the same place. Of what an anonymous reporter said the hour
    is not kept, nor anything of the row.
    """
    anonymous = report.identity == ANONYMOUS
    traceless = anonymous and spoken.by in CITIZENS
    session.execute(select(Grievance.id).where(Grievance.id == report.id).with_for_update())
    row: dict[str, Any] = {
        "grievance_id": report.id,
        "seq": select(func.coalesce(func.max(GrievanceEvent.seq), 0) + 1)
        .where(GrievanceEvent.grievance_id == report.id)
        .scalar_subquery(),
        "at": hour_unknown(city_day(spoken.at)) if traceless else spoken.at,
        "kind": kind,
        "by": spoken.by,
        "channel": spoken.channel,
        "words": seal(spoken.words, "grievance_event.words") if spoken.words else None,
        "detail": dict(detail or {}),
        "inbound": None if not spoken.inbound or traceless else keyed_hash(spoken.inbound, "grievance_event.inbound"),
        **({"id": chance_id()} if anonymous else {}),
    }
    adding = insert(GrievanceEvent).on_conflict_do_nothing(index_elements=[GrievanceEvent.inbound])
    return session.scalar(adding.values(row).returning(GrievanceEvent.id)) is not None


def _open_already(session: Session, report: NewGrievance) -> Grievance | None:
    """The same report, said before: from the same row, or while only one of its kind is kept open."""
    if report.anonymous:  # nothing leads from a phone to it; that a hop counts once is its conversation's affair
        return None
    same = keyed_hash(report.inbound, "grievance.inbound")
    known = session.scalar(select(Grievance).where(Grievance.inbound == same))
    if known is None and report.once:
        known = session.scalar(select(Grievance).where(Grievance.once == report.once, Grievance.closed_at.is_(None)))
    return known


def _again(session: Session, known: Grievance, report: NewGrievance, now: dt.datetime) -> Opened:
    """Somebody said it once more while it is open: that is news for its officer, not another report."""
    if known.inbound != keyed_hash(report.inbound, "grievance.inbound"):
        note(session, known, "repeated", Spoken("reporter", report.channel, now, report.words, report.inbound))
    return _opened(known, new=False)


_WHERE = text(
    """
SELECT kelurahan_code, rw, rt FROM enrolment WHERE worker_id = :worker ORDER BY id DESC LIMIT 1
"""
)


def _whose(session: Session, report: NewGrievance) -> dict[str, int | str | bytes | None]:
    """Who reports, and where they are listed."""
    area = session.execute(_WHERE, {"worker": report.worker_id}).first() if report.worker_id else None
    kelurahan, rw, rt = area or (report.kelurahan_code, None, None)
    return {
        "reporter": seal(report.reporter, "grievance.reporter") if report.reporter else None,
        "phone_id": report.phone_id,
        "worker_id": report.worker_id,
        "kelurahan_code": kelurahan,
        "rw": rw,
        "rt": rt,
    }


def _trace(report: NewGrievance) -> bytes:
    """By what the row it came from is recognised; of an anonymous one by nothing, with whatever keys."""
    return secrets.token_bytes(16) if report.anonymous else keyed_hash(report.inbound, "grievance.inbound")


def hour_unknown(day: dt.date) -> dt.datetime:
    """Midnight of the day: an exact time would lead to the call it came in."""
    return dt.datetime.combine(day, dt.time(), programme().zone)


def _opened(row: Grievance, *, new: bool) -> Opened:
    category = programme().categories[row.category]
    days = days_allowed(category, urgent=row.urgency is not None)
    return Opened(row.id, row.number, days, row.due_on, new)
