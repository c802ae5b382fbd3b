"""What an officer is told of the clock: cases at risk, overdue, passed up, or not looked at."""

from __future__ import annotations

import datetime as dt

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from verify_service.console.access import PATIENCE
from verify_service.console.blueprint import blueprint, row_of, viewer
from verify_service.grievances import alerts as held
from verify_service.ground.database import transaction
from verify_service.labels.codes import ROLES, category_name

KINDS = {
    "at_risk": lazy_gettext("is at risk of being late"),
    "overdue": lazy_gettext("is overdue"),
    "escalated": lazy_gettext("was passed up"),
    "unverified": lazy_gettext("was not looked at in time"),
}


@blueprint.route("/notices", methods=["GET", "POST"])
def notices() -> Response:
    """The newest notices of this account, the unread first; reading them is said with a button."""
    now = dt.datetime.now(dt.UTC)
    with transaction(seconds=PATIENCE) as session:
        if request.method == "POST":
            one = request.form.get("notice")
            held.see(session, viewer(), None if one is None else row_of(one), now=now)
            return make_response(redirect(url_for("console.notices"), 303))
        found = held.newest(session, viewer())
    page = render_template(
        "console/notices.html",
        notices=found,
        kinds=KINDS,
        category_name=category_name,
        role_name=ROLES[current_user.role],
    )
    return make_response(page)


@blueprint.context_processor
def _count() -> dict[str, object]:
    return {"unseen_notices": unseen}


def unseen() -> int:
    """How many notices wait for the officer who looks at the page."""
    if not current_user.is_authenticated:
        return 0
    with transaction(seconds=PATIENCE) as session:
        return held.unseen(session, viewer())
