"""The page of one case: what was said and done, what lies around it, and what may be done next."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Response, abort, make_response, redirect, render_template, request, url_for

from verify_service.console.blueprint import EVERY, acting, blueprint, row_of, unchanged_or
from verify_service.console.forms import StepForm
from verify_service.grievances import actions, canned_answers, merging, related
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal
from verify_service.grievances.allowed import Action, possible
from verify_service.grievances.assignment import body_above
from verify_service.grievances.clock import deadline
from verify_service.grievances.correcting import correct_phone
from verify_service.grievances.identity import identity_opened, open_identity, times_opened
from verify_service.grievances.notify import ANSWER_SEPTETS, as_text, sensitive
from verify_service.grievances.timeline import chronology, since
from verify_service.ground import queue as jobs
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance
from verify_service.labels.categories import category_name
from verify_service.labels.codes import identity_name, report_step, verdict_name
from verify_service.labels.grievances import (
    ACTIONS,
    DECISIONS,
    INSURED,
    LISTED,
    URGENCIES,
    WAITING_FOR,
    body_name,
    channel_name,
    deadline_words,
    how_it_goes,
    refusal_text,
    said_by,
    why_similar,
    word_of,
)
from verify_service.labels.sent_texts import DELIVERIES, OUTBOX
from verify_service.labels.standings import state_name
from verify_service.labels.statements import BRIEFLY, SOURCES
from verify_service.registry.names import masked_name

ID: Final = "int(max=9223372036854775807)"
_ANSWERED_WITH: Final = {
    Refusal.UNKNOWN: 404,
    Refusal.CHANGED: 409,
    Refusal.STEP: 409,
    Refusal.ROLE: 403,
}


@blueprint.route(f"/cases/<{ID}:number>", methods=["GET", "POST"])
def case(number: int) -> Response:
    """One case; a step that is sent goes back to it, and one that is refused keeps what was typed."""
    if request.method == "POST":
        return _step(number)
    with acting() as who:
        report = actions.find(who, number)
        if report is None:
            abort(404)
        actions.read(who, report)
        if request.args.get("print"):
            return make_response(render_template("console/case_print.html", **on_paper(who, report)))
        page = render_template("console/case.html", **_whole(who, report))
    return make_response(page)


@blueprint.get(f"/cases/<{ID}:number>/live")
def case_live(number: int) -> Response:
    """What may change of it while it is looked at: how it stands, and the thread."""
    with acting() as who:
        report = actions.find(who, number)
        if report is None:
            abort(404)
        body = render_template("console/case_live.html", **_head(who, report))
    return unchanged_or(body)


@blueprint.post(f"/cases/<{ID}:number>/merge")
def merge(number: int) -> Response:
    """Two cases side by side, before one goes on as the other."""
    form = StepForm()
    with acting() as who:
        report = actions.find(who, number)
        if report is None:
            abort(404)
        other = actions.find_by_number(who, form.into.data)
        if other is None or other.id == report.id:
            return _refused(who, report, Action.MERGE, Refusal.UNKNOWN, form, 422)
        actions.read(who, other)
        both = [_head(who, one) for one in (report, other)]
    return make_response(render_template("console/merge.html", both=both, version=form.version.data))


def _step(number: int) -> Response:
    """Take the step that was sent; 409 with the page as it is now where somebody was quicker."""
    form = StepForm()
    action = next((action for action in Action if action == form.step.data), None)
    with acting() as who:
        report = actions.find(who, number)
        if report is None:
            abort(404)
        refused = Refusal.INPUT if action is None else _STEPS[action](who, number, form)
        if refused is not None:
            if actions.find_anew(who, report) is None:
                abort(404)  # somebody filed it under what this account may not see, at this very moment
            return _refused(who, report, action, refused, form, _ANSWERED_WITH.get(refused, 422))
        stays = actions.find(who, number) is not None
    jobs.nudge(jobs.SEND)
    did = action.value if action else ""
    target = url_for("console.case", number=number, did=did) if stays else url_for("console.cases", gone=1)
    return make_response(redirect(target, 303))


def _refused(
    who: Acting, report: Grievance, action: Action | None, refused: Refusal, form: StepForm, status: int
) -> Response:
    """The page as it is now, why the step was not taken, what others did meanwhile, and what was typed."""
    whole = _whole(who, report)
    meanwhile = since(whole["thread"], form.seen.data) if form.seen.data else []
    page = render_template(
        "console/case.html",
        **{**whole, "refused": refused, "tried": action, "typed": form.data, "meanwhile": meanwhile},
    )
    return make_response(page, status)


_Take = Callable[[Acting, int, StepForm], Refusal | None]


def _merge(who: Acting, case: int, sent: StepForm) -> Refusal | None:
    into = row_of(sent.into.data)
    if not into:
        return Refusal.INPUT
    return merging.merge(who, case, sent.version.data, into)


def _words(who: Acting, case: int, sent: StepForm) -> Refusal | None:
    once = f"console:{sent.once.data}" if sent.once.data else ""
    return actions.comment(who, case, sent.words.data, called=sent.step.data == Action.CALL, inbound=once)


_STEPS: Final[Mapping[Action, _Take]] = {
    Action.VERIFY: lambda a, c, sent: actions.verify(a, c, sent.version.data, sent.triage),
    Action.FILE: lambda a, c, sent: actions.file_under(a, c, sent.version.data, sent.triage),
    Action.TAKE: lambda a, c, sent: actions.take_on(a, c, sent.version.data),
    Action.HAND_OVER: lambda a, c, sent: actions.hand_over(a, c, sent.version.data, sent.to.data, sent.words.data),
    Action.ASK: lambda a, c, sent: actions.ask(a, c, sent.version.data, sent.reason.data, sent.words.data),
    Action.HEARD: lambda a, c, sent: actions.heard(a, c, sent.version.data, sent.words.data),
    Action.ANSWER: lambda a, c, sent: actions.answer(a, c, sent.version.data, sent.decision.data, sent.words.data),
    Action.NOTE: _words,
    Action.CALL: _words,
    Action.REFER: lambda a, c, sent: actions.refer(
        a, c, sent.version.data, sent.referred_to.data, sent.words.data, sent.external.data
    ),
    Action.REJECT: lambda a, c, sent: actions.reject(a, c, sent.version.data, sent.reason.data, sent.words.data),
    Action.REOPEN: lambda a, c, sent: actions.reopen(a, c, sent.version.data, sent.words.data),
    Action.ESCALATE: lambda a, c, sent: actions.escalate(a, c, sent.version.data, sent.words.data),
    Action.MERGE: _merge,
    Action.UNMERGE: lambda a, c, sent: merging.take_back(a, c, sent.version.data, sent.words.data),
    Action.PHONE: lambda a, c, sent: correct_phone(a, c, sent.version.data, sent.phone.data, sent.words.data),
    Action.ELSEWHERE: lambda a, c, sent: actions.numbered_elsewhere(a, c, sent.version.data, sent.external.data),
    Action.IDENTITY: lambda a, c, sent: open_identity(a, c, sent.reason.data),
}


def _head(who: Acting, report: Grievance) -> dict[str, Any]:
    """What changes by itself: how it stands, who has it, who reported it, and the thread."""
    thread = chronology(who, report)
    by_name = report.identity == "normal" and who.viewer.reads_words
    return {
        "report": report,
        "thread": thread,
        "seen": max((entry.seq for entry in thread), default=0),
        "said": deadline_words(deadline(report, who.today), report.waiting_for),
        **vars(related.around(who.session, report)),
        "joined": merging.merged_into(who, report),
        "body": body_above(report.category, report.level),
        "words": unseal_or_blank(report.words, "grievance.words") if who.viewer.reads_words else "",
        "reads": who.viewer.reads_words,
        "identity": identity_opened(who, report) if who.viewer.reads_words else None,
        "opened_times": times_opened(who.session, report),
        "phone": related.masked_phone(who.session, report.phone_id) if by_name and report.contact != "none" else "",
        "name": masked_name(unseal_or_blank(report.reporter, "grievance.reporter"))
        if by_name and report.reporter
        else "",
        "live_url": url_for("console.case_live", number=report.id),
        "category_name": category_name,
        "identity_name": identity_name,
        "state_name": state_name,
        "channel_name": channel_name,
        "report_step": report_step,
        "said_by": said_by,
        "word_of": word_of,
        "body_name": body_name,
        "how_it_goes": how_it_goes,
        "outbox": OUTBOX,
        "deliveries": DELIVERIES,
        "decisions": DECISIONS,
    }


def _whole(who: Acting, report: Grievance) -> dict[str, Any]:
    """Everything on the page."""
    head = _head(who, report)
    may = possible(who.viewer, report)
    shown = report.identity == "normal" or head["identity"] is not None
    language = canned_answers.language_of(who.session, report)
    return {
        **head,
        "may": may,
        "actions": ACTIONS,
        "action": Action,
        "refused": None,
        "tried": None,
        "typed": {},
        "meanwhile": [],
        "did": next((action for action in Action if action == request.args.get("did")), None),
        "once": secrets.token_urlsafe(12),
        "subject": related.subject(who.session, report) if shown and who.viewer.reads_words else None,
        "neighbours": related.neighbours(who, report),
        "similar": related.similar(who, report),
        "suggestion": related.suggestion(head["words"]),
        "why_similar": why_similar,
        "verdict_name": verdict_name,
        "listed_name": lambda code: word_of(LISTED, code),
        "insurer_name": lambda code: word_of(INSURED, code),
        "source_name": lambda code: word_of(SOURCES, code),
        "statement_name": lambda code: word_of(BRIEFLY, code),
        "officers": actions.officers_for(who.session, report) if Action.HAND_OVER in may else (),
        "categories": sorted(((key, category_name(key)) for key in programme().categories), key=lambda pair: pair[1]),
        "urgencies": {key: words for key, words in URGENCIES.items() if key != "none"},
        "closing": [(code, word_of(DECISIONS, code)) for code in programme().decisions.closing],
        "rejecting": [(code, word_of(DECISIONS, code)) for code in programme().decisions.rejecting],
        "reasons": [(code, word_of(WAITING_FOR, code)) for code in programme().decisions.waiting_reasons],
        "templates": canned_answers.offered(report.category, language),
        "answer_language": language,
        "prefix": as_text(report.number, ""),
        "most": ANSWER_SEPTETS,
        "part_cost": programme().texting.part_cost,
        "neutral": sensitive(report),
        "reached": report.phone_id is not None and report.contact != "none",
        "every": EVERY,
        "refusal_text": refusal_text,
    }


def on_paper(who: Acting, report: Grievance) -> dict[str, Any]:
    """What goes on paper: the number, what was done when, and the decision; of nobody's identity."""
    answer = unseal_or_blank(report.answer, "grievance.answer") if who.viewer.reads_words else ""
    return {**_head(who, report), "answer": answer, "today": who.today}
