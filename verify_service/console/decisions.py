"""The waiting list of proposals: read by two officers, decided in the published order, for the next decree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from flows.references import read_reference
from verify_service.accounts.officers import Role
from verify_service.console.blueprint import acting, blueprint
from verify_service.console.forms import ProposalForm
from verify_service.console.lists import as_csv
from verify_service.grievances.acting import Acting
from verify_service.grievances.numbers import full_number
from verify_service.ground import queue
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Proposal
from verify_service.ground.working_days import city_day
from verify_service.labels.reasons import (
    CRITERIA,
    FINDINGS,
    JOBS,
    PRIORITY,
    PROPOSERS,
    REFUSED,
    SOURCES,
    STEPS,
    criterion_text,
    reason_name,
)
from verify_service.labels.standings import PROPOSALS
from verify_service.proposals import review as desk
from verify_service.proposals import shown
from verify_service.proposals.criteria import criteria_of
from verify_service.proposals.places import places
from verify_service.proposals.priority import age_of, points_for, standing_of
from verify_service.proposals.review import DecisionRefusal, ProposalState
from verify_service.registry.areas import address_words, kelurahan_names
from verify_service.registry.names import masked_name
from verify_service.registry.nik import Nik
from verify_service.removals import shown as removals

ON_A_PAGE = 50
_TAKEN = (
    DecisionRefusal.CHANGED,
    DecisionRefusal.STEP,
    DecisionRefusal.FULL,
    DecisionRefusal.TWICE,
    DecisionRefusal.DEATH,
    DecisionRefusal.CHECKED,
)
_NOT_THEIRS = (
    DecisionRefusal.OWN,
    DecisionRefusal.NOT_CITY,
    DecisionRefusal.SUPERVISOR,
    DecisionRefusal.WAITING,
    DecisionRefusal.ONE_HAND,
)
STATUS = {**dict.fromkeys(_TAKEN, 409), **dict.fromkeys(_NOT_THEIRS, 403)}  # whatever else is wrong with a form: 400


@blueprint.get("/decisions")
def decisions() -> Response | str:
    """The waiting list in its published order, with the places that are left; or what the number asked for leads to."""
    asked = request.args.get("number", "").strip()[:20]
    found = _page_of(asked) if asked else None
    if found is not None:
        return make_response(redirect(found, 303))
    state = next((one for one in ProposalState if one == request.args.get("state")), ProposalState.RECEIVED)
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with acting() as who:
        counts = shown.counts(who)
        rows = shown.waiting_list(who, state, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
        areas = kelurahan_names(who.session, (row.kelurahan_code for row in rows))
        held = places(who.session, today=who.today)
    return render_template(
        "console/decisions.html",
        rows=rows,
        areas=areas,
        counts=counts,
        states=PROPOSALS,
        state=state,
        page=page,
        pages=max(1, -(-counts.get(state, 0) // ON_A_PAGE)),
        places=held,
        rule=_rule(),
        jobs=JOBS,
        proposers=PROPOSERS,
        masked_name=masked_name,
        asked=asked,
    )


def _page_of(asked: str) -> str | None:
    """The page of the proposal or the removal with this number, where this account may see it."""
    body = read_reference(asked)
    if body is None:
        return None
    number = full_number(body)
    with acting() as who:
        one = shown.id_of(who, number)
        if one is not None:
            return url_for("console.proposal", number=one)
        other = removals.id_of(who, number)
    return url_for("console.removal", number=other) if other is not None else None


@blueprint.route("/decisions/<int(max=999999999999):number>", methods=["GET", "POST"])
def proposal(number: int) -> Response:
    """One proposal, criterion by criterion; what is said of it here goes on record under the officer's name."""
    if request.method == "POST":
        return _decide(number)
    return _page(number)


def _decide(number: int) -> Response:
    form = ProposalForm()
    opinion = form.opinion(number)
    with acting() as who:
        match form.says.data:
            case "accept" | "refuse" as says:
                refused = desk.read_first(who, opinion, says)
            case "ask":
                refused = desk.ask(who, opinion)
            case "heard":
                refused = desk.answered(who, opinion)
            case "agree":
                refused = desk.agree(who, opinion)
            case "disagree":
                refused = desk.disagree(who, opinion)
            case _:
                refused = DecisionRefusal.REASON
    if refused is DecisionRefusal.UNKNOWN:
        abort(404)
    if refused is not None:
        return _page(number, refused, form)
    queue.nudge(queue.SEND)
    return make_response(redirect(url_for("console.proposal", number=number), 303))


