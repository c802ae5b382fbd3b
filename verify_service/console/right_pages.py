"""The register of what people ask of their data, with its clock; and what is decided of each request."""

from __future__ import annotations

import datetime as dt
import io

from flask import Response, abort, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from flows.references import worker_code
from verify_service.accounts.listing import officer_names
from verify_service.console.blueprint import acting, blueprint, may, page_session, viewer
from verify_service.console.person_forms import StepForm
from verify_service.console.person_pages import address
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.tables import PersonRequest
from verify_service.labels import person_words as words
from verify_service.labels.file_of_a_person import page_of
from verify_service.persons import rights
from verify_service.persons.correcting import correct
from verify_service.persons.erasing import Erased, confirm, obstacle, paid_until, propose
from verify_service.persons.export import as_file, everything
from verify_service.persons.group import Group, group_of
from verify_service.persons.rights import RightRefused
from verify_service.registry.corrections import CORRECTABLE
from verify_service.registry.names import masked_name

LONG = 60.0  # seconds to write all of somebody out, or to destroy it
ON_A_PAGE = 50
_ID = "int(max=999999999999)"


@blueprint.get("/people/requests", endpoint="requests")
def register() -> Response:
    """What waits, the most urgent first; or what was settled."""
    settled = request.args.get("settled") == "1"
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    now = dt.datetime.now(dt.UTC)
    with page_session() as session:
        rows = rights.register(session, waiting=not settled, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE + 1)
        counts = rights.counts(session, now=now)
    drawn = render_template(
        "console/requests.html",
        rows=rows[:ON_A_PAGE],
        more=len(rows) > ON_A_PAGE,
        page=page,
        settled=settled,
        counts=counts,
        now=now,
        words=words,
        worker_code=worker_code,
    )
    return make_response(drawn)


@blueprint.route(f"/people/requests/<{_ID}:number>", methods=["GET", "POST"])
def one_request(number: int) -> Response:
    """One request: who asked, by when, and what can be done."""
    if request.method == "POST":
        return _decide(number)
    with acting() as who:
        return make_response(_page(who, number))


def _held(who: Acting, number: int) -> tuple[PersonRequest, Group]:
    held = rights.find_request(who, number)
    return (held, group_of(who.session, held.worker_id)) if held is not None else abort(404)


def _page(who: Acting, number: int, form: StepForm | None = None, refused: RightRefused | None = None) -> str:
    held, group = _held(who, number)
    reads = viewer().reads_words
    names = officer_names(who.session, (held.received_by, held.proposed_by, held.decided_by))
    opened = held.state in rights.OPEN
    return render_template(
        "console/request.html",
        request_=held,
        group=group,
        name=masked_name(group.chief.name) if not group.erased and reads else "",
        code=worker_code(group.chief.id),
        said=group.opened(held.words, "person_request.words") if reads else "",
        note_text=group.opened(held.note, "person_request.note") if reads else "",
        names=names,
        form=form or StepForm(formdata=None),
        refused=words.NOT_DONE[refused] if refused is not None else "",
        overdue=opened and held.due_at < who.now,
        obstacle=obstacle(who, group) if held.kind == "erase" and opened else None,
        paid_until=paid_until(who, group) if held.kind == "erase" and opened else None,
        own=held.proposed_by == who.by,
        second_needed=words.NOT_DONE[RightRefused.SECOND],
        fields=[(name, words.FIELDS[name]) for name in CORRECTABLE],
        words=words,
        decides=may("console.one_request", reading=False),
        person_address=address(group.chief.id) if may("console.person") else "",
    )


def _decide(number: int) -> Response:
    form = StepForm()
    asked = form.do.data or ""
    with acting(LONG) as who:
        _, group = _held(who, number)
        refused = _take(who, group, number, asked, form)
        if refused is not None:
            status = 409 if refused in (RightRefused.CHANGED, RightRefused.STEP, RightRefused.SECOND) else 422
            return make_response(_page(who, number, form, refused), status)
    queue.nudge(queue.RECONCILE)
    flash(gettext("Done."), "done")
    return make_response(redirect(url_for("console.one_request", number=number), 303))


def _take(who: Acting, group: Group, number: int, asked: str, form: StepForm) -> RightRefused | None:
    step = form.step(number)
    if asked == "refuse":
        return rights.refuse(who, group, step)
    if asked == "object":
        return rights.object_to_use(who, group, step)
    if asked == "handed_over":
        return rights.handed_over(who, group, step)
    if asked == "correct":
        return correct(who, group, step, form.correction())
    if asked == "propose":
        return propose(who, group, step)
    if asked == "confirm":
        done = confirm(who, group, step)
        return None if isinstance(done, Erased) else done
    return abort(400)


@blueprint.post(f"/people/requests/<{_ID}:number>/file")
def person_file(number: int) -> Response:
    """All that is kept of the person as one file, for the person; that it was made is kept."""
    with acting(LONG) as who:
        held, group = _held(who, number)
        if held.kind != "export" or held.state != "open":
            return make_response(_page(who, number, refused=RightRefused.STEP), 409)
        made = everything(who, group, held.id)
        if isinstance(made, RightRefused):
            return make_response(_page(who, number, refused=made), 422)
        packed = as_file(made, page_of(made))
    name = f"data-{made.code}-{made.made_at:%Y%m%d}.zip"
    return send_file(io.BytesIO(packed), mimetype="application/zip", as_attachment=True, download_name=name)
