"""Removals: opened by one officer, agreed by another, told, objected to and decided; and the deaths behind some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for

from verify_service.console.blueprint import acting, blueprint
from verify_service.console.decisions import STATUS
from verify_service.console.fields import options
from verify_service.console.forms import NewRemovalForm, RemovalForm
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Evidence, Removal
from verify_service.labels.codes import verdict_name
from verify_service.labels.reasons import REFUSED, STEPS, reason_name
from verify_service.labels.sent_texts import NOTICE_SENT, NOTICES
from verify_service.labels.standings import REMOVALS
from verify_service.labels.statements import statement_text
from verify_service.languages import month
from verify_service.proposals.review import READS_FIRST, READS_SECOND, DecisionRefusal
from verify_service.removals import deaths as deaths_reported
from verify_service.removals import review, shown
from verify_service.removals.notice import notices
from verify_service.removals.states import RemovalState, death_of
from verify_service.removals.window import last_day

ON_A_PAGE = 50


@blueprint.get("/decisions/removals")
def removals() -> str:
    """The removals in one state, those whose days end first on top."""
    state = next((one for one in RemovalState if one == request.args.get("state")), RemovalState.PROPOSED)
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with acting() as who:
        counts = shown.counts(who)
        found = shown.in_state(who, state, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
        rows = [(row, shown.whom(who, row.enrolment_id), shown.due(row)) for row in found]
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
    )


@blueprint.route("/decisions/removals/find", methods=["GET", "POST"])
def find_removal() -> str:
    """Look for the line of the list that a removal is about; what was looked for stays out of addresses and logs."""
    wanted = request.form.get("wanted", "")[:80]
    found: list[shown.Whom] = []
    too_often = False
    if request.method == "POST":
        with acting() as who:
            lines = review.search(who, wanted)
            found, too_often = [shown.whom(who, line.id) for line in lines or ()], lines is None
    return render_template(
        "console/find_removal.html",
        wanted=wanted,
        found=found,
        asked=request.method == "POST",
        too_often=too_often,
    )


@blueprint.route("/decisions/removals/new", methods=["GET", "POST"])
def new_removal() -> Response:
    """The form that opens a removal: whom it is about, what is known of them, and why."""
    number = request.values.get("enrolment", default=0, type=int)
    if not 0 < number < 10**12:
        abort(404)
    form = NewRemovalForm(reason=request.args.get("reason", ""))
    if request.method == "POST":
        rests_on = tuple(form.evidence.data[: shown.STATEMENTS])
        new = review.NewRemoval(number, form.reason.data, form.first_month(), rests_on, form.note.data)
        with acting() as who:
            made = review.open_removal(who, new)
        if isinstance(made, Removal):
            return make_response(redirect(url_for("console.removal", number=made.id), 303))
        if made is DecisionRefusal.UNKNOWN:
            abort(404)
        return _new(number, form, made)
    return _new(number, form)


def _new(number: int, form: NewRemovalForm, refused: DecisionRefusal | None = None) -> Response:
    with acting() as who:
        line = review.looked_at_line(who, number)
        if line is None:
            abort(404)
        verdict = review.newest_verdict(who.session, line.id)
        months = review.months_for(who.session, line, now=who.now)
        facts: dict[str, Any] = {
            "whom": shown.whom(who, line.id, clear=True),
            "verdict": (verdict.period, verdict_name(verdict.verdict)) if verdict else None,
            "statements": _in_words(shown.statements_about(who.session, line.id)),
            "removed_from": line.removed_from,
            "dead": death_of(who.session, line.worker_id),
            "until": last_day(who.now),
        }
        usual = review.usual_month(months, now=who.now)
    form.month.choices = options((f"{one:%Y-%m}", month(one)) for one in months)
    form.month.data = form.month.data or f"{usual:%Y-%m}"
    refusal = REFUSED[refused] if refused else None
    page = render_template("console/new_removal.html", **facts, form=form, refused=refusal)
    return make_response(page, STATUS.get(refused, 400) if refused else 200)


@blueprint.route("/decisions/removals/<int(max=999999999999):number>", methods=["GET", "POST"])
def removal(number: int) -> Response:
    """One removal with all that was said and sent, in order; `?paper=1` is the same to print."""
    if request.method == "POST":
        return _step(number)
    return _page(number)


def _step(number: int) -> Response:
    form = RemovalForm()
    opinion = form.opinion(number)
    with acting() as who:
        match form.says.data:
            case "agree":
                refused = review.agree(who, opinion)
            case "disagree":
                refused = review.disagree(who, opinion)
            case "withdraw":
                refused = review.withdraw(who, opinion)
            case "told":
                refused = review.told(who, opinion)
            case "objects":
                refused = review.object_to(who, opinion)
            case "keep" | "uphold" as says:
                refused = review.decide(who, opinion, says)
            case _:
                refused = DecisionRefusal.REASON
    if refused is DecisionRefusal.UNKNOWN:
        abort(404)
    if refused is not None:
        return _page(number, refused, form)
    queue.nudge(queue.SEND)
    queue.nudge(queue.RECONCILE)
    return make_response(redirect(url_for("console.removal", number=number), 303))


def _page(number: int, refused: DecisionRefusal | None = None, form: RemovalForm | None = None) -> Response:
    paper = request.args.get("paper") == "1"
    with acting() as who:
        held = review.find(who, number)
        if held is None:
            abort(404)
        facts = _facts(who, held)
        shown.looked_at(who, held)
    page = render_template(
        "console/removal.html",
        removal=held,
        **facts,
        paper=paper,
        refused=REFUSED[refused] if refused else None,
        form=form or RemovalForm(),
    )
    return make_response(page, STATUS.get(refused, 400) if refused else 200)


def _facts(who: Acting, held: Removal) -> dict[str, Any]:
    """What the page of one removal shows; an auditor reads no name, no NIK and no notes."""
    clear = who.viewer.reads_words
    sent = notices(who.session, held)
    decides = review.may_decide(who, held) if held.state in (RemovalState.OBJECTED, RemovalState.APPEALED) else None
    latest = [one for one in sent if one.screen in ("g11.removed", "g20.family", "g26.removal_upheld")]
    return {
        "whom": shown.whom(who, held.enrolment_id, clear=clear),
        "state_name": REMOVALS[RemovalState(held.state)],
        "reason_name": reason_name,
        "statements": _in_words(shown.statements_behind(who.session, held)),
        "verdict": _verdict(held),
        "opener": shown.opener_name(who.session, held),
        "note_of_opener": unseal_or_blank(held.note, "removal.note") if clear else "",
        "events": shown.chronology(who, held),
        "steps": STEPS,
        "sent": sent,
        "notices": NOTICES,
        "sent_words": NOTICE_SENT,
        "untold": held.state in (RemovalState.NOTICED, RemovalState.UPHELD)
        and (held.object_by is None or (bool(latest) and all(one.lost for one in latest))),
        "due": shown.due(held),
        "objection": shown.report_behind(who, held.objection_id),
        "appeal": shown.report_behind(who, held.evidence.get("appeal")),
        "acts": who.viewer.role in READS_FIRST,
        "may_second": held.opened_by_id != who.viewer.id and who.viewer.role in READS_SECOND and not who.viewer.bound,
        "mine": held.opened_by_id == who.viewer.id,
        "not_mine": REFUSED[decides] if decides else None,
        "death": shown.death_behind(who.session, held),
    }


def _in_words(statements: Sequence[Evidence]) -> list[tuple[int, str, dt.datetime]]:
    return [(one.id, statement_text(one.source, one.channel, one.statement), one.received_at) for one in statements]


def _verdict(held: Removal) -> tuple[dt.date, str] | None:
    kept = held.evidence.get("verdict") or {}
    return (dt.date.fromisoformat(kept["period"]), verdict_name(kept["verdict"])) if kept else None


# --- deaths ---


@blueprint.get("/decisions/deaths")
def deaths() -> str:
    """Deaths that are to be checked, the overdue first; and those confirmed for which no removal was opened yet."""
    with acting() as who:
        to_check = deaths_reported.to_check(who, most=4 * ON_A_PAGE)
        confirmed = deaths_reported.confirmed_and_listed(who, most=ON_A_PAGE)
        whom = {
            task.id: shown.whom(who, task.enrolment_id)
            for task in (*to_check, *confirmed)
            if task.enrolment_id is not None
        }
    return render_template(
        "console/deaths.html",
        to_check=to_check,
        confirmed=confirmed,
        whom=whom,
        may_open=who.viewer.role in READS_FIRST,
    )
