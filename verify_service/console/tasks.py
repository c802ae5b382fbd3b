"""What is to be done by a day: deaths to check, residents nobody speaks for, RT heads to let in again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service import audit
from verify_service.console.access import PATIENCE
from verify_service.console.blueprint import blueprint, viewer
from verify_service.console.unsorted import waiting
from verify_service.grievances.visibility import in_place
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import Task
from verify_service.labels.codes import ROLES, signal_text
from verify_service.registry.letters import activation_letter
from verify_service.registry.names import masked_name
from verify_service.verification import field_checks
from verify_service.verification.signals import KIND as CHECK_ANSWERS
from verify_service.verification.signals import answered_for

KINDS = {
    "death_reported": lazy_gettext("Reported death: check today"),
    "rt_head_locked": lazy_gettext("RT head locked out"),
    "own_family": lazy_gettext("RT head's own family: confirm"),
    "rt_vacant": lazy_gettext("RT without a head: confirm"),
    "visit": lazy_gettext("Wants no texts: visit"),
    "check_answers": lazy_gettext("Whose answers? Check them"),
}
SAYS = {
    "resident": lazy_gettext("Lives there and works"),
    "moved": lazy_gettext("Has moved away"),
    "deceased": lazy_gettext("Has died"),
    "unknown": lazy_gettext("Nobody knows them"),
    "not_working": lazy_gettext("Lives there, works no more"),
    "now_employed": lazy_gettext("Is an employee now"),
}
HOW = {
    "confirmed": lazy_gettext("confirmed"),
    "not so": lazy_gettext("not so"),
    "done": lazy_gettext("done"),
    "withdrawn": lazy_gettext("withdrawn"),
}
ON_A_PAGE = 50

_PAGE = text(
    """
SELECT task.id, task.kind, task.due_on, task.opened_at, task.rt, task.rw, area.kelurahan,
       coalesce(worker.name, rt_head.name, '-') AS name, worker.nik_last4, worker.id AS worker, task.detail
FROM task
LEFT JOIN area ON area.kelurahan_code = task.kelurahan_code
LEFT JOIN enrolment ON enrolment.id = task.enrolment_id
LEFT JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN rt_head ON rt_head.id = task.rt_head_id
WHERE task.closed_at IS NULL AND (CAST(:kind AS text) IS NULL OR task.kind = :kind)
  AND (NOT :bound OR task.kelurahan_code = :area OR starts_with(task.kelurahan_code, :area || '.'))
ORDER BY task.due_on, task.id LIMIT :size OFFSET :skip
"""
)


@blueprint.get("/tasks")
def tasks() -> str:
    """The list, the most urgent first; names are masked here, whoever opens one sees whom it is about.

    An account of one place sees what lies there; an auditor reads what is to be done, and about nobody.
    """
    kind = request.args.get("kind")
    kind = kind if kind in KINDS else None
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with transaction(seconds=PATIENCE) as session:
        counts = _counts(session)
        place = {"bound": viewer().bound, "area": viewer().area}
        asked = {"kind": kind, "size": ON_A_PAGE, "skip": (page - 1) * ON_A_PAGE}
        rows = session.execute(_PAGE, asked | place).all()
        triage = waiting(session)
    total = counts.get(kind, 0) if kind else sum(counts.values())
    return render_template(
        "console/tasks.html",
        rows=rows,
        counts=counts,
        kinds=KINDS,
        kind=kind,
        triage=triage,
        total=total,
        page=page,
        pages=max(1, -(-total // ON_A_PAGE)),
        today=_today(),
        masked_name=masked_name,
        signal_text=signal_text,
        worker_code=worker_code,
        names=viewer().reads_words,
        role_name=ROLES[current_user.role],
    )


@blueprint.route("/tasks/<int(max=999999999999):number>", methods=["GET", "POST"])
def task(number: int) -> Response:
    """One task, with whom it is about; settling it goes back to the list."""
    if request.method == "POST":
        return _settle(number)
    now = dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        held = _seen(session, number)
        if viewer().reads_words:
            about = field_checks.particulars(session, held, by=_by(), now=now)
            answered = answered_for(session, held.detail) if held.kind == CHECK_ANSWERS else []
        else:
            audit.record(session, now=now, actor=_by(), action="task read", on=held.subject, task=held.id)
            about, answered = field_checks.place_alone(session, held), []
    page = render_template(
        "console/task.html",
        task=held,
        about=about,
        answered=answered,
        signal=signal_text(held.detail) if held.kind == CHECK_ANSWERS else "",
        kind_name=KINDS.get(held.kind, held.kind),
        says=SAYS,
        settled_how=HOW.get(held.closed_how or "", held.closed_how),
        residents=field_checks.ABOUT_RESIDENTS,
        today=_today(),
        role_name=ROLES[current_user.role],
    )
    return make_response(page)


def _settle(number: int) -> Response:
    answer, now = request.form.get("answer", ""), dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        held = _seen(session, number)
        if held.kind == "death_reported" and answer in (*field_checks.HOW_CONFIRMED, "not_so"):
            done = field_checks.settle_death(session, held, confirmed=answer != "not_so", how=answer, by=_by(), now=now)
        elif held.kind == "rt_head_locked" and answer == "let_in":
            done = field_checks.let_in_again(session, held, by=_by(), now=now)
        elif held.kind in field_checks.ABOUT_RESIDENTS and answer in SAYS:
            done = field_checks.settle_resident(session, held, says=answer, by=_by(), now=now)
        elif held.kind == CHECK_ANSWERS and answer in ("genuine", "not_genuine"):
            done = field_checks.settle_signal(session, held, genuine=answer == "genuine", by=_by(), now=now)
        else:
            abort(400)
    queue.nudge(queue.RECONCILE)
    queue.nudge(queue.SEND)
    stays = answer == "let_in" or not done  # somebody else was quicker: the page says how it was settled
    return make_response(redirect(url_for("console.task", number=number) if stays else url_for("console.tasks"), 303))


@blueprint.get("/tasks/<int(max=999999999999):number>/letter")
def letter(number: int) -> Response:
    """The new activation letter of an RT head who was let in again, to print and hand over."""
    with transaction(seconds=PATIENCE) as session:
        held = _seen(session, number)
        if held.rt_head_id is None or held.closed_at is None or not current_user.role.writes:
            abort(404)
        page = activation_letter(session, held.rt_head_id, now=dt.datetime.now(dt.UTC), actor=_by())
    response = make_response(page)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _seen(session: Session, number: int) -> Task:
    """The task, where it lies in this account's place; else there is none."""
    held = session.scalar(select(Task).where(Task.id == number, in_place(viewer(), Task.kelurahan_code)))
    if held is None:
        abort(404)
    return held


def _counts(session: Session) -> dict[str, int]:
    mine = (Task.closed_at.is_(None), in_place(viewer(), Task.kelurahan_code))
    rows = session.execute(select(Task.kind, func.count()).where(*mine).group_by(Task.kind))
    return {row[0]: row[1] for row in rows}


def _by() -> str:
    return f"officer:{current_user.id}"


def _today() -> Any:
    return dt.datetime.now(programme().zone).date()
