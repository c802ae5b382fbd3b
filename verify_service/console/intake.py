"""Writing down a case for somebody who calls or comes to the counter."""

from __future__ import annotations

import secrets

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext

from verify_service.console.blueprint import acting, blueprint, page_session, viewer
from verify_service.console.forms import NewCaseForm
from verify_service.grievances import actions, intake
from verify_service.grievances.intake import Alike, Filed, NotListed
from verify_service.ground import queue as jobs
from verify_service.labels.categories import category_name
from verify_service.labels.standings import state_name
from verify_service.registry.areas import kelurahan_within

TOO_OFTEN = lazy_gettext(
    "You have looked up as many people today as anybody may. Ask a colleague, or leave the NIK empty."
)
NOT_LISTED = lazy_gettext("Nobody on the list has this NIK. Leave it empty and file it as not listed, or correct it.")


@blueprint.route("/cases/new", methods=["GET", "POST"])
def new_case() -> Response:
    """The form; sent, the number to give to the caller; or the form again with what has to be corrected."""
    if request.method != "POST":
        return make_response(_page(NewCaseForm(channel="call", identity="normal").within(_places())))
    form = NewCaseForm().within(_places())
    if not form.validate():
        return make_response(_page(form), 422)
    with acting() as who:
        done = intake.file(who, form.asked(), anyway=form.anyway.data)
        seen = isinstance(done, Filed) and actions.find(who, done.id) is not None
    if isinstance(done, Filed):
        jobs.nudge(jobs.SEND)
        return make_response(render_template("console/new_case_done.html", filed=done, seen=seen))
    if isinstance(done, Alike):
        return make_response(_page(form, done))
    form.nik.errors = [NOT_LISTED if isinstance(done, NotListed) else TOO_OFTEN]
    return make_response(_page(form), 422)


def _page(form: NewCaseForm, alike: Alike | None = None) -> str:
    form.once.data = form.once.data or secrets.token_urlsafe(18)
    return render_template(
        "console/new_case.html",
        form=form,
        alike=alike.cases if alike else (),
        category_name=category_name,
        state_name=state_name,
    )


def _places() -> list[tuple[str, str]]:
    """The places a case may lie in: for an account of one place, that one."""
    with page_session() as session:
        within = kelurahan_within(session, viewer().area)
        return [(row.kelurahan_code, f"{row.kelurahan}, {row.kecamatan}") for row in within]