def _page(number: int, refused: DecisionRefusal | None = None, form: ProposalForm | None = None) -> Response:
    """The page of one proposal; after a refusal with what was typed still in the form."""
    with acting() as who:
        held = desk.find(who, number)
        if held is None:
            abort(404)
        today = who.today
        facts = _facts(who, held, today)
        shown.looked_at(who, held)
        left = places(who.session, today=today).left
    page = render_template(
        "console/proposal.html",
        proposal=held,
        **facts,
        left=left,
        refused=REFUSED[refused] if refused else None,
        form=form or ProposalForm(),
    )
    return make_response(page, STATUS.get(refused, 400) if refused else 200)


def _facts(who: Acting, held: Proposal, today: dt.date) -> dict[str, Any]:
    """What the page of one proposal shows; an auditor reads no name, no NIK and no notes."""
    clear = who.viewer.reads_words
    points = points_for(standing_of(held, today))
    second = held.state == ProposalState.READ
    return {
        "name": held.name if clear else masked_name(held.name),
        "nik": _masked_nik(held) if clear else "",
        "phone": shown.phone_to_call(who, held),
        "where": address_words(who.session, held.kelurahan_code, held.rt, held.rw),
        "job": JOBS.get(held.job, held.job),
        "proposer": PROPOSERS.get(held.proposer, held.proposer),
        "state_name": PROPOSALS[ProposalState(held.state)],
        "criteria": [
            (CRITERIA[one.name], FINDINGS[one.finding], criterion_text(one), SOURCES[one.source], one.finding)
            for one in criteria_of(who.session, held, today=today)
        ],
        "points": [(PRIORITY[part], given) for part, given in points.items()],
        "sum": sum(points.values()) if held.decided_at is None else held.points or 0,
        "said": shown.said_of_proposal(who, held),
        "told": held.decided_at is not None and shown.told(who.session, held),
        "steps": STEPS,
        "reason_name": reason_name,
        "reads": who.viewer.role in desk.READS_FIRST,
        "may_second": second
        and who.viewer.role in desk.READS_SECOND
        and not who.viewer.bound
        and desk.may_second(who, held),
        "first": desk.first_said(who.session, held) if second else None,
    }


@blueprint.get("/decisions/accepted.csv")
def decisions_export() -> Response:
    """Those accepted, in the published order, for the next decree; each full NIK that leaves is in the trail."""
    with acting() as who:
        full = who.viewer.role in shown.FULL_NIK
        rows = shown.accepted(who)
        areas = kelurahan_names(who.session, (row.kelurahan_code for row in rows))
        lines = [_line(place, row, areas, who, full=full) for place, row in enumerate(rows, start=1)]
    heads = [
        gettext("Rank"),
        gettext("Number"),
        gettext("Points"),
        "NIK",
        gettext("Name"),
        gettext("Age"),
        gettext("Work"),
        gettext("Kelurahan"),
        "RW",
        "RT",
        gettext("Proposed on"),
        gettext("Accepted on"),
    ]
    response = make_response(as_csv(list(map(str, heads)), lines))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="accepted-{who.today}.csv"'
    return response


def _line(place: int, row: Proposal, areas: Mapping[str, str], who: Acting, *, full: bool) -> list[object]:
    today = who.today
    nik = unseal_or_blank(row.nik, "proposal.nik") if full or who.viewer.role is not Role.AUDITOR else ""
    nik = nik if full or not nik else f"…{nik[-4:]}"
    return [
        place,
        row.number,
        row.points,
        nik,
        row.name if who.viewer.reads_words else masked_name(row.name),
        age_of(row.nik, today),
        JOBS.get(row.job, row.job),
        areas.get(row.kelurahan_code or "", ""),
        row.rw,
        row.rt,
        city_day(row.opened_at),
        city_day(row.decided_at) if row.decided_at else "",
    ]


def _masked_nik(held: Proposal) -> str:
    nik = unseal_or_blank(held.nik, "proposal.nik")
    return str(Nik(nik)) if nik else ""


def _rule() -> list[tuple[str, int]]:
    """The published rule, as the programme file has it."""
    rule = programme().decisions.priority
    return [(str(words), getattr(rule, part)) for part, words in PRIORITY.items() if getattr(rule, part)]
