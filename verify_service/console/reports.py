"""Reports that wait for an answer, and the words of one. What is done about them is the desk's, which is to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flask import abort, render_template, request
from flask_login import current_user
from sqlalchemy import func, select

from verify_service import audit
from verify_service.console.access import PATIENCE
from verify_service.console.blueprint import blueprint, viewer
from verify_service.console.wording import ROLES, category_name, identity_name, report_step
from verify_service.grievances.deadlines import city_day
from verify_service.grievances.visibility import seen_by
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance, GrievanceEvent, Phone

ON_A_PAGE = 50


@dataclass(frozen=True)
class Shown:
    """One report on the list; its words and its reporter's number only on a page of its own."""

    id: int
    number: str
    category: str
    urgent: bool
    identity: str
    due_on: dt.date
    late: bool
    words: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@blueprint.get("/reports")
def reports() -> str:
    """The open ones: accidents and deaths first, then whatever is due first."""
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    today = city_day(dt.datetime.now(dt.UTC))
    open_ones = select(Grievance).where(Grievance.closed_at.is_(None), seen_by(viewer()))
    with transaction(seconds=PATIENCE) as session:
        total = session.scalar(select(func.count()).select_from(open_ones.subquery())) or 0
        order = (Grievance.urgency.is_(None), Grievance.due_on, Grievance.id)
        found = session.scalars(open_ones.order_by(*order).offset((page - 1) * ON_A_PAGE).limit(ON_A_PAGE)).all()
        rows = [_shown(row, today) for row in found]
    return render_template(
        "console/reports.html",
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // ON_A_PAGE)),
        role_name=ROLES[current_user.role],
    )


@blueprint.get("/reports/<int(max=999999999999):number>")
def one_report(number: int) -> str:
    """One report with its words and thread, which the trail records."""
    now = dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        held = session.scalar(select(Grievance).where(Grievance.id == number, seen_by(viewer())))
        if held is None:
            abort(404)
        who = f"officer:{current_user.id}"
        audit.record(session, now=now, actor=who, action="report read", on=f"grievance:{held.id}")
        reporter = session.get(Phone, held.phone_id) if held.phone_id else None
        events = session.scalars(
            select(GrievanceEvent).where(GrievanceEvent.grievance_id == held.id).order_by(GrievanceEvent.seq)
        ).all()
        thread = [
            (event.at, report_step(event.kind), _opened(event.words, "grievance_event.words")) for event in events
        ]
        number_of = _opened(reporter.number, "phone.number") if reporter and held.contact != "none" else ""
        shown = _shown(
            held,
            city_day(now),
            words=_opened(held.words, "grievance.words") if viewer().reads_words else "",
            phone=number_of,
        )
    return render_template(
        "console/report.html", report=shown, thread=thread, contact=held.contact, role_name=ROLES[current_user.role]
    )


def _shown(row: Grievance, today: dt.date, *, words: str = "", phone: str = "") -> Shown:
    return Shown(
        row.id,
        row.number,
        category_name(row.category),
        row.urgency is not None,
        identity_name(row.identity),
        row.due_on,
        row.due_on < today,
        words,
        phone,
    )


def _opened(sealed: bytes | None, purpose: str) -> str:
    try:
        return unseal(sealed, purpose) if sealed else ""
    except Unreadable:
        return ""
