"""What is to be done by a day: deaths to check, residents nobody speaks for, RT heads to let in again."""

from __future__ import annotations

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from verify_service.console.blueprint import acting, blueprint
from verify_service.console.post_pages import printable
from verify_service.grievances import unsorted
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.tables import Task
from verify_service.labels.codes import signal_text
from verify_service.labels.statements import FINDINGS, FOUND
from verify_service.registry.letters import activation_letter
from verify_service.verification import field_checks, task_list
from verify_service.verification.signals import KIND as CHECK_ANSWERS

KINDS = {
    "death_reported": lazy_gettext("Reported death: check today"),
    "rt_head_locked": lazy_gettext("RT head locked out"),
    "rt_term_ends": lazy_gettext("Term of a head ends: who follows?"),
    "own_family": lazy_gettext("RT head's own family: confirm"),
    "rt_vacant": lazy_gettext("RT without a head: confirm"),
    "visit": lazy_gettext("Wants no texts: visit"),
    "back_check": lazy_gettext("Ask again, apart from the RT head"),
    "round_visit": lazy_gettext("Drawn in a round: visit"),
    "cover_gap": lazy_gettext("Cover ends, no phone: tell the worker"),
    "missing_from_list": lazy_gettext("Not in the new list: ask"),
    "check_answers": lazy_gettext("Whose answers? Check them"),
}
HOW = {
    "confirmed": lazy_gettext("confirmed"),
    "not so": lazy_gettext("not so"),
    "done": lazy_gettext("done"),
    "withdrawn": lazy_gettext("withdrawn"),
}
ON_A_PAGE = 50


@blueprint.get("/tasks")
def tasks() -> str:
    """The list, the most urgent first; names are masked here, whoever opens one sees whom it is about.

    An account of one place sees what lies there; an auditor reads what is to be done, and about nobody.
    """
    kind = request.args.get("kind")
    kind = kind if kind in KINDS else None
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with acting() as who:
        counts = task_list.counts(who)
        rows = task_list.open_tasks(who, kind, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
        triage = unsorted.waiting(who.session)
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
        signal_text=signal_text,
    )


@blueprint.route("/tasks/<int(max=999999999999):number>", methods=["GET", "POST"])
def task(number: int) -> Response:
    """One task, with whom it is about; settling it goes back to the list."""
    if request.method == "POST":
        return _settle(number)
    with acting() as who:
        held = _seen(who, number)
        about, answered = field_checks.read(who, held)
    page = render_template(
        "console/task.html",
        task=held,
        about=about,
        answered=answered,
        signal=signal_text(held.detail) if held.kind == CHECK_ANSWERS else "",
        kind_name=KINDS.get(held.kind, held.kind),
        says=FINDINGS,
        settled_how=HOW.get(held.closed_how or "", held.closed_how),
        residents=(*field_checks.ABOUT_RESIDENTS, field_checks.BACK_CHECK),
        found=FOUND,
    )
    return make_response(page)


def _settle(number: int) -> Response:
    answer = request.form.get("answer", "")
    with acting() as who:
        done = field_checks.settle(who, _seen(who, number), answer)
    if done is None:
        abort(400)
    queue.nudge(queue.RECONCILE)
    queue.nudge(queue.SEND)
    stays = answer == "let_in" or not done  # somebody else was quicker: the page says how it was settled
    return make_response(redirect(url_for("console.task", number=number) if stays else url_for("console.tasks"), 303))


@blueprint.get("/tasks/visits")
def visit_list() -> Response:
    """Whom to visit, RT by RT, to print: what was found is ticked on paper and entered at the task."""
    with acting() as who:
        held = field_checks.visits(who)
    by_rt: dict[tuple[str, str, str], list[field_checks.Visit]] = {}
    for visit in held:
        by_rt.setdefault((visit.about.kelurahan, visit.about.rw, visit.about.rt), []).append(visit)
    most = field_checks.MOST_ON_PAPER
    page = make_response(render_template("console/visits.html", by_rt=by_rt, total=len(held), found=FOUND, most=most))
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/tasks/<int(max=999999999999):number>/letter")
def letter(number: int) -> Response:
    """The new activation letter of an RT head who was let in again, to print and hand over."""
    with acting() as who:
        held = _seen(who, number)
        if held.rt_head_id is None or held.closed_at is None or not current_user.role.writes:
            abort(404)
        file = activation_letter(who.session, held.rt_head_id, now=who.now, actor=who.by)
    return printable(file, "letter.pdf")


def _seen(who: Acting, number: int) -> Task:
    """The task, where it lies in this account's place; else there is none."""
    held = task_list.find(who, number)
    if held is None:
        abort(404)
    return held
