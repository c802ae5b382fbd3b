"""What became of the list: its versions, what each changed, taking one back, the list on a day, the months' files."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from flows.references import worker_code
from verify_service.accounts.listing import officer_names
from verify_service.console import sheets
from verify_service.console.blueprint import acting, blueprint, may, page_session
from verify_service.ground import queue
from verify_service.ground.as_of import standing
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day
from verify_service.labels import registry_words as words
from verify_service.registry import versions
from verify_service.registry.differences import Differences, differences
from verify_service.registry.names import masked_name
from verify_service.registry.problems import FileRefused
from verify_service.registry.roster_shown import ShownLine, counts_on, roster_on
from verify_service.registry.undo import undo_version

LONG = 120.0  # seconds to compare or take back a long list
SHOWN = 40  # differences of a sort on the page
_ID = "int(max=999999999999)"


@blueprint.get("/registry/versions", endpoint="roster_versions")
def all_versions() -> Response:
    """Every file that was stored of one kind, the newest first."""
    asked = request.args.get("kind", "")
    kind = asked if asked in words.KINDS else "roster"
    with page_session() as session:
        held = versions.versions(session, kind)[::-1]
    return make_response(render_template("console/versions.html", rows=held, kind=kind, words=words))


@blueprint.route(f"/registry/versions/<{_ID}:number>", methods=["GET", "POST"])
def one_version(number: int) -> Response:
    """One version: what it brought, what it says otherwise than another, and taking it back."""
    if request.method == "POST":
        return _undo(number)
    return _version(number)


def _version(number: int, refused: FileRefused | None = None) -> Response:
    against = request.args.get("before", type=int)
    with page_session(LONG) as session:
        held = versions.find_version(session, number)
        if held is None:
            abort(404)
        before = versions.version_before(session, held)
        names = officer_names(session, (held.actor, held.undone_by))
        found, why_not = None, ""
        if against is not None:
            try:
                found = differences(session, against, number)
            except FileRefused as unknown:
                why_not = str(unknown)
    page = render_template(
        "console/version.html",
        version=held,
        before=before,
        against=against,
        found=found,
        parts=_parts(found),
        why_not=why_not,
        refused=refused,
        most=SHOWN,
        words=words,
        masked_name=masked_name,
        names=names,
        undoes=may("console.one_version", reading=False),
    )
    return make_response(page, 409 if refused is not None else 200)


def _parts(found: Differences | None) -> list[tuple[str, str, Any]]:
    if found is None:
        return []
    return [
        ("added", gettext("Added"), found.added),
        ("missing", gettext("Not in it any more"), found.missing),
        ("changed", gettext("Changed"), found.changed),
    ]


def _undo(number: int) -> Response:
    if request.form.get("do") != "undo":
        abort(400)
    try:
        with acting(LONG) as who:
            if versions.find_version(who.session, number) is None:
                abort(404)
            done = undo_version(who.session, number, now=who.now, actor=who.by)
    except FileRefused as refused:
        return _version(number, refused)
    queue.nudge(queue.RECONCILE)
    said = gettext(
        "Undone. Rows gone: %(removed)s; as before: %(restored)s; back again: %(returned)s.",
        removed=done.removed,
        restored=done.restored,
        returned=done.returned,
    )
    flash(said, "done")
    return make_response(redirect(url_for("console.one_version", number=number), 303))


@blueprint.post(f"/registry/versions/<{_ID}:number>/rejected")
def rejected_rows(number: int) -> Response:
    """The rows that could not be taken, with what is wrong at their cells; who took them is written down."""
    from verify_service.registry.marked import work_list  # a writer of workbooks, which other pages do without

    try:
        with acting(LONG) as who:
            book, count = work_list(who.session, number)
            who.record("work list written", f"file_import:{number}", rows=count)
    except FileRefused:
        abort(404)
    name = f"baris-ditolak-{number}.xlsx"
    return send_file(io.BytesIO(book), mimetype=sheets.TYPES["xlsx"], as_attachment=True, download_name=name)


def _day_asked() -> dt.date:
    """The day that is asked about, none that is to come."""
    today = city_day(dt.datetime.now(dt.UTC))
    try:
        return min(dt.date.fromisoformat(request.args.get("day", "")), today)
    except ValueError:
        return today


def _past(day: dt.date) -> dt.date | None:
    return None if day == city_day(dt.datetime.now(dt.UTC)) else day


@blueprint.get("/registry/list")
def list_on_a_day() -> Response:
    """How many are on the list in each kelurahan, today or at the end of a day that is over."""
    day = _day_asked()
    with standing(_past(day)) as session:
        counts = counts_on(session, day)
    page = render_template(
        "console/list_on_a_day.html",
        counts=counts,
        day=day,
        enrolments=sum(place.enrolments for place in counts),
        words=words,
    )
    return make_response(page)


@blueprint.get("/registry/list.<form>")
def list_file(form: str) -> Response:
    """The list on that day line by line: codes, places and terms, nobody's name or number."""
    if form not in sheets.TYPES:
        abort(404)
    day = _day_asked()
    with standing(_past(day)) as session:
        lines = roster_on(session, day)
    with acting() as who:
        who.record("list exported", "roster", day=day.isoformat(), form=form, lines=len(lines))
    return sheets.sheet_file(f"daftar-peserta-{day}", form, _table(lines))


def _table(lines: list[ShownLine]) -> sheets.Table:
    headings = [
        gettext("Code"),
        gettext("Version"),
        gettext("Row"),
        gettext("Kelurahan"),
        "RW",
        "RT",
        gettext("First month that the city pays"),
        gettext("Months"),
    ]
    rows = (
        (
            worker_code(line.worker),
            line.version,
            line.row,
            line.kelurahan,
            line.rw,
            line.rt,
            f"{line.paid_from:%Y-%m}",
            line.months,
        )
        for line in lines
    )
    return sheets.Table(gettext("The list"), headings, rows)


@blueprint.get("/registry/months")
def month_grid() -> Response:
    """Which months have a payment file and an insurer's file, and which still lack one."""
    with page_session() as session:
        today = city_day(dt.datetime.now(dt.UTC))
        held = versions.month_files(session, programme().premium.effective_from, today)
    sends = may("console.registry", reading=False)
    return make_response(render_template("console/month_grid.html", rows=held, sends=sends, words=words))
