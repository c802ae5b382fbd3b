"""Verification rounds in the browser: what each would ask and cost, the draw, the sending, and what is known."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, may, page_session
from verify_service.console.forms import RoundForm
from verify_service.console.lists import as_csv
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.tables import Round
from verify_service.labels import round_words as words
from verify_service.rounds import reach, steering
from verify_service.rounds.certificate import certificate
from verify_service.rounds.design import design_of
from verify_service.rounds.drawing import draw, open_round, preview
from verify_service.rounds.frame import frame_csv
from verify_service.rounds.plan import PlanRefused
from verify_service.rounds.report_rows import COLUMNS, rows_of
from verify_service.rounds.round_report import RoundReport, report_of
from verify_service.rounds.round_states import RoundRefused, RoundState, find_round
from verify_service.rounds.second_raters import draw_back_checks
from verify_service.rounds.status import status_of

LONG = 120.0  # seconds to draw a large list, or to read a large frame
FILES = ("certificate.json", "frame.csv", "report.csv", "report.json")
CHECKED = 0.15  # of each RT head's answers
_ID = "int(max=999999999999)"


@blueprint.route("/rounds", methods=["GET", "POST"])
def rounds() -> Response:
    """All rounds, and the form that opens one."""
    form = RoundForm(request.form)
    if request.method == "POST":
        return _open(form)
    return _list(form)


def _list(form: RoundForm, said: str = "", status: int = 200) -> Response:
    with page_session() as session:
        held = status_of(session, None)
    page = render_template(
        "console/rounds.html",
        rows=held,
        form=form,
        said=said,
        words=words,
        opens=may("console.rounds", reading=False),
    )
    return make_response(page, status)


def _open(form: RoundForm) -> Response:
    try:
        with acting() as who:
            held = open_round(who.session, form.name_of(), form.design(), seed=form.seed_of(), now=who.now, by=who.by)
            number = held.id
    except (RoundRefused, PlanRefused) as refused:
        return _list(form, str(refused), 400)
    return make_response(redirect(url_for("console.one_round", number=number), 303))


@blueprint.route(f"/rounds/<{_ID}:number>", methods=["GET", "POST"])
def one_round(number: int) -> Response:
    """One round: a draft with what it would ask and cost, else how it goes."""
    if request.method == "POST":
        return _steer(number)
    return make_response(render_template("console/round.html", **_contents(number)))


@blueprint.get(f"/rounds/<{_ID}:number>/live")
def round_live(number: int) -> Response:
    """What may change of the page; 304 while nothing has."""
    body = render_template("console/round_live.html", **_contents(number))
    response = make_response(body)
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response


def _contents(number: int) -> dict[str, Any]:
    with acting(LONG) as who:
        held = _seen(who, number)
        (stands,) = status_of(who.session, str(number))
        draft = held.state == RoundState.DRAFT.value
        seen, why_not = None, ""
        if draft:
            try:
                seen = preview(who.session, held)
            except RoundRefused as refused:
                why_not = str(refused)
        told = _stated(who, held) if held.drawn_at is not None else None
        return {
            "round": held,
            "design": design_of(held.design),
            "stands": stands,
            "preview": seen,
            "why_not": why_not,
            "told": told,
            "words": words,
            "files": FILES,
            "moves": RoundState(held.state).at_work,
            "steers": may("console.one_round", reading=False),
            "live_url": url_for("console.round_live", number=number),
        }


def _stated(who: Acting, held: Round) -> RoundReport:
    """The report, computed once for each time the round was settled: many look at the page, and a list is long."""
    kept: dict[int, tuple[Any, RoundReport]] = current_app.extensions.setdefault("round_reports", {})
    stands = (held.settled_at, held.state)
    if kept.get(held.id, (None,))[0] != stands or held.settled_at is None:
        kept[held.id] = (stands, report_of(who.session, held))
    return kept[held.id][1]


def _steer(number: int) -> Response:
    asked = request.form.get("do", "")
    try:
        with acting(LONG) as who:
            said = _done(who, _seen(who, number, lock=True), asked)
    except RoundRefused as refused:
        flash(str(refused), "refused")
    else:
        if said is None:
            abort(400)
        queue.nudge(queue.ROUNDS)
        queue.nudge(queue.SEND)
        flash(said, "done")
    return make_response(redirect(url_for("console.one_round", number=number), 303))


def _done(who: Acting, held: Round, asked: str) -> str | None:
    """Do what a button asks for, and say it; None for what no button of ours asks."""
    session, now, by = who.session, who.now, who.by
    said: str | None = None
    if asked == "draw":
        seen = draw(session, held, now=now, by=by)
        said = gettext("Drawn: %(count)s people of %(people)s.", count=seen.contacts, people=seen.people)
    elif asked == "send":
        started = reach.start(session, held, now=now, by=by)
        said = gettext("%(count)s people are contacted from now on.", count=started)
    elif asked == "pause":
        said = gettext("Paused; %(count)s queued texts wait.", count=steering.pause(session, held, now=now, by=by))
    elif asked == "resume":
        said = gettext("Resumed; %(count)s queued texts go on.", count=steering.resume(session, held, now=now, by=by))
    elif asked == "close":
        steering.begin_closing(session, held, how=steering.BY_HAND, now=now, by=by)
        said = gettext("The round is closing; what came in before is still heard.")
    elif asked == "back_check":
        drawn = draw_back_checks(session, held, CHECKED, now=now, by=by)
        said = gettext("%(count)s answers of RT heads are asked again.", count=drawn)
    elif asked == "cancel":
        over = steering.cancel(session, held, now=now, by=by)
        said = gettext("Cancelled; %(count)s queued texts are not sent.", count=over)
    return said


def _seen(who: Acting, number: int, *, lock: bool = False) -> Round:
    try:
        return find_round(who.session, str(number), lock=lock)
    except RoundRefused:
        abort(404)


@blueprint.get(f"/rounds/<{_ID}:number>/files/<name>")
def round_file(number: int, name: str) -> Response:
    """What anybody needs to repeat the draw, and the figures: counts and opaque numbers, nobody's data."""
    with acting(LONG) as who:
        held = _seen(who, number)
        if held.drawn_at is None or name not in FILES:
            abort(404)
        if name == "frame.csv":
            body: bytes | str = b"".join(frame_csv(who.session, held))
        elif name == "certificate.json":
            body = json.dumps(certificate(who.session, held), ensure_ascii=False, indent=1) + "\n"
        elif name == "report.json":
            body = json.dumps(report_of(who.session, held).as_json(), ensure_ascii=False, indent=1) + "\n"
        else:
            body = as_csv(COLUMNS, rows_of(report_of(who.session, held)))
        stem = f"round-{held.id}"
    response = make_response(body)
    response.headers["Content-Type"] = "text/csv; charset=utf-8" if name.endswith("csv") else "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}-{name}"'
    return response
