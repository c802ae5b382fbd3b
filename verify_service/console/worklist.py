"""The queue of cases: what an officer works through, changing by itself while it is looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from verify_service.console.blueprint import EVERY, acting, blueprint, row_of, unchanged_or, viewer
from verify_service.console.grievance import on_paper
from verify_service.grievances import bulk, saved_filters
from verify_service.grievances.acting import Acting
from verify_service.grievances.assignment import WORK_ON
from verify_service.grievances.clock import deadline
from verify_service.grievances.worklist import (
    COUNTED,
    NOBODY,
    By,
    Filters,
    Found,
    Page,
    Tab,
    choices_for,
    queue,
    read_filters,
    search,
)
from verify_service.ground import queue as jobs
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.codes import identity_name
from verify_service.labels.grievances import (
    CHANNELS,
    DECISIONS,
    TABS,
    URGENCIES,
    channel_name,
    deadline_words,
    refusal_text,
    word_of,
)
from verify_service.labels.standings import AT_THE_DESK, state_name

LONG = 30.0  # seconds for what is done with fifty at once


@blueprint.get("/cases")
def cases() -> str:
    """The whole page, with the filters that its address names."""
    return _page()


@blueprint.get("/cases/live")
def cases_live() -> Response:
    """What may change of the list; 304 while nothing has."""
    with acting() as who:
        page = _queue(who)
    return unchanged_or(render_template("console/cases_live.html", **_list(page, who.today)))


@blueprint.post("/cases/search")
def search_cases() -> Response:
    """Find a case: by its number straight to it, by a phone or a name to a list. Nobody's name is in an address."""
    typed = request.form.get("q", "")
    with acting() as who:
        found = search(who, typed)
    if found.by is By.NUMBER and found.lines:
        return make_response(redirect(url_for("console.case", number=found.lines[0].id), 303))
    page = Page(Tab.ALL, found.lines, dict.fromkeys(Tab, found.total), 1, 1)
    return make_response(_whole(page, who.today, found=found, typed=typed))


@blueprint.post("/cases/bulk")
def bulk_cases() -> Response:
    """Do one thing with each of the ticked; the list says with how many it was done, and why not with each other."""
    ticked = [case for value in request.form.getlist("case") if (case := row_of(value))]
    if request.form.get("what") == "print":
        return _printed(ticked)
    with acting(LONG) as who:
        done = _done(who, ticked)
        page = _queue(who, request.form)
    jobs.nudge(jobs.SEND)
    return make_response(_whole(page, who.today, asked=request.form, done=done))


def _done(who: Acting, ticked: list[int]) -> bulk.Done:
    asked = request.form
    match asked.get("what"):
        case "verify":
            return bulk.verify(who, ticked)
        case "answer":
            return bulk.answer(who, ticked, asked.get("decision", ""))
        case "refer":
            return bulk.refer(who, ticked, asked.get("body", ""))
        case "hand_over":
            return bulk.give(who, ticked, row_of(asked.get("to")) or None)
    return bulk.give(who, ticked, viewer().id)


def _printed(ticked: list[int]) -> Response:
    """The ticked on paper, each on a sheet of its own, without who reported."""
    with acting(LONG) as who:
        sheets = [on_paper(who, report) for report in bulk.to_print(who, ticked)]
    if not sheets:
        return make_response(redirect(url_for("console.cases"), 303))
    return make_response(render_template("console/cases_print.html", sheets=sheets))


@blueprint.post("/cases/filters")
def save_filter() -> Response:
    """Keep the present view under a name, or let go of one."""
    asked = request.form
    query = {"tab": asked.get("tab", ""), **read_filters(asked).chosen}
    with acting() as who:
        if asked.get("forget"):
            saved_filters.forget(who, row_of(asked.get("forget")))
        else:
            saved_filters.keep(who, asked.get("name", ""), query)
    return make_response(redirect(url_for("console.cases", **query), 303))  # type: ignore[arg-type]


def _page() -> str:
    with acting() as who:
        page = _queue(who)
    return _whole(page, who.today)


def _queue(who: Acting, asked: Mapping[str, str] | None = None) -> Page:
    asked = request.args if asked is None else asked
    tab = next((tab for tab in Tab if tab == asked.get("tab")), None)
    page = row_of(asked.get("page")) or 1
    return queue(who, tab, read_filters(asked), page=page)


def _whole(
    page: Page,
    today: dt.date,
    *,
    asked: Mapping[str, str] | None = None,
    found: Found | None = None,
    typed: str = "",
    done: bulk.Done | None = None,
) -> str:
    with acting() as who:
        choices = choices_for(who)
        views = saved_filters.views_of(who)
    return render_template(
        "console/cases.html",
        **_list(page, today, asked),
        found=found,
        typed=typed,
        done=done,
        by=By,
        choices=choices,
        decisions=[(code, word_of(DECISIONS, code)) for code in programme().decisions.closing],
        bodies=[(code, body.name) for code, body in programme().bodies.items()],
        views=views,
        every=EVERY,
        categories=sorted(((key, category_name(key)) for key in programme().categories), key=lambda pair: pair[1]),
        units=programme().units,
        states=AT_THE_DESK,
        channels={key: words for key, words in CHANNELS.items() if key not in ("console", "clock")},
        urgencies=URGENCIES,
        nobody=NOBODY,
        refusal_text=refusal_text,
    )


def _list(page: Page, today: dt.date, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    filters: Filters = read_filters(request.args if asked is None else asked)
    said = cache(deadline_words)
    view: dict[str, Any] = {"tab": page.tab.value, **filters.chosen}
    return {
        "held": page,
        "filters": filters,
        "view": view,
        "tabs": TABS,
        "most_counted": COUNTED,
        "works": current_user.role in WORK_ON,
        "deadline_of": lambda line: said(deadline(line, today), line.waiting_for),
        "tab_url": lambda tab: url_for("console.cases", **{**view, "tab": tab.value}),
        "page_url": lambda number: url_for("console.cases", page=number, **view),
        "live_url": url_for("console.cases_live", page=page.page, **view),
        "category_name": cache(category_name),
        "identity_name": cache(identity_name),
        "state_name": cache(state_name),
        "channel_name": cache(channel_name),
    }
