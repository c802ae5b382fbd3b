"""Two rows that may be one person, side by side; whoever decides says which, by one key."""

from __future__ import annotations

from typing import cast

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, may, page_session
from verify_service.console.registry_forms import PairForm
from verify_service.ground import queue
from verify_service.labels import registry_words as words
from verify_service.registry.one_person import Answer, PairRefused, decide, open_pairs, pairs_found, take_back

SHOWN = 20


@blueprint.route("/registry/pairs", methods=["GET", "POST"])
def pairs() -> Response:
    """The pair that weighs most, or the one asked for, with the next ones; and what is said of it."""
    if request.method == "POST":
        return _say()
    return _page()


def _page(refused: str = "") -> Response:
    asked = request.args.get("pair", type=int)
    with page_session() as session:
        waiting = pairs_found(session, only_open=True, most=SHOWN)
        chosen = pairs_found(session, pair=asked) if asked is not None else waiting[:1]
        count = open_pairs(session)
    if asked is not None and not chosen:
        abort(404)
    page = render_template(
        "console/pairs.html",
        pair=chosen[0] if chosen else None,
        waiting=[one for one in waiting if not chosen or one.id != chosen[0].id],
        count=count,
        form=PairForm(formdata=None),
        refused=refused,
        words=words,
        decides=may("console.pairs", reading=False),
    )
    return make_response(page, 409 if refused else 200)


def _say() -> Response:
    form = PairForm(request.form)
    number, answer = int(form.pair.data), form.answer.data or ""
    if answer not in ("same", "different", "take_back"):
        abort(400)
    try:
        with acting() as who:
            if not pairs_found(who.session, pair=number):
                abort(404)
            if answer == "take_back":
                told = take_back(who.session, number, now=who.now, actor=who.by)
            else:
                note = (form.note.data or "").strip()
                told = decide(who.session, number, cast("Answer", answer), note=note, now=who.now, actor=who.by)
    except PairRefused:
        return _page(gettext("Somebody else decided this pair meanwhile. Nothing of yours was done."))
    queue.nudge(queue.RECONCILE)
    if answer == "take_back":
        flash(gettext("Pair %(pair)s is open again.", pair=told.id), "done")
        return make_response(redirect(url_for("console.pairs", pair=told.id), 303))
    flash(str(told.id), f"decided_{answer}")
    return make_response(redirect(url_for("console.pairs"), 303))
