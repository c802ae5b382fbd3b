"""Rules of the programme and prepared answers: what stands, since when and by whom, and changing it by two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from verify_service.accounts.listing import officer_names
from verify_service.amendments import amending
from verify_service.amendments.amending import AmendmentTold, Refusal, Refused
from verify_service.amendments.checking import Fault
from verify_service.amendments.exported import programme_as_amended
from verify_service.amendments.programme_values import Unreadable, documents, value_at, values
from verify_service.console.amendment_forms import AmendmentForm
from verify_service.console.blueprint import acting, blueprint, may, page_session, row_of
from verify_service.grievances.canned_answers import prepared
from verify_service.ground import in_force
from verify_service.ground.amended import Kind
from verify_service.ground.programme import programme
from verify_service.labels import amendment_words as words

LONG = 15.0  # seconds: a rule is tried against the whole programme


@blueprint.get("/rules")
def rules() -> Response:
    """Every rule by table, with where its value comes from, and what waits for a second person."""
    now, written = documents()
    with page_session() as session:
        held = amending.amendments(session)
        names = people(session, held)
    by_table: dict[str, list[tuple[str, str, bool]]] = {}
    for path, value in values().items():
        stands = value_at(now, path)
        shown = words.value_in_words(value, stands)
        by_table.setdefault(value.table, []).append((path, shown, stands != value_at(written, path)))
    page = render_template(
        "console/rules.html",
        tables={table: rows for table, rows in by_table.items() if not table.startswith("categories.")},
        categories={table: rows for table, rows in by_table.items() if table.startswith("categories.")},
        waiting=[one for one in held if one.state is amending.AmendmentState.PROPOSED],
        coming=_coming(held),
        names=names,
        words=words,
        link=page_of,
        told=told,
    )
    return make_response(page)


def _coming(held: list[AmendmentTold]) -> list[AmendmentTold]:
    """What is confirmed and waits for its day."""
    today = dt.datetime.now(programme().zone).date()
    return [one for one in held if one.state is amending.AmendmentState.CONFIRMED and one.applies_from > today]


@blueprint.get("/rules.toml")
def rules_file() -> Response:
    """The programme file as amended; who took it is written down."""
    with acting() as who:
        who.record("programme file exported", "programme")
    response = make_response(programme_as_amended())
    response.headers["Content-Type"] = "application/toml; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=programme.toml"
    return response


@blueprint.route("/rules/<key>", methods=["GET", "POST"])
def one_rule(key: str) -> Response:
    """One rule: what it is, where it comes from, how it changed; proposing another value and deciding on it."""
    value = values().get(key)
    if value is None:
        abort(404)

    def draw(form: AmendmentForm, given: Any, refused: Refused | None, status: int) -> Response:
        now, written = documents()
        typed = form.value.data if request.method == "POST" and form.value.data is not None else None
        return drawn(
            "console/rule.html",
            Kind.RULE,
            key,
            form,
            refused,
            status,
            value=value,
            stands=value_at(now, key),
            written=value_at(written, key),
            typed=value.typed(value_at(now, key)) if typed is None else typed,
        )

    def read(form: AmendmentForm) -> Any:
        try:
            return value.read(form.value.data or "")
        except Unreadable as unreadable:
            return Refused(Refusal.FAULTY, [Fault(unreadable.why, "", unreadable.found, unreadable.expected)])

    return amend(Kind.RULE, key, read, draw)


@blueprint.get("/prepared")
def prepared_answers() -> Response:
    """Every answer that officers may start from, by category."""
    page = render_template("console/prepared.html", held=prepared(), language=programme().languages[0], words=words)
    return make_response(page)


@blueprint.route("/prepared/<key>", methods=["GET", "POST"])
def one_prepared(key: str) -> Response:
    """One prepared answer in each language."""
    stands = amending.stands_now(Kind.ANSWER, key)
    if stands is None:
        abort(404)

    def read(_form: AmendmentForm) -> Any:
        return {one: request.form.get(f"{one}.text", "")[:1000].strip() for one in programme().languages}

    def draw(form: AmendmentForm, given: Any, refused: Refused | None, status: int) -> Response:
        held = amending.stands_now(Kind.ANSWER, key)
        return drawn(
            "console/prepared_one.html", Kind.ANSWER, key, form, refused, status, stands=held, typed=given or held
        )

    return amend(Kind.ANSWER, key, read, draw)


# --- what the pages of rules, words and answers share ---

Draw = Callable[[AmendmentForm, Any, Refused | None, int], Response]


def amend(kind: Kind, key: str, read: Callable[[AmendmentForm], Any], draw: Draw) -> Response:
    """Show the page, or do what was asked: propose, check without proposing, confirm, refuse, withdraw."""
    form = AmendmentForm(request.form if request.method == "POST" else None)
    if request.method != "POST":
        return draw(form, None, None, 200)
    asked = request.form.get("do", "")
    given = read(form) if asked in ("propose", "check") else None
    if asked == "check" or isinstance(given, Refused):
        unread = given if isinstance(given, Refused) else None
        return draw(form, given, unread, 422 if unread is not None else 200)
    refused = _act(asked, kind, key, form, given)
    if refused is not None:
        stale = refused.why in (Refusal.OPEN, Refusal.MOVED, Refusal.OVER)
        return draw(form, given, refused, 409 if stale else 422)
    in_force.look()
    flash(words.DONE[asked], "done")
    return make_response(redirect(page_of(kind, key), 303))


def _act(asked: str, kind: Kind, key: str, form: AmendmentForm, given: Any) -> Refused | None:
    number = row_of(request.form.get("number"))
    with acting(LONG) as who:
        if asked == "propose":
            made = amending.propose(who.session, form.wanted(kind, key, given), now=who.now, by=who.by)
            return made if isinstance(made, Refused) else None
        held = amending.find_amendment(who.session, number)
        if held is None or (held.kind, held.key) != (kind, key):
            abort(400)
        if asked == "confirm":
            return amending.confirm(who.session, number, now=who.now, by=who.by)
        if asked == "refuse":
            return amending.refuse(who.session, number, form.reason.data or "", now=who.now, by=who.by)
        if asked != "withdraw":
            abort(400)
        return amending.withdraw(who.session, number, now=who.now, by=who.by)


def drawn(
    template: str, kind: Kind, key: str, form: AmendmentForm, refused: Refused | None, status: int, **more: Any
) -> Response:
    """The page of one thing that can be amended, with its history and what waits."""
    with acting() as who:
        history = amending.amendments(who.session, kind=kind, key=key)
        newest = amending.newest_decided(who.session, kind, key)
        names = people(who.session, history)
        me = who.by
    waiting = next((one for one in history if one.state is amending.AmendmentState.PROPOSED), None)
    page = render_template(
        template,
        kind=kind,
        key=key,
        form=form,
        refused=refused,
        history=[one for one in history if one is not waiting],
        waiting=waiting,
        newest=newest,
        names=names,
        me=me,
        words=words,
        told=told,
        sends=may(request.endpoint or "", reading=False),
        **more,
    )
    return make_response(page, status)


def told(kind: Kind, key: str, value: Any) -> list[tuple[str, str]]:
    """A value as its page shows it: lines with what each is."""
    if kind is Kind.RULE:
        return [("", words.value_in_words(values()[key], value))] if key in values() else [("", str(value))]
    if kind is Kind.ANSWER:
        return [(language.upper(), said) for language, said in value.items()]
    return [(language.upper(), str(entry.get("text", ""))) for language, entry in value.items()]


def page_of(kind: Kind, key: str) -> str:
    """The page of a thing that can be amended."""
    endpoint = {Kind.RULE: "one_rule", Kind.WORDS: "one_screen", Kind.ANSWER: "one_prepared"}[kind]
    return url_for(f"console.{endpoint}", key=key)


def people(session: Session, held: list[AmendmentTold]) -> Mapping[str, str]:
    """The names of those who proposed and decided."""
    return officer_names(session, {who for one in held for who in (one.proposed_by, one.decided_by) if who})
