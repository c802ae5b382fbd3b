"""Work lists by owner in the browser: what waits, the sheet out and in, one line answered."""

from __future__ import annotations

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console import sheets
from verify_service.console.blueprint import acting, blueprint, viewer
from verify_service.console.forms import AnswerForm
from verify_service.ground import queue
from verify_service.labels import owner_words as words
from verify_service.labels.codes import VERDICTS, reason_text, verdict_name
from verify_service.registry.problems import FileRefused
from verify_service.verification import owner_lists
from verify_service.verification.owner_answers import Brought, Given, Refusal, answer, take_sheet
from verify_service.verification.owner_lists import ANSWERS, MOST_ROWS, Line, WorkList, may_answer
from verify_service.verification.owner_sheets import read_sheet

LONG = 120.0  # seconds for a sheet of ten thousand rows
_ID = "int(max=999999999999999999)"
_STATUS = {Refusal.CHANGED: 409, Refusal.ANSWERED: 409, Refusal.OWNER: 403}  # whatever else is wrong: 400


@blueprint.get("/work-lists", endpoint="owner_lists")
def lists_page() -> Response:
    """How each list stands, and the lines of one."""
    return _page(_chosen(request.args.get("list")))


def _chosen(asked: str | None) -> WorkList:
    """The list that is asked for; else the first that this account answers."""
    mine = [one for one in owner_lists.lists() if may_answer(viewer(), one)]
    return next((one for one in owner_lists.lists() if one == asked), (mine or list(owner_lists.lists()))[0])


def _page(whose: WorkList, *, brought: Brought | None = None, unreadable: str = "", status: int = 200) -> Response:
    verdict = request.args.get("verdict")
    verdict = verdict if verdict in VERDICTS else None
    answered = request.args.get("answered") == "1"
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 1_000_000)
    with acting() as who:
        standings = owner_lists.standings(who)
        verdicts = owner_lists.verdicts_on(who, whose)
        shown = owner_lists.lines(who, whose, verdict=verdict, answered=answered, page=page)
    drawn = render_template(
        "console/owner_lists.html",
        standings=standings,
        standing=next(one for one in standings if one.whose is whose),
        whose=whose,
        verdicts=verdicts,
        verdict=verdict,
        answered=answered,
        shown=shown,
        brought=brought,
        unreadable=unreadable,
        answers=[words.answer_name(code) for code in ANSWERS[whose]],
        answers_it=may_answer(viewer(), whose),
        most=MOST_ROWS,
        words=words,
        verdict_name=verdict_name,
    )
    return make_response(drawn, status)


def _known(asked: str) -> WorkList:
    return next((one for one in owner_lists.lists() if one == asked), None) or abort(404)


@blueprint.get("/work-lists/<whose>/sheet.<form>")
def owner_sheet(whose: str, form: str) -> Response:
    """The lines of a list that wait, to be filled in and brought back: masked names, nobody's NIK."""
    asked = _known(whose)
    if form not in sheets.TYPES:
        abort(404)
    verdict = request.args.get("verdict")
    verdict = verdict if verdict in VERDICTS else None
    with acting(LONG) as who:
        shown = owner_lists.lines(who, asked, verdict=verdict, size=MOST_ROWS)
        made = sheets.sheet_file(f"daftar-kerja-{asked.value}-{who.today}", form, _table(asked, shown.rows))
        who.record("work list exported", f"work list:{asked.value}", form=form, lines=len(shown.rows))
    return made


def _table(whose: WorkList, rows: tuple[Line, ...]) -> sheets.Table:
    headings = [
        *(str(words.COLUMNS[one]) for one in ("line", "month", "code")),
        gettext("Name"),
        gettext("Kelurahan"),
        "RW",
        "RT",
        gettext("Verdict"),
        gettext("Why"),
        gettext("Rupiah at risk"),
        *(str(words.COLUMNS[one]) for one in ("answer", "note")),
    ]
    written = (
        (
            one.number,
            f"{one.period:%Y-%m}",
            one.code,
            one.masked_name,
            one.kelurahan,
            one.rw,
            one.rt,
            verdict_name(one.verdict),
            reason_text(one.reason) if one.reason else "",
            one.rupiah,
            "",
            "",
        )
        for one in rows
    )
    choices = {headings.index(str(words.COLUMNS["answer"])): [words.answer_name(code) for code in ANSWERS[whose]]}
    return sheets.Table(gettext("Work list"), headings, written, choices)


@blueprint.post("/work-lists/<whose>/answers")
def take_owner_sheet(whose: str) -> Response:
    """The sheet as it comes back; nothing is kept unless every row is right."""
    asked = _known(whose)
    if not may_answer(viewer(), asked):
        abort(403)
    file = request.files.get("file")
    try:
        sheet = read_sheet(file.read() if file is not None else b"", words.spellings(asked))
    except FileRefused as refused:
        return _page(asked, unreadable=str(refused), status=422)
    with acting(LONG) as who:
        brought = take_sheet(who, asked, sheet.rows, blank=sheet.blank)
    if brought.kept:
        queue.nudge(queue.RECONCILE)
    return _page(asked, brought=brought, status=422 if brought.faults else 200)


@blueprint.route(f"/work-lists/lines/<{_ID}:number>", methods=["GET", "POST"])
def owner_line(number: int) -> Response:
    """One line: why somebody must act, what was answered of it, and the answer."""
    form = AnswerForm(request.form)
    if request.method == "POST":
        return _answer(number, form)
    return _line_page(number, form)


def _answer(number: int, form: AnswerForm) -> Response:
    given = Given(number, form.number.data or "", form.answer.data or "", form.note.data or "")
    with acting() as who:
        held = owner_lists.line(who, number)
        if held is None:
            abort(404)
        refused = answer(who, held.whose, given)
    if refused is not None:
        return _line_page(number, form, refused)
    queue.nudge(queue.RECONCILE)
    return make_response(redirect(url_for("console.owner_lists", list=held.whose.value), 303))


def _line_page(number: int, form: AnswerForm, refused: Refusal | None = None) -> Response:
    with acting() as who:
        held = owner_lists.line(who, number)
        if held is None:
            abort(404)
        said = owner_lists.said_of(who, held)
    page = render_template(
        "console/owner_line.html",
        line=held,
        said=said,
        form=form,
        refused=words.WHY_NOT[refused] if refused is not None else "",
        answers=[(code, words.answer_name(code)) for code in ANSWERS[held.whose]],
        answers_it=may_answer(viewer(), held.whose),
        words=words,
        verdict_name=verdict_name,
        reason_text=reason_text,
    )
    return make_response(page, 200 if refused is None else _STATUS.get(refused, 400))
