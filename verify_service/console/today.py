"""Today: one look tells whether somebody has to act, and each line that is not well says what to do."""

from __future__ import annotations

import datetime as dt

from flask import render_template

from verify_service.console.blueprint import blueprint, page_session
from verify_service.labels import today_words
from verify_service.operations.one_look import Standing
from verify_service.operations.one_look import today as looked


@blueprint.get("/today")
def today() -> str:
    """How the service stands now: jobs, what waits, texts and their cost, promises, the machine."""
    now = dt.datetime.now(dt.UTC)
    with page_session() as session:
        lines = looked(session, now=now)
    return render_template(
        "console/today.html",
        now=now,
        lines=lines,
        words=today_words,
        act=sum(line.standing is Standing.ACT for line in lines),
        look=sum(line.standing is Standing.LOOK for line in lines),
    )
