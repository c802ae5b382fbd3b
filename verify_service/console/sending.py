"""How texts leave: whether the gateway is there, what waits, and what was given up and can be taken up again."""

from __future__ import annotations

import datetime as dt

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from verify_service.console.blueprint import acting, blueprint, may, page_session
from verify_service.ground import queue
from verify_service.labels.message_words import GROUPS
from verify_service.languages import number
from verify_service.messaging import reviving
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import standing

AGES = (
    lazy_gettext("less than a minute"),
    lazy_gettext("less than ten minutes"),
    lazy_gettext("less than an hour"),
    lazy_gettext("less than a day"),
    lazy_gettext("a day or longer"),
)


@blueprint.route("/sending", methods=["GET", "POST"])
def sending() -> Response:
    """The page, and its two buttons: take up again what was given up, or what grew too old while it waited."""
    if request.method == "POST":
        return _revive(stale=request.form.get("which") == "stale")
    now = dt.datetime.now(dt.UTC)
    with page_session() as session:
        stands = standing(session, gateway().name, now=now)
        ended = reviving.count(session)
    page = render_template(
        "console/sending.html",
        stands=stands,
        ages=list(zip(AGES, stands.ages, strict=True)),
        ended=ended,
        groups=GROUPS,
        revives=may("console.sending", reading=False),
    )
    return make_response(page)


def _revive(*, stale: bool) -> Response:
    with acting() as who:
        done = reviving.revive(who.session, stale=stale, by=who.by, now=who.now)
    queue.nudge(queue.SEND)
    again = number(done.failed + done.stale)
    flash(gettext("Texts that wait again: %(number)s.", number=again), "revived")
    return make_response(redirect(url_for("console.sending"), 303))
