"""Reports on their way out, to a spreadsheet or to LAPOR, and LAPOR's numbers on their way in."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, flash, make_response, render_template, request
from flask_babel import gettext, lazy_gettext

from verify_service.console import sheets
from verify_service.console.blueprint import PATIENCE, acting, blueprint, may, viewer
from verify_service.grievances import exports, lapor
from verify_service.grievances.actions import Refusal
from verify_service.grievances.exports import Chosen, Which
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name

LONG = 120.0  # seconds for a file of everything
WHICH = {
    Which.LAPOR: lazy_gettext("Handed to LAPOR"),
    Which.OPEN: lazy_gettext("Open"),
    Which.LATE: lazy_gettext("Open and overdue"),
    Which.CLOSED: lazy_gettext("Closed"),
    Which.ALL: lazy_gettext("All of them"),
}
EXPECTED = {
    "number": lazy_gettext("one of our numbers, as the page of the report shows it"),
    "known": lazy_gettext("the number of a report that you may see"),
    "handed over": lazy_gettext("a report that was handed to LAPOR"),
    "tracking": lazy_gettext("LAPOR's tracking number: digits or letters"),
    "once": lazy_gettext("each number once"),
    "columns": lazy_gettext("two columns: our number, LAPOR's number"),
    "rows": lazy_gettext("at least one row of two columns"),
    "utf-8": lazy_gettext("a CSV file saved as UTF-8"),
    "csv": lazy_gettext("a CSV file"),
    "fewer": lazy_gettext("2,000 rows at most; send the rest as another file"),
}
COLUMNS = {"number": lazy_gettext("our number"), "tracking": lazy_gettext("LAPOR's number"), "": "–"}
WHY_NOT = {
    Refusal.INPUT: lazy_gettext("Write the reason, in five letters or more."),
    Refusal.TOO_LONG: lazy_gettext("These are more than 200 reporters. Choose fewer days or one kind of report."),
}


@blueprint.get("/exports", endpoint="exports")
def exports_page() -> Response:
    """What may be taken out, and the way back for LAPOR's numbers."""
    return _page()


def _page(*, reason: str = "", brought: lapor.Brought | None = None, status: int = 200) -> Response:
    page = render_template(
        "console/exports.html",
        reason=reason,
        brought=brought,
        chosen=_chosen(),
        which=[(one.value, words) for one, words in WHICH.items()],
        categories=[(key, category_name(key), kind.code) for key, kind in programme().categories.items()],
        expected=EXPECTED,
        columns=COLUMNS,
        may_send=may("console.export_to_lapor", reading=False),
        reads=viewer().reads_words,
    )
    return make_response(page, status)


def _chosen() -> Chosen:
    """The filters as the address or the form has them; what makes no sense is left out."""
    given = request.values
    which, category = given.get("which", ""), given.get("category", "")
    return Chosen(
        Which(which) if which in set(Which) else Which.LAPOR,
        category if category in programme().categories else "",
        _day(given.get("since", "")),
        _day(given.get("until", "")),
    )


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


@blueprint.get("/exports/reports.<form>")
def export_reports(form: str) -> Response:
    """Reports as a spreadsheet; the workbook has their chronology beside them. No identity, whoever asks."""
    if form not in sheets.TYPES:
        abort(404)
    with acting(LONG) as who:
        condition = _chosen().condition(who.today)
        tables = [sheets.case_table(exports.rows(who, condition))]
        if form == "xlsx":
            tables.append(sheets.step_table(exports.steps(who, condition)))
        made = sheets.sheet_file(_name("laporan", who.today), form, *tables)
        exports.record(who, "reports exported", _chosen(), form=form)
    return made


@blueprint.get("/exports/chronology.csv")
def export_chronology() -> Response:
    """What happened to each report, one step a row."""
    with acting(LONG) as who:
        found = exports.steps(who, _chosen().condition(who.today))
        made = sheets.sheet_file(_name("kronologi", who.today), "csv", sheets.step_table(found))
        exports.record(who, "chronology exported", _chosen(), form="csv")
    return made


@blueprint.post("/exports/lapor")
def export_to_lapor() -> Response:
    """The hand-over with names and phones of those who reported by name, for a reason that is kept with each."""
    reason = request.form.get("reason", "")[:500]
    with acting(LONG) as who:
        condition = lapor.handed_over(_chosen().condition(who.today))
        held = lapor.identities(who, condition, reason)
        if isinstance(held, Refusal):
            who.session.rollback()  # not one identity is opened unless all are
        else:
            cases = sheets.case_table(exports.rows(who, condition), held)
            steps = sheets.step_table(exports.steps(who, condition))
            made = sheets.sheet_file(_name("lapor", who.today), "xlsx", cases, steps)
            exports.record(who, "reports handed over with identities", _chosen(), form="xlsx", identities=len(held))
    if isinstance(held, Refusal):
        flash(str(WHY_NOT.get(held, gettext("That was not possible."))), "lapor")
        return _page(reason=reason, status=422)
    return made


@blueprint.post("/exports/numbers")
def take_lapor_numbers() -> Response:
    """LAPOR's tracking numbers, brought back as a file of two columns."""
    file = request.files.get("file")
    sent = file.read() if file is not None else b""
    with acting(PATIENCE * 4) as who:
        brought = lapor.take_numbers(who, sent)
        if not brought.faults:
            exports.record(who, "numbers of lapor brought", _chosen(), kept=brought.kept, known=brought.known)
    return _page(brought=brought, status=422 if brought.faults else 200)


def _name(what: str, today: dt.date) -> str:
    return f"{what}-{today:%Y-%m-%d}"
