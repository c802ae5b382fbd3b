"""Heads of RT by kelurahan: which posts are vacant or locked, and the letters that carry codes, to be printed."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, make_response, render_template, request

from verify_service.console.blueprint import acting, blueprint, may, page_session
from verify_service.labels import registry_words as words
from verify_service.registry.areas import NoSuchKelurahan
from verify_service.registry.letters import letters_pdf
from verify_service.registry.rt_coverage import CLASSES, coverage, heads_shown, posts_of

LONG = 120.0  # seconds for the letters of a large kelurahan


@blueprint.get("/registry/posts")
def rt_posts() -> Response:
    """How many RT of each kelurahan somebody can speak for by phone; of one, every RT with its head."""
    now = dt.datetime.now(dt.UTC)
    with page_session(LONG) as session:
        places = coverage(session, kelurahan=None, now=now)
        chosen = next((place for place in places if place.kelurahan_code == request.args.get("kelurahan")), None)
        posts = posts_of(session, chosen.kelurahan_code, now=now) if chosen else []
        held = heads_shown(session, kelurahan=chosen.kelurahan_code) if chosen else ()
    page = render_template(
        "console/rt_posts.html",
        places=places,
        chosen=chosen,
        posts=posts,
        heads={(head.rw, head.rt): head for head in held if not head.announced},
        classes=CLASSES,
        words=words,
        prints=may("console.kelurahan_letters", reading=False),
    )
    return make_response(page)


@blueprint.post("/registry/letters")
def kelurahan_letters() -> Response:
    """Invitations and activations of one kelurahan, a letter to a sheet; who printed them is written down."""
    try:
        with acting(LONG) as who:
            asked = request.form.get("kelurahan", "")[:200] or abort(400)
            file, _ = letters_pdf(who.session, kelurahan=asked, now=who.now, actor=who.by)
    except NoSuchKelurahan:
        abort(404)
    return printable(file, "letters.pdf")


def printable(file: bytes, name: str) -> Response:
    """A PDF that opens in the browser to be printed, and is kept by none."""
    response = make_response(file)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
