"""Removals: opened by one officer, agreed by another, told, objected to and decided; and the deaths behind some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service import audit
from verify_service.console.access import PATIENCE
from verify_service.console.blueprint import acting, blueprint, row_of, viewer
from verify_service.console.decisions import STATUS
from verify_service.grievances.actions import Acting
from verify_service.grievances.visibility import in_place, seen_by
from verify_service.ground import queue
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import (
    Area,
    Decision,
    Enrolment,
    Evidence,
    Grievance,
    Officer,
    Removal,
    Task,
    Worker,
)
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.labels.codes import ROLES, verdict_name
from verify_service.labels.reasons import NOTICES, REFUSED, REMOVALS, SENT, STEPS, reason_name, statement_text
from verify_service.proposals.review import READS_FIRST, READS_SECOND, Refused, Said, said_of
from verify_service.registry.names import masked_name
from verify_service.registry.nik import Nik
from verify_service.removals import review
from verify_service.removals.notice import notices
from verify_service.removals.states import RemovalState, death_of
from verify_service.removals.window import last_day

ON_A_PAGE = 50
SHOWN = 12  # as many statements as one decides by
AFTER_DEATH = dt.timedelta(days=366)  # so long a confirmed death is offered for a removal


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


@blueprint.get("/decisions/removals")
def removals() -> str:
    """The removals in one state, those whose days end first on top."""
    state = next((one for one in RemovalState if one == request.args.get("state")), RemovalState.PROPOSED)
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    who = acting()
    with transaction(seconds=PATIENCE) as session:
        visible = review.seen(who.viewer)
        counts = _counts(session, visible)
        wanted = select(Removal).join(Enrolment).where(visible, Removal.state == state.value)
        wanted = wanted.order_by(Removal.closed_at.desc(), Removal.object_by.nulls_first(), Removal.id)
        rows = [
            (row, _whom(session, row.enrolment_id, clear=False), _due(row))
            for row in session.scalars(wanted.offset((page - 1) * ON_A_PAGE).limit(ON_A_PAGE))
        ]
    return render_template(
        "console/removals.html",
        rows=rows,
        counts=counts,
        states=REMOVALS,
        state=state,
        page=page,
        pages=max(1, -(-counts.get(state, 0) // ON_A_PAGE)),
        reason_name=reason_name,
        may_open=who.viewer.role in READS_FIRST,
        today=city_day(who.now),
        role_name=ROLES[current_user.role],
    )


@blueprint.route("/decisions/removals/find", methods=["GET", "POST"])
def find_removal() -> str:
    """Look for the line of the list that a removal is about; what was looked for stays out of addresses and logs."""
    wanted = request.form.get("wanted", "")[:80]
    who = acting()
    found: list[Whom] = []
    if request.method == "POST":
        with transaction(seconds=PATIENCE) as session:
            lines = review.search(session, who.viewer, wanted)
            found = [_whom(session, line.id, clear=False) for line in lines]
            audit.record(session, now=who.now, actor=who.by, action="list searched", on="roster", found=len(found))
    return render_template(
        "console/find_removal.html",
        wanted=wanted,
        found=found,
        asked=request.method == "POST",
        role_name=ROLES[current_user.role],
    )


@blueprint.route("/decisions/removals/new", methods=["GET", "POST"])
def new_removal() -> Response:
    """The form that opens a removal: whom it is about, what is known of them, and why."""
    number = request.values.get("enrolment", default=0, type=int)
    if not 0 < number < 10**12:
        abort(404)
    if request.method == "POST":
        new = review.NewRemoval(
            number,
            request.form.get("reason", ""),
            _month(request.form.get("month", "")),
            tuple(row_of(one) for one in request.form.getlist("evidence")[:SHOWN]),
            request.form.get("note", ""),
        )
        with transaction(seconds=PATIENCE) as session:
            made = review.open_removal(session, acting(), new)
        if isinstance(made, Removal):
            return make_response(redirect(url_for("console.removal", number=made.id), 303))
        if made is Refused.UNKNOWN:
            abort(404)
        return _form(number, made)
    return _form(number)


def _form(number: int, refused: Refused | None = None) -> Response:
    who = acting()
    with transaction(seconds=PATIENCE) as session:
        line = review.enrolment_seen(session, who.viewer, number)
        if line is None:
            abort(404)
        audit.record(session, now=who.now, actor=who.by, action="identity looked at", on=f"enrolment:{line.id}")
        verdict = review.newest_verdict(session, line.id)
        months = review.months_for(session, line, now=who.now)
        facts: dict[str, Any] = {
            "whom": _whom(session, line.id, clear=True),
            "verdict": (verdict.period, verdict_name(verdict.verdict)) if verdict else None,
            "statements": _statements(session, Evidence.enrolment_id == line.id),
            "months": months,
            "usual": review.usual_month(months, now=who.now),
            "removed_from": line.removed_from,
            "dead": death_of(session, line.worker_id),
            "until": last_day(who.now),
        }
    page = render_template(
        "console/new_removal.html",
        **facts,
        reasons=programme().decisions.reasons_remove,
        reason_name=reason_name,
        refused=REFUSED[refused] if refused else None,
        typed=request.values,
        chosen=request.form.getlist("evidence"),
        role_name=ROLES[current_user.role],
    )
    return make_response(page, STATUS.get(refused, 400) if refused else 200)


@blueprint.route("/decisions/removals/<int(max=999999999999):number>", methods=["GET", "POST"])
def removal(number: int) -> Response:
    """One removal with all that was said and sent, in order; `?paper=1` is the same to print."""
    if request.method == "POST":
        return _step(number)
    return _page(number)


def _step(number: int) -> Response:
    form, who = request.form, acting()
    version, note = form.get("version", default=0, type=int), form.get("note", "")
    with transaction(seconds=PATIENCE) as session:
        match form.get("says", ""):
            case "agree":
                refused = review.agree(session, who, number, version, note)
            case "disagree":
                refused = review.disagree(session, who, number, version, note)
            case "withdraw":
                refused = review.withdraw(session, who, number, version, note)
            case "told":
                refused = review.told(session, who, number, version, form.get("how_told", ""), note)
            case "objects":
                refused = review.object_to(session, who, number, version, form.get("how_objects", ""), note)
            case "keep" | "uphold" as says:
                reason = form.get(f"reason_{says}", "")
                refused = review.decide(session, who, number, version, says, reason, note)
            case _:
                refused = Refused.REASON
    if refused is Refused.UNKNOWN:
        abort(404)
    if refused is not None:
        return _page(number, refused, form)
    queue.nudge(queue.SEND)
    queue.nudge(queue.RECONCILE)
    return make_response(redirect(url_for("console.removal", number=number), 303))


def _page(number: int, refused: Refused | None = None, typed: Mapping[str, str] | None = None) -> Response:
    who = acting()
    paper = request.args.get("paper") == "1"
    with transaction(seconds=PATIENCE) as session:
        held = review.find(session, who.viewer, number)
        if held is None:
            abort(404)
        facts = _facts(session, who, held)
        action = "identity looked at" if who.viewer.reads_words else "removal read"
        audit.record(session, now=who.now, actor=who.by, action=action, on=f"removal:{held.id}")
    page = render_template(
        "console/removal.html",
        removal=held,
        **facts,
        paper=paper,
        refused=REFUSED[refused] if refused else None,
        typed=typed or {},
        today=city_day(who.now),
        role_name=ROLES[current_user.role],
    )
    return make_response(page, STATUS.get(refused, 400) if refused else 200)


def _facts(session: Session, who: Acting, held: Removal) -> dict[str, Any]:
    """What the page of one removal shows; an auditor reads no name, no NIK and no notes."""
    clear = who.viewer.reads_words
    sent = notices(session, held)
    decides = (
        review.may_decide(session, who, held) if held.state in (RemovalState.OBJECTED, RemovalState.APPEALED) else None
    )
    latest = [one for one in sent if one.screen in ("g11.removed", "g20.family", "g26.removal_upheld")]
    return {
        "whom": _whom(session, held.enrolment_id, clear=clear),
        "state_name": REMOVALS[RemovalState(held.state)],
        "reason_name": reason_name,
        "statements": _statements(session, Evidence.id.in_(held.evidence.get("evidence", []))),
        "verdict": _verdict(held),
        "opener": session.get_one(Officer, held.opened_by_id).name,
        "note_of_opener": unseal_or_blank(held.note, "removal.note") if clear else "",
        "events": _chronology(session, who, held),
        "steps": STEPS,
        "sent": sent,
        "notices": NOTICES,
        "sent_words": SENT,
        "untold": held.state in (RemovalState.NOTICED, RemovalState.UPHELD)
        and (held.object_by is None or (bool(latest) and all(one.lost for one in latest))),
        "due": _due(held),
        "objection": _report(session, who, held.objection_id),
        "appeal": _report(session, who, held.evidence.get("appeal")),
        "acts": who.viewer.role in READS_FIRST,
        "may_second": held.opened_by_id != who.viewer.id and who.viewer.role in READS_SECOND and not who.viewer.bound,
        "mine": held.opened_by_id == who.viewer.id,
        "not_mine": REFUSED[decides] if decides else None,
        "ways": review.WAYS,
        "keeps": review.KEEPS,
        "reasons": programme().decisions.reasons_remove,
        "death": death_of(session, session.get_one(Enrolment, held.enrolment_id).worker_id),
    }


def _chronology(session: Session, who: Acting, held: Removal) -> list[Said]:
    """What officers said, and what came by phone, in order."""
    said = said_of(session, who.viewer, Decision.removal_id == held.id)
    by_phone = [
        Said(at, "", step, "objects", "phone", "")
        for at, step, report in (
            (held.objected_at, "objection", held.objection_id),
            (held.appealed_at, "appeal", held.evidence.get("appeal")),
        )
        if at is not None and report is not None
    ]
    by_phone.append(
        Said(held.opened_at, session.get_one(Officer, held.opened_by_id).name, "open", "opened", held.reason, "")
    )
    if held.state == RemovalState.REMOVED and held.closed_at is not None:
        by_phone.append(Said(held.closed_at, "", "end", "removed", held.reason, ""))
    return sorted([*said, *by_phone], key=lambda one: one.at)


def _report(session: Session, who: Acting, number: int | None) -> Grievance | None:
    """The report that objects, where this account may see it."""
    if number is None:
        return None
    return session.scalar(select(Grievance).where(Grievance.id == number, seen_by(who.viewer)))


def _due(held: Removal) -> dt.date | None:
    """By when somebody has to act: the end of the window, or the day an objection or an appeal is decided by."""
    days = programme().decisions.answer_days
    if held.state == RemovalState.OBJECTED and held.objected_at is not None:
        return working_days_after(city_day(held.objected_at), days)
    if held.state == RemovalState.APPEALED and held.appealed_at is not None:
        return working_days_after(city_day(held.appealed_at), days)
    return held.object_by if held.state in (RemovalState.NOTICED, RemovalState.UPHELD) else None


def _verdict(held: Removal) -> tuple[dt.date, str] | None:
    kept = held.evidence.get("verdict") or {}
    return (dt.date.fromisoformat(kept["period"]), verdict_name(kept["verdict"])) if kept else None


def _statements(session: Session, which: ColumnElement[bool]) -> list[tuple[int, str, dt.datetime]]:
    rows = session.scalars(select(Evidence).where(which).order_by(Evidence.id.desc()).limit(SHOWN))
    return [(row.id, statement_text(row.source, row.channel, row.statement), row.received_at) for row in rows]


def _counts(session: Session, visible: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(Removal.state, func.count()).join(Enrolment).where(visible).group_by(Removal.state))
    return {row[0]: row[1] for row in rows}


def _whom(session: Session, enrolment: int, *, clear: bool) -> Whom:
    line = session.get_one(Enrolment, enrolment)
    worker = session.get_one(Worker, line.worker_id)
    area = session.get(Area, line.kelurahan_code) if line.kelurahan_code else None
    nik = unseal_or_blank(worker.nik, "worker.nik") if clear else ""
    hidden = "" if not viewer().reads_words else f"…{worker.nik_last4}"
    return Whom(
        line.id,
        worker.name if clear else masked_name(worker.name),
        str(Nik(nik)) if nik else hidden,
        f"{area.kelurahan if area else '–'} RT {line.rt or '–'}/RW {line.rw or '–'}",
        line.row,
        worker_code(worker.id) if viewer().reads_words else "",
        line.occupation or "–",
    )


def _month(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


# --- deaths ---


@blueprint.get("/decisions/deaths")
def deaths() -> str:
    """Deaths that are to be checked, the overdue first; and those confirmed for which no removal was opened yet."""
    who = acting()
    with transaction(seconds=PATIENCE) as session:
        reported = select(Task).where(Task.kind == "death_reported", in_place(who.viewer, Task.kelurahan_code))
        to_check = session.scalars(
            reported.where(Task.closed_at.is_(None)).order_by(Task.due_on, Task.id).limit(4 * ON_A_PAGE)
        ).all()
        started = select(Removal.id).where(Removal.enrolment_id == Task.enrolment_id)
        listed = select(Enrolment.id).where(Enrolment.id == Task.enrolment_id, Enrolment.removed_from.is_(None))
        confirmed = session.scalars(
            reported.where(Task.closed_how == "confirmed", Task.closed_at > who.now - AFTER_DEATH)
            .where(~started.exists(), listed.exists())
            .order_by(Task.closed_at, Task.id)
            .limit(ON_A_PAGE)
        ).all()
        whom = {
            task.id: _whom(session, task.enrolment_id, clear=False)
            for task in (*to_check, *confirmed)
            if task.enrolment_id is not None
        }
    return render_template(
        "console/deaths.html",
        to_check=to_check,
        confirmed=confirmed,
        whom=whom,
        may_open=who.viewer.role in READS_FIRST,
        today=city_day(who.now),
        role_name=ROLES[current_user.role],
    )
