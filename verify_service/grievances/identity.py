"""Who reported: opened only with a reason, which is kept in the thread and counted, and for a while only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal, open_case, record
from verify_service.grievances.opening import ANONYMOUS, note
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Grievance, GrievanceEvent, Phone, Worker
from verify_service.registry.person_keys import opened

IDENTITY_FOR = dt.timedelta(minutes=30)  # so long an identity that was opened stays open to that officer


@dataclass(frozen=True)
class Identity:
    """Who reported, in clear: shown to an officer who gave a reason, which thread and trail keep."""

    name: str
    phone: str
    nik_last4: str = ""


def open_identity(acting: Acting, case: int, reason: str) -> Refusal | None:
    """Look at who reported: only with a reason, which is kept and counted. Of an anonymous one there is none."""
    report = open_case(acting, case, None)
    if isinstance(report, Refusal):
        return report
    if report.identity == ANONYMOUS:
        return Refusal.ANONYMOUS
    if len(reason.strip()) < 5:
        return Refusal.INPUT
    note(acting.session, report, "identity", acting.spoken(reason.strip()))
    record(acting, report, "identity opened")
    return None


def times_opened(session: Session, report: Grievance) -> int:
    """How often anybody opened the identity behind a report."""
    opened = select(func.count()).where(GrievanceEvent.grievance_id == report.id, GrievanceEvent.kind == "identity")
    return session.scalar(opened) or 0


def identity_opened(acting: Acting, report: Grievance) -> Identity | None:
    """Who reported, while this officer has it open; None otherwise."""
    lately = select(GrievanceEvent.id).where(
        GrievanceEvent.grievance_id == report.id,
        GrievanceEvent.kind == "identity",
        GrievanceEvent.by == acting.by,
        GrievanceEvent.at > acting.now - IDENTITY_FOR,
    )
    if acting.session.scalar(lately.limit(1)) is None:
        return None
    worker = acting.session.get(Worker, report.worker_id) if report.worker_id else None
    wanted = report.contact != "none"  # who wants no call and no text is not to be called by mistake
    phone = acting.session.get(Phone, report.phone_id) if report.phone_id and wanted else None
    return Identity(
        name=unseal_or_blank(report.reporter, "grievance.reporter") or (worker.name if worker else ""),
        phone=unseal_or_blank(phone.number, "phone.number") if phone else "",
        nik_last4=opened(acting.session, worker, "nik")[-4:] if worker else "",
    )
