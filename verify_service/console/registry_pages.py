"""Files in the browser: brought, read by a worker, looked at by whoever decides, taken or refused."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for

from verify_service.console.blueprint import acting, blueprint, may, page_session, row_of
from verify_service.console.registry_forms import UploadForm
from verify_service.ground import queue
from verify_service.labels import registry_words as words
from verify_service.labels.expected_words import expected_words
from verify_service.registry import uploads
from verify_service.registry.areas import kelurahan_names
from verify_service.registry.headings import NOTHING
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import ranked
from verify_service.registry.uploads import Refusal, UploadTold

LONG = 120.0  # seconds to seal the longest list
_ID = "int(max=999999999999)"
_SHOWN = 10  # problems of a kind that the page shows at once


@blueprint.route("/registry", methods=["GET", "POST"])
def registry() -> Response:
    """The files that were brought, and the form that brings another."""
    form = UploadForm(request.form if request.method == "POST" else request.args)
    if form.kind.data not in words.KINDS:
        form.kind.data = "roster"
    if request.method == "POST":
        return _bring(form)
    return _files(form)


def _files(form: UploadForm, said: str = "", status: int = 200, *, ours: bool = True) -> Response:
    with page_session() as session:
        held = uploads.uploads(session)
    page = render_template(
        "console/registry.html",
        rows=held,
        form=form,
        said=said,
        ours=ours,
        words=words,
        sends=may("console.registry", reading=False),
    )
    return make_response(page, status)


def _bring(form: UploadForm) -> Response:
    said = form.fault()
    file = request.files.get("file")
    if said or file is None or not file.filename:
        return _files(form, said or words.no_file(), 422)
    try:
        with acting(LONG) as who:
            made = uploads.keep(who.session, form.sent(file.filename), file.stream, now=who.now, by=who.by)
    except FileRefused as refused:
        return _files(form, str(refused), 422, ours=False)
    queue.nudge(queue.UPLOADS)
    return make_response(redirect(url_for("console.one_upload", number=made), 303))


@blueprint.route(f"/registry/files/<{_ID}:number>", methods=["GET", "POST"])
def one_upload(number: int) -> Response:
    """One file: how far it is, what it asks, its report, and what can be decided."""
    if request.method == "POST":
        return _decide(number)
    return _page(number)


def _page(number: int, refused: Refusal | None = None) -> Response:
    page = render_template("console/upload.html", **_contents(number), refused=refused, expected_words=expected_words)
    return make_response(page, 409 if refused is not None else 200)


@blueprint.get(f"/registry/files/<{_ID}:number>/live")
def upload_live(number: int) -> Response:
    """How far it is; 304 while it is no further. Once it moves no more, the browser asks for the whole page."""
    contents = _contents(number)
    body = render_template("console/upload_live.html", **contents)
    response = make_response(body)
    if not contents["upload"].state.moves:
        response.headers["HX-Refresh"] = "true"
        return response
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response


def _contents(number: int) -> dict[str, Any]:
    with page_session() as session:
        held = uploads.find_upload(session, number)
        if held is None:
            abort(404)
        report = held.told.get("report", {})
        places = kelurahan_names(session, (line.get("kelurahan_code") for line in report.get("preview", ())))
    return {
        "upload": held,
        "report": report,
        "kinds": _by_kind(report),
        "places": places,
        "words": words,
        "nothing": NOTHING,
        "decides": may("console.one_upload", reading=False),
        "live_url": url_for("console.upload_live", number=number),
    }


def _by_kind(report: dict[str, Any]) -> list[tuple[str, int, list[dict[str, Any]]]]:
    """Problems by kind, the commonest last of those that cost a row: code, how many, the first of them."""
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for problem in report.get("problems", ()):
        shown[problem["code"]].append(problem)
    order = {"rejected": 0, "file": 1, "flagged": 2}
    kinds = [(code, count, shown[code][:_SHOWN]) for code, count in ranked(report.get("counts", {}))]
    return sorted(kinds, key=lambda kind: order[kind[2][0]["level"]] if kind[2] else len(order))


def _decide(number: int) -> Response:
    asked, seen = request.form.get("do", ""), row_of(request.form.get("step"))
    with acting() as who:
        held = uploads.find_upload(who.session, number)
        if held is None:
            abort(404)
        given: dict[str, Any] = {"now": who.now, "by": who.by}
        if asked in ("accept", "accept_valid"):
            why_not = uploads.accept(who.session, number, seen, valid_only=asked == "accept_valid", **given)
        elif asked == "refuse":
            why_not = uploads.refuse(who.session, number, seen, **given)
        elif asked == "columns":
            why_not = uploads.tell_columns(who.session, number, seen, _meant(held), **given)
        else:
            abort(400)
    if why_not is not None:
        return _page(number, why_not)
    queue.nudge(queue.UPLOADS)
    flash(words.done(asked), "done")
    return make_response(redirect(url_for("console.one_upload", number=number), 303))


def _meant(held: UploadTold) -> dict[str, str]:
    """What was chosen for each heading, those left open left out."""
    chosen = ((heading, request.form.get(f"heading-{place}", "")) for place, heading in enumerate(held.asked))
    return {heading: column for heading, column in chosen if column}
