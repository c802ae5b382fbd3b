"""Writing down a case for somebody who calls or comes to the counter."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from verify_service.console.blueprint import acting, blueprint, page_session, viewer
from verify_service.grievances import actions, intake
from verify_service.grievances.intake import Alike, Asked, Faulty, Filed
from verify_service.ground import queue as jobs
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.grievances import URGENCIES
from verify_service.labels.standings import state_name
from verify_service.messaging.catalogue import wordings
from verify_service.registry.areas import kelurahan_within

FAULTS = {
    "choose": lazy_gettext("Choose one of the list."),
    "empty": lazy_gettext("Write down what happened."),
    "no_number": lazy_gettext("This is no Indonesian mobile number. Write it like 081234567890, or leave it empty."),
    "no_nik": lazy_gettext("A NIK has 16 digits. Correct it, or leave it empty."),
    "not_listed": lazy_gettext(
        "Nobody on the list has this NIK. Leave it empty and file it as not listed, or correct it."
    ),
}
_FIELDS = ("channel", "category", "identity", "words", "phone", "name", "nik", "urgency", "kelurahan", "contact")


@blueprint.route("/cases/new", methods=["GET", "POST"])
def new_case() -> Response:
    """The form; sent, the number to give to the caller; or the form again with what has to be corrected."""
    if request.method != "POST":
        return make_response(_form({}))
    form = request.form
    asked = Asked(
        **{name: form.get(name, "")[: intake.LONGEST].replace("\0", "") for name in (*_FIELDS, "once", "language")}
    )
    with acting() as who:
        done = intake.file(who, asked, anyway=form.get("anyway") == "1")
        seen = isinstance(done, Filed) and actions.find(who, done.id) is not None
    if isinstance(done, Filed):
        jobs.nudge(jobs.SEND)
        return make_response(render_template("console/new_case_done.html", filed=done, seen=seen))
    if isinstance(done, Faulty):
        return make_response(_form(form, faults=done.faults), 422)
    return make_response(_form(form, alike=done))


def _form(typed: Mapping[str, str], *, faults: Mapping[str, str] | None = None, alike: Alike | None = None) -> str:
    with page_session() as session:
        places = _places(session)
    return render_template(
        "console/new_case.html",
        typed=typed,
        faults={name: FAULTS[why] for name, why in (faults or {}).items()},
        alike=alike.cases if alike else (),
        once=typed.get("once") or secrets.token_urlsafe(18),
        places=places,
        categories=sorted(((key, category_name(key)) for key in programme().categories), key=lambda pair: pair[1]),
        urgencies={key: words for key, words in URGENCIES.items() if key != "none"},
        languages={language: spoken.name for language, spoken in wordings().common.items()},
        category_name=category_name,
        state_name=state_name,
    )


def _places(session: Session) -> list[tuple[str, str]]:
    """The places a case may lie in: for an account of one place, that one."""
    within = kelurahan_within(session, viewer().area)
    return [(row.kelurahan_code, f"{row.kelurahan}, {row.kecamatan}") for row in within]
