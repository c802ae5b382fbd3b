"""What pages show of removals: those in one state, whom each is about, what it rests on, what was said and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import seen_by
from verify_service.ground.programme import programme
from verify_service.ground.tables import Decision, Enrolment, Evidence, Grievance, Officer, Removal, Worker
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.proposals.shown import ReviewNote, said_of
from verify_service.registry.areas import address_words
from verify_service.registry.names import masked_name
from verify_service.registry.nik import Nik
from verify_service.registry.person_keys import opened
from verify_service.removals.review import seen
from verify_service.removals.states import Death, RemovalState, death_of

STATEMENTS: Final = 12  # as many as one decides by


def id_of(acting: Acting, number: str) -> int | None:
    """The removal with this number, where this account may see it."""
    return acting.session.scalar(
        select(Removal.id).join(Enrolment).where(Removal.number == number, seen(acting.viewer))
    )


def counts(acting: Acting) -> dict[str, int]:
    """How many removals this account sees in each state."""
    visible = select(Removal.state, func.count()).join(Enrolment).where(seen(acting.viewer))
    return {row[0]: row[1] for row in acting.session.execute(visible.group_by(Removal.state))}


def in_state(acting: Acting, state: RemovalState, *, first: int, most: int) -> Sequence[Removal]:
    """A page of the removals in this state, those whose days end first on top."""
    wanted = select(Removal).join(Enrolment).where(seen(acting.viewer), Removal.state == state.value)
    ordered = wanted.order_by(Removal.closed_at.desc(), Removal.object_by.nulls_first(), Removal.id)
    return acting.session.scalars(ordered.offset(first).limit(most)).all()


@dataclass(frozen=True)
class Whom:
    """The line of the list that a page is about; in clear where somebody opened it, else masked."""

    enrolment: int
    name: str
    nik: str
    where: str
    row: int
    code: str
    job: str


def whom(acting: Acting, enrolment: int, *, clear: bool = False) -> Whom:
    """Whom this line of the list is about; an auditor reads neither NIK nor code."""
    line = acting.session.get_one(Enrolment, enrolment)
    worker = acting.session.get_one(Worker, line.worker_id)
    nik = opened(acting.session, worker, "nik") if clear or acting.viewer.reads_words else ""
    hidden = f"…{nik[-4:]}" if acting.viewer.reads_words else ""
    return Whom(
        line.id,
        worker.name if clear else masked_name(worker.name),
        str(Nik(nik)) if nik and clear else hidden,
        address_words(acting.session, line.kelurahan_code, line.rt, line.rw),
        line.row,
        worker_code(worker.id) if acting.viewer.reads_words else "",
        line.occupation or "–",
    )


def looked_at(acting: Acting, removal: Removal) -> None:
    """That an officer opened the page of a removal, and saw whom it is about, is kept."""
    action = "identity looked at" if acting.viewer.reads_words else "removal read"
    acting.record(action, f"removal:{removal.id}")


def statements_about(session: Session, enrolment_id: int) -> Sequence[Evidence]:
    """What was said of this line of the list, the newest first."""
    return _statements(session, Evidence.enrolment_id == enrolment_id)


def statements_behind(session: Session, removal: Removal) -> Sequence[Evidence]:
    """The statements a removal rests on, the newest first."""
    return _statements(session, Evidence.id.in_(removal.evidence.get("evidence", [])))


def _statements(session: Session, which: ColumnElement[bool]) -> Sequence[Evidence]:
    return session.scalars(select(Evidence).where(which).order_by(Evidence.id.desc()).limit(STATEMENTS)).all()


def opener_name(session: Session, removal: Removal) -> str:
    """Who proposed the removal."""
    return session.get_one(Officer, removal.opened_by_id).name


def death_behind(session: Session, removal: Removal) -> Death:
    """Whether a death of this worker was confirmed, or is being checked."""
    return death_of(session, session.get_one(Enrolment, removal.enrolment_id).worker_id)


def chronology(acting: Acting, removal: Removal) -> list[ReviewNote]:
    """What officers said, and what came by phone, in order."""
    said = said_of(acting, Decision.removal_id == removal.id)
    by_phone = [
        ReviewNote(at, "", step, "objects", "phone", "")
        for at, step, report in (
            (removal.objected_at, "objection", removal.objection_id),
            (removal.appealed_at, "appeal", removal.evidence.get("appeal")),
        )
        if at is not None and report is not None
    ]
    by_phone.append(
        ReviewNote(removal.opened_at, opener_name(acting.session, removal), "open", "opened", removal.reason, "")
    )
    if removal.state == RemovalState.REMOVED and removal.closed_at is not None:
        by_phone.append(ReviewNote(removal.closed_at, "", "end", "removed", removal.reason, ""))
    return sorted([*said, *by_phone], key=lambda one: one.at)


def report_behind(acting: Acting, grievance_id: int | None) -> Grievance | None:
    """The report that objects, where this account may see it."""
    if grievance_id is None:
        return None
    return acting.session.scalar(select(Grievance).where(Grievance.id == grievance_id, seen_by(acting.viewer)))


def due(removal: Removal) -> dt.date | None:
    """By when somebody has to act: the end of the window, or the day an objection or an appeal is decided by."""
    days = programme().decisions.answer_days
    if removal.state == RemovalState.OBJECTED and removal.objected_at is not None:
        return working_days_after(city_day(removal.objected_at), days)
    if removal.state == RemovalState.APPEALED and removal.appealed_at is not None:
        return working_days_after(city_day(removal.appealed_at), days)
    return removal.object_by if removal.state in (RemovalState.NOTICED, RemovalState.UPHELD) else None
