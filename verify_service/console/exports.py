"""Reports on their way out, to a spreadsheet or to LAPOR, and LAPOR's numbers on their way in."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, flash, make_response, render_template, request
from flask_babel import gettext, lazy_gettext

from verify_service.console import sheets
from verify_service.console.blueprint import PATIENCE, acting, blueprint, may, viewer
from verify_service.console.forms import ExportForm
from verify_service.grievances import exports, lapor
from verify_service.grievances.actions import Refusal
from verify_service.grievances.exports import Chosen
from verify_service.labels.grievances import body_name, how_it_goes

LONG = 120.0  # seconds for a file of everything
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


def _page(*, brought: lapor.Brought | None = None, status: int = 200) -> Response:
    with acting() as who:
        referred = exports.referred(who)
    page = render_template(
        "console/exports.html",
        form=ExportForm(request.values),
        brought=brought,
        referred=referred,
        body_name=body_name,
        how_it_goes=how_it_goes,
        expected=EXPECTED,
        columns=COLUMNS,
        may_send=may("console.export_to_lapor", reading=False),
        reads=viewer().reads_words,
    )
    return make_response(page, status)


def _chosen() -> Chosen:
    """The filters as the address or the form has them."""
    return ExportForm(request.values).chosen()


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
    form = ExportForm(request.values)
    chosen = form.chosen()
    with acting(LONG) as who:
        condition = lapor.handed_over(chosen.condition(who.today))
        held = lapor.identities(who, condition, form.reason.data)
        if isinstance(held, Refusal):
            who.session.rollback()  # not one identity is opened unless all are
        else:
            cases = sheets.case_table(exports.rows(who, condition), held)
            steps = sheets.step_table(exports.steps(who, condition))
            made = sheets.sheet_file(_name("lapor", who.today), "xlsx", cases, steps)
            exports.record(who, "reports handed over with identities", chosen, form="xlsx", identities=len(held))
    if isinstance(held, Refusal):
        flash(str(WHY_NOT.get(held, gettext("That was not possible."))), "lapor")
        return _page(status=422)
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
