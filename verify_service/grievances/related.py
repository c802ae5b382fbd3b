"""What lies around a report: the worker's months, what was said of him, and other reports that may be of one thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, false, or_, select, text
from sqlalchemy.orm import Session

from flows import spelling
from flows.complaints import complaints
from flows.references import worker_code
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer, seen_by
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Enrolment, Evidence, Grievance, Officer, Phone, Worker, all_of
from verify_service.registry.names import masked_name
from verify_service.registry.one_person import workers_of
from verify_service.registry.person_keys import opened

NEIGHBOURS = 8
MONTHS = 6
STATEMENTS = 8
COMPARED = 50  # so many recent reports of the category are compared by their words
ALIKE = 72  # of 100: below it two reports share the words that everybody uses


@dataclass(frozen=True)
class Month:
    """One month of one line of the roster, as list, insurer and people tell it."""

    period: dt.date
    list: str
    insurer: str
    worker: str
    rt_head: str
    verdict: str
    rupiah: int


@dataclass(frozen=True)
class Subject:
    """The worker a report is about: masked, unless the identity is open; with the newest months and statements."""

    masked_name: str
    nik_last4: str
    code: str
    months: tuple[Month, ...]
    said: tuple[Evidence, ...]


@dataclass(frozen=True)
class Other:
    """Another report, as a link shows it, and why it may be of the same thing."""

    id: int
    number: str
    category: str
    state: str
    opened_at: dt.datetime
    why: str = ""  # same_rt | same_phone | same_worker | words
    alike: int = 0


@dataclass(frozen=True)
class Around:
    """Where a report lies, who works on it, and the report it was merged into; each None where there is none."""

    area: Area | None
    assignee: Officer | None
    merged: Grievance | None


def around(session: Session, report: Grievance) -> Around:
    """What a report names by id."""
    return Around(
        session.get(Area, report.kelurahan_code) if report.kelurahan_code else None,
        session.get(Officer, report.assignee_id) if report.assignee_id else None,
        session.get(Grievance, report.merged_into_id) if report.merged_into_id else None,
    )


def subject(session: Session, report: Grievance) -> Subject | None:
    """The worker and his months; None where the report names none."""
    worker = session.get(Worker, report.worker_id) if report.worker_id else None
    if worker is None:
        return None
    months = session.execute(_MONTHS, {"worker": worker.id, "most": MONTHS}).all()
    said = session.scalars(
        select(Evidence)
        .where(Evidence.enrolment_id.in_(select(Enrolment.id).where(Enrolment.worker_id.in_(workers_of(worker.id)))))
        .order_by(Evidence.received_at.desc(), Evidence.id.desc())
        .limit(STATEMENTS)
    ).all()
    return Subject(
        masked_name(worker.name),
        opened(session, worker, "nik")[-4:],
        worker_code(worker.id),
        tuple(Month(*row) for row in months),
        tuple(said),
    )


_MONTHS = text(
    f"""
SELECT verdict.period, verdict.list, verdict.insurer, verdict.worker, verdict.rt_head,
       verdict.verdict, verdict.rupiah
