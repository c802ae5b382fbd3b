"""Texts that only a person can deal with: what answers no question of ours, and what could not be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext

from verify_service.console.blueprint import acting, blueprint
from verify_service.console.forms import TextForm
from verify_service.grievances import actions, unsorted
from verify_service.grievances.unsorted import Unsettled
from verify_service.ground import queue
from verify_service.ground.tables import Grievance
from verify_service.labels.categories import category_name
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import if_amiss

ON_A_PAGE = 50
DONE = {
    "text attached": lazy_gettext("put into a report"),
    "text answered": lazy_gettext("answered"),
    "text made a report": lazy_gettext("made a report"),
    "text set aside": lazy_gettext("set aside"),
}
UNSETTLED = {
    Unsettled.TAKEN: lazy_gettext("Somebody else dealt with this text meanwhile."),
    Unsettled.NO_CASE: lazy_gettext("There is no report with this number that you may see. Look at the number again."),
    Unsettled.CLOSED: lazy_gettext(
        "That report is closed. Make a new report of this text, or open the old one again first."
    ),
    Unsettled.ANONYMOUS: lazy_gettext(
        "That report is anonymous: a text beside it would lead to whoever reported. Write a note there instead."
    ),
    Unsettled.NO_WORDS: lazy_gettext("There are no words in this text. Set it aside, with a reason."),
    Unsettled.EMPTY: lazy_gettext("Write the reply first."),
    Unsettled.TOO_LONG: lazy_gettext("The reply is too long: two texts are the most. Say it shorter."),
    Unsettled.NO_ANSWER: lazy_gettext("No text of ours goes to this number. Call, or set the text aside."),
    Unsettled.CHOICE: lazy_gettext("Choose from the list first."),
}


@dataclass(frozen=True)
class Shown:
    """One text on the list, its number masked."""

    id: int
    received_at: dt.datetime
    number: str
    problem: str


@blueprint.get("/texts")
def texts() -> str:
    """The list, the oldest first: they have waited longest."""
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with acting() as who:
        total = unsorted.waiting(who.session)
        found = unsorted.longest_waiting(who.session, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
        rows = [Shown(row.id, row.received_at, unsorted.masked_sender(row), row.quarantined or "") for row in found]
        stands = if_amiss(who.session, gateway().name, now=who.now)
    return render_template(
        "console/texts.html",
        rows=rows,
        stands=stands,
        total=total,
        page=page,
        pages=max(1, -(-total // ON_A_PAGE)),
    )


@blueprint.route("/texts/<int(max=999999999999):number>", methods=["GET", "POST"])
def one_text(number: int) -> Response:
    """One text with its words, which the trail records; dealt with, it leaves the list."""
    if request.method != "POST":
        return _page(number)
    form = TextForm()
    done: Grievance | Unsettled | str | None
    with acting() as who:
        match request.form.get("answer", ""):
            case "attach":
                done = unsorted.attach(who, number, form.case.data)
            case "reply":
                done = unsorted.reply(who, number, form.words.data)
            case "report":
                done = unsorted.make_case(who, number, form.category.data, form.identity.data, form.urgency.data)
            case "dismiss":
                done = unsorted.dismiss(who, number, form.dismissed.data)
            case "look":
                done = unsorted.look_at_number(who, number, form.look.data)
            case _:
                done = Unsettled.CHOICE
    if done is Unsettled.UNKNOWN:
        abort(404)
    if isinstance(done, Unsettled):
        return _page(number, form, refused=done)
    if isinstance(done, str):
        return _page(number, form, clear=done)
    queue.nudge(queue.SEND)
    return make_response(redirect(_next(done), 303))


def _next(made: Grievance | None) -> str:
    """The new report, where this account may see it; else the list."""
    if made is not None:
        with acting() as who:
            if actions.find(who, made.id) is not None:
                return url_for("console.case", number=made.id)
    return url_for("console.texts")


def _page(number: int, form: TextForm | None = None, *, refused: Unsettled | None = None, clear: str = "") -> Response:
    """The page of one text; what was typed is still there when something is missing."""
    with acting() as who:
        held = unsorted.read(who, number)
        if held is None:
            abort(404)
        page = render_template(
            "console/text.html",
            text=Shown(held.id, held.received_at, clear or unsorted.masked_sender(held), held.quarantined or ""),
            clear=clear,
            words=unsorted.words_of(held),
            settled=unsorted.dealt_with(who.session, held),
            done=DONE,
            suggested=unsorted.suggested(who, held),
            answerable=unsorted.answerable(who.session, held),
            category_name=category_name,
            septets=unsorted.REPLY_SEPTETS,
            refused=UNSETTLED[refused] if refused else None,
            form=form or TextForm(),
        )
    taken = refused is Unsettled.TAKEN
    return make_response(page, 409 if taken else 400 if refused else 200)
