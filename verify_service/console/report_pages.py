"""The auditor's answers in the browser: each with its question, its figures, a bar where one would rather look, and
what every column means."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, page_session, row_of
from verify_service.console.pictures import pictures
from verify_service.ground.database import snapshot
from verify_service.labels import group_words
from verify_service.reports import inclusion_notices
from verify_service.reports.answers import REPORTS, as_csv, as_json, json_bytes, lines_of
from verify_service.reports.definition import Asked, Line, Report
from verify_service.reports.of_inclusion import INCLUSION

LONG: Final = 60.0  # seconds: gaps are counted over every worker and month
ON_A_PAGE: Final = 500  # rows; all of them are in the files


@blueprint.get("/reports")
def reports() -> str:
    """The questions, each leading to its answer."""
    return render_template("console/reports.html", reports=REPORTS.values(), told=gettext)


@blueprint.get("/reports/<name>")
def one_report(name: str) -> str:
    """One answer as it stands now."""
    report = _named(name)
    asked, lines, notices = _figures(report)
    names = [column.name for column in report.columns]
    bar = names.index(report.chart[1]) if report.chart else None
    longest = max((_length(line[bar]) for line in lines), default=0) if bar is not None else 0
    return render_template(
        "console/report.html",
        report=report,
        lines=lines[:ON_A_PAGE],
        total=len(lines),
        asked=asked,
        bar=bar,
        longest=longest,
        length=_length,
        narrows=[names.index(name) for name in report.narrows],
        pictures=pictures(report, lines),
        notices=notices,
        group_words=group_words,
        told=gettext,
    )


@blueprint.get("/reports/<name>.<form>")
def report_file(name: str, form: str) -> Response:
    """The same as a file: the bytes that `verify report` writes."""
    report = _named(name)
    if form not in ("csv", "json"):
        abort(404)
    asked, lines, _ = _figures(report)
    body = as_csv(report, lines) if form == "csv" else json_bytes(as_json(report, lines, asked.today))
    response = make_response(body)
    response.headers["Content-Type"] = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{report.name}-{asked.today}.{form}"'
    return response


@blueprint.post("/reports/inclusion")
def take_on_group() -> Response:
    """A supervisor takes a group that lags upon himself: it leaves the first page for some weeks."""
    with acting() as who:
        inclusion_notices.take_on(who.session, row_of(request.form.get("notice")), by=who.by, now=who.now)
    return make_response(redirect(url_for("console.one_report", name="inclusion") + "#lagging", 303))


def _named(name: str) -> Report:
    report = REPORTS.get(name)
    if report is None:
        abort(404)
    return report


def _figures(report: Report) -> tuple[Asked, list[Line], tuple[inclusion_notices.Notice, ...]]:
    asked = Asked(dt.datetime.now(dt.UTC))
    with page_session(LONG) as session:
        snapshot(session)
        notices = inclusion_notices.standing(session) if report.name == INCLUSION.name else ()
        return asked, lines_of(report, session, asked), notices


def _length(value: object) -> float:
    """How long a bar is for a figure; nothing for what is no number or below nought."""
    return max(0.0, float(value)) if isinstance(value, int | float) else 0.0