FROM enrolment JOIN verdict ON verdict.enrolment_id = enrolment.id
WHERE enrolment.worker_id IN {all_of(":worker")}
ORDER BY verdict.period DESC, verdict.enrolment_id LIMIT :most
"""  # noqa: S608  # an expression of our own
)
_OTHER = (Grievance.id, Grievance.number, Grievance.category, Grievance.state, Grievance.opened_at)


def neighbours(acting: Acting, report: Grievance) -> tuple[Other, ...]:
    """The newest reports from the same RT, as far as this account may see them."""
    if report.rt is None:
        return ()
    newest = select(*_OTHER).where(_same_rt(report), Grievance.id != report.id, seen_by(acting.viewer))
    rows = acting.session.execute(newest.order_by(Grievance.opened_at.desc(), Grievance.id.desc()).limit(NEIGHBOURS))
    return tuple(Other(*row) for row in rows)


def _same_rt(report: Grievance) -> ColumnElement[bool]:
    place = Grievance.kelurahan_code == report.kelurahan_code
    return and_(place, Grievance.rw == report.rw, Grievance.rt == report.rt)


def similar(acting: Acting, report: Grievance) -> tuple[Other, ...]:
    """Open reports that may be of the same thing: the same phone or worker, the same kind in the same RT, like words.

    A phone or a worker joins only what both told by name: else it would say who told the other one in confidence.
    """
    open_ones = (Grievance.closed_at.is_(None), Grievance.id != report.id, seen_by(acting.viewer))
    found: dict[int, Other] = {}
    for why, condition in _joins(acting.viewer, report):
        rows = acting.session.execute(
            select(*_OTHER).where(condition, *open_ones).order_by(Grievance.id.desc()).limit(10)
        )
        for row in rows:
            found.setdefault(row.id, Other(*row, why=why))
    if acting.viewer.reads_words:
        for other in _by_words(acting.session, report, open_ones):
            found.setdefault(other.id, other)
    return tuple(found.values())[:10]


def _joins(viewer: Viewer, report: Grievance) -> list[tuple[str, ColumnElement[bool]]]:
    joined = report.identity == "normal" and viewer.reads_words  # who sees no identity sees none joined either
    by_name = Grievance.identity == "normal" if joined else false()
    joins = []
    if report.phone_id is not None:
        joins.append(("same_phone", and_(Grievance.phone_id == report.phone_id, by_name)))
    if report.worker_id is not None:
        joins.append(("same_worker", and_(Grievance.worker_id.in_(workers_of(report.worker_id)), by_name)))
    if report.rt is not None:
        joins.append(("same_rt", and_(_same_rt(report), Grievance.category == report.category)))
    return joins


def _by_words(session: Session, report: Grievance, open_ones: Sequence[ColumnElement[bool]]) -> list[Other]:
    """Recent ones of the category whose words are alike, most alike first."""
    mine = unseal_or_blank(report.words, "grievance.words")
    if len(mine.split()) < 3:
        return []
    recent = (
        select(*_OTHER, Grievance.words)
        .where(Grievance.category == report.category, Grievance.words.is_not(None), *open_ones)
        .order_by(Grievance.opened_at.desc(), Grievance.id.desc())
        .limit(COMPARED)
    )
    said, found = _said(mine), []
    for row in session.execute(recent):
        alike = round(fuzz.token_sort_ratio(said, _said(unseal_or_blank(row.words, "grievance.words"))))
        if alike >= ALIKE:
            found.append(Other(row.id, row.number, row.category, row.state, row.opened_at, "words", alike))
    return sorted(found, key=lambda one: -one.alike)


def _said(words: str) -> str:
    """The words as they were meant, however they were spelt."""
    return " ".join(spelling.read(words[:600]).words)


@dataclass(frozen=True)
class Suggestion:
    """What the words of a report seem to be about: for an officer to weigh, never a decision."""

    category: str
    urgency: str = ""


# What is heard in the words, and the category it is filed under.
_HEARD = {
    "death": ("claim", "death"),
    "harm": ("claim", "accident"),
    "money": ("asked_money", ""),
    "claim": ("claim", ""),
    "card": ("card", ""),
    "data": ("wrong_data", ""),
    "unfit": ("wrong_person", ""),
    "listing": ("not_active", ""),
    "service": ("conduct", ""),
}


def suggestion(words: str) -> Suggestion | None:
    """The category that the words suggest; None where they say nothing of any."""
    if not words.strip():
        return None
    for kind in complaints(words[:600]):
        category, urgency = _HEARD[kind]
        if category in programme().categories:
            return Suggestion(category, urgency)
    return None


def masked_phone(session: Session, phone_id: int | None) -> str:
    """A number as its owner would recognise it."""
    phone = session.get(Phone, phone_id) if phone_id else None
    read = read_gateway_phone(unseal_or_blank(phone.number, "phone.number")) if phone else None
    return read.masked if isinstance(read, Number) else ""


def same_as(acting: Acting, phone_id: int | None, worker_id: int | None) -> tuple[Other, ...]:
    """Open reports by this phone or about this worker that were told by name: before the same is filed again."""
    joins = [] if phone_id is None else [Grievance.phone_id == phone_id]
    if worker_id is not None:
        joins.append(Grievance.worker_id.in_(workers_of(worker_id)))
    if not joins:
        return ()
    rows = acting.session.execute(
        select(*_OTHER)
        .where(or_(*joins), Grievance.closed_at.is_(None), Grievance.identity == "normal", seen_by(acting.viewer))
        .order_by(Grievance.id.desc())
        .limit(10)
    )
    return tuple(Other(*row) for row in rows)
