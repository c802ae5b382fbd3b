"""What an officer has to answer by which day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.grievances.assignment import viewer_of
from verify_service.grievances.notify import sensitive
from verify_service.grievances.visibility import seen_by
from verify_service.ground.tables import Grievance, GrievanceEvent, Officer


@dataclass(frozen=True)
class Due:
    """One report and its last day; `category` is empty where the number alone may be shown."""

    number: str
    category: str
    on: dt.date
    urgent: bool
    version: int
    changed_at: dt.datetime


def due_for(session: Session, officer: Officer) -> list[Due]:
    """The open reports of this officer that wait for an answer, as far as the account still sees them."""
    changed = select(func.max(GrievanceEvent.at)).where(GrievanceEvent.grievance_id == Grievance.id).scalar_subquery()
    rows = session.execute(
        select(Grievance, func.coalesce(changed, Grievance.opened_at))
        .where(
            Grievance.assignee_id == officer.id,
            Grievance.closed_at.is_(None),
            Grievance.answered_at.is_(None),
            seen_by(viewer_of(officer)),
        )
        .order_by(Grievance.due_on, Grievance.id)
    )
    return [
        Due(
            report.number,
            "" if sensitive(report) else report.category,
            max(report.due_on, report.promised_on or report.due_on),
            report.urgency is not None,
            report.version,
            changed_at,
        )
        for report, changed_at in rows
    ]
