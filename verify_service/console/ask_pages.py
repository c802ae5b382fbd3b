"""Ask a group in the browser: whom, how many, in which words and for how much; then how far it is, and its answers."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, may, row_of
from verify_service.console.message_forms import AskForm, address_of_group
from verify_service.conversations import group_asks
from verify_service.conversations.asked_group import Whom
from verify_service.conversations.group_asks import AskPreview, AskRefusal, Seen
from verify_service.ground import queue
from verify_service.ground.tables import Ask
from verify_service.labels import message_words as words
from verify_service.labels.ask_words import group_words
from verify_service.languages import number as written
from verify_service.languages import rupiah
from verify_service.registry.areas import kelurahan_names
from verify_service.rounds.status import closed_rounds

LONG = 60.0  # seconds to count a group of a very long list
_ID = "int(max=999999999999)"
_SHOWN = 20


@blueprint.route("/ask", methods=["GET", "POST"])
def asks() -> Response:
    """Whom to ask, what that would do (nothing is stored by looking), the yes to it, and the asks before."""
    form = AskForm(request.form if request.method == "POST" else request.args)
    if request.method == "POST":
        return _begin(form)
    return _page(form, looks="look" in request.args)


def _page(form: AskForm, *, looks: bool, refused: AskRefusal | None = None) -> Response:
    found: AskPreview | None = None
    with acting(LONG) as who:
        form.fill(who.session)
        whom, most = form.whom(), form.at_most()
        said = form.fault()
        if looks and not said:
            found = group_asks.preview(who.session, whom, form.question.data, now=who.now, most=most)
        held = group_asks.asks(who.session, most=_SHOWN + 1, before=row_of(request.args.get("before")) or None)
        names = _names(who.session, [whom, *(one.whom for one in held)])
    page = render_template(
        "console/asks.html",
        form=form,
        said=said,
        found=found,
        whom=group_words(whom, *names),
        address=address_of_group(whom, form.question.data, most),
        question=_question(found) if found is not None and found.texts else "",
        refused=refused,
        rows=[(one, group_words(one.whom, *names)) for one in held[:_SHOWN]],
        more=held[_SHOWN - 1].id if len(held) > _SHOWN else None,
        words=words,
        asks=may("console.asks", reading=False),
        shortest=group_asks.SHORTEST_WHY,
    )
    return make_response(page, 409 if refused is not None else 422 if said else 200)


def _question(found: AskPreview) -> str:
    """What is asked back before anything leaves."""
    asked = gettext("Send %(texts)s texts for %(rupiah)s now?", texts=written(found.texts), rupiah=rupiah(found.rupiah))
    return str(asked)


def _names(session: Any, groups: list[Whom]) -> tuple[dict[str, str], dict[int, str]]:
    return kelurahan_names(session, (one.kelurahan for one in groups)), dict(closed_rounds(session, most=200))


def _begin(form: AskForm) -> Response:
    with acting(LONG) as who:
        form.fill(who.session)
        if form.fault():
            abort(400)
        seen = Seen(row_of(request.form.get("texts")), row_of(request.form.get("rupiah")), form.why.data or "")
        begun = group_asks.begin(
            who.session, form.whom(), form.question.data, seen=seen, now=who.now, by=who.by, most=form.at_most()
        )
        number = begun.id if isinstance(begun, Ask) else 0
    if isinstance(begun, AskRefusal):
        return _page(form, looks=True, refused=begun)
    queue.nudge(queue.ASKS)
    return make_response(redirect(url_for("console.one_ask", number=number), 303))


@blueprint.route(f"/ask/<{_ID}:number>", methods=["GET", "POST"])
def one_ask(number: int) -> Response:
    """One ask: how far it is, what became of whom, what was answered; and its end before its time."""
    if request.method == "POST":
        return _stop(number)
    return make_response(render_template("console/ask.html", **_contents(number), refused=None))


def _contents(number: int) -> dict[str, Any]:
    with acting() as who:
        held = group_asks.find_ask(who.session, number, now=who.now)
        if held is None:
            abort(404)
        names = _names(who.session, [held.whom])
    return {
        "ask": held,
        "whom": group_words(held.whom, *names),
        "words": words,
        "stops": may("console.one_ask", reading=False),
        "live_url": url_for("console.ask_live", number=number),
    }


@blueprint.get(f"/ask/<{_ID}:number>/live")
def ask_live(number: int) -> Response:
    """How far it is; 304 while it is no further. Once it moves no more, the browser asks for the whole page."""
    contents = _contents(number)
    body = render_template("console/ask_live.html", **contents)
    response = make_response(body)
    if not contents["ask"].moves:
        response.headers["HX-Refresh"] = "true"
        return response
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response


def _stop(number: int) -> Response:
    with acting() as who:
        back = group_asks.stop(who.session, number, now=who.now, by=who.by)
    if back is None:
        abort(404)
    if isinstance(back, AskRefusal):
        page = render_template("console/ask.html", **_contents(number), refused=back)
        return make_response(page, 409)
    flash(gettext("Stopped. Texts taken back: %(texts)s.", texts=written(back)), "done")
    return make_response(redirect(url_for("console.one_ask", number=number), 303))
