"""Who may sign in and what they see; and the trail of it."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from verify_service.accounts import account_requests, managing
from verify_service.accounts.account_mail import link_address
from verify_service.accounts.account_requests import Asked
from verify_service.accounts.listing import SIGN_INS, account_names, accounts, officer_names, traces
from verify_service.accounts.officers import OfficerRefused, Position, Role
from verify_service.accounts.sign_in import step_up
from verify_service.console.account_forms import OfficerForm, ScopeForm, StepUpForm
from verify_service.console.blueprint import blueprint, page_session, row_of
from verify_service.grievances import leaving
from verify_service.grievances.assignment import workers_at_the_desk
from verify_service.grievances.leaving import HandedOn
from verify_service.ground.mail import there_is_a_server
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import Officer
from verify_service.labels.account_words import ACTIONS, ASKED, BY_WHAT, WHY_NOT, who_did
from verify_service.labels.codes import ROLES
from verify_service.registry.areas import District, districts

ON_A_PAGE = 50
LONG = 60.0  # seconds to hand on the cases of somebody who held very many


@blueprint.get("/officers")
def officers() -> Response:
    """The list, what waits for a second administrator, and the form for another account."""
    return _list(OfficerForm(role=Role.OFFICER.value, unit="grievance"))


def _list(form: OfficerForm, status: int = 200) -> Response:
    with page_session() as session:
        listed, places, asked = accounts(session), districts(session), account_requests.waiting(session)
        names = account_names(session)
    page = render_template(
        "console/officers.html", listed=listed, form=form, asked=asked, **_words(places, names), can_mail=_reaches()
    )
    return make_response(page, status)


@blueprint.post("/officers")
def make_officer() -> Response:
    """Make an account; its holder gets a link by mail and chooses the password."""
    form, now, by = OfficerForm(), dt.datetime.now(dt.UTC), f"officer:{current_user.id}"
    if not form.validate():
        if form.role.errors or form.unit.errors:
            abort(400)  # no page of ours offers such a one
        flash(form.first_fault(), "refused")
        return _list(form, 422)
    wanted = Position(form.role.data, form.unit.data, form.area.data or None, form.cleared.data)
    try:
        with page_session() as session:
            why = _stranger(session, now)
            if not why:
                made, token = managing.make_account(session, form.email.data, form.name.data, wanted, by=by, now=now)
                number = made.id
    except OfficerRefused as refused:
        if refused.why not in WHY_NOT:
            abort(400)
        why = refused.why
    if why:
        flash(str(WHY_NOT[why]), "refused")
        return _list(form, 422)
    return _one(number, link=(form.email.data, token))


def _stranger(session: Session, now: dt.datetime) -> str:
    """Why nothing is changed from this browser: whoever sits there did not show who they are, or no mail can leave."""
    if not _reaches():
        return "mail"
    held = managing.own_account(session, current_user.id)
    refused = step_up(session, held, StepUpForm().proof.data, request.remote_addr or "", now=now)
    return ("wait" if refused.wait else "proof") if refused else ""


def _reaches() -> bool:
    """Whether a link gets to its holder: by mail, or in the demo on the page."""
    return there_is_a_server() or settings().demo


@blueprint.get("/officers/<int(max=999999999999):number>")
def one_officer(number: int) -> Response:
    """One account, what may be done with it, and its trail."""
    return _one(number)


def _one(
    number: int, *, scope: ScopeForm | None = None, link: tuple[str, str] | None = None, status: int = 200
) -> Response:
    """The page of one account. Only the demo, which sends no mail, shows the link; nobody else's eyes are for it."""
    with page_session() as session:
        found = accounts(session, number)
        if not found:
            abort(404)
        places, trail = districts(session), traces(session, before=None, most=20, officer_id=number)
        names, asked = account_names(session), account_requests.waiting(session, number)
        held = leaving.holding(session, number)
        successors = [one for one in workers_at_the_desk(session) if one[0] != number]
    page = render_template(
        "console/officer.html",
        held=held,
        successors=successors,
        account=found[0],
        scope=scope or ScopeForm(formdata=None, obj=found[0]),
        sent_to=link[0] if link else "",
        link=link_address(link[1]) if link and settings().demo and not there_is_a_server() else "",
        trail=trail,
        asked=asked,
        own=number == current_user.id,
        moment_now=dt.datetime.now(dt.UTC),
        can_mail=_reaches(),
        **_words(places, names),
    )
    return make_response(page, status)


@blueprint.post("/officers/<int(max=999999999999):number>")
def change_officer(number: int) -> Response:
    """Change what an account sees, close or open it, vouch for it; ask for a reset, which a second one confirms."""
    asked, by, now = request.form.get("do", ""), f"officer:{current_user.id}", dt.datetime.now(dt.UTC)
    if number == current_user.id:
        flash(str(WHY_NOT["own"]), "refused")
        return _one(number, status=422)
    scope, why, token, email, told = ScopeForm(), "", "", "", ""
    to = row_of(request.form.get("to")) or None
    try:
        with page_session(LONG) as session:
            why = "" if asked == "close" else _stranger(session, now)  # to shut somebody out must not wait
            held = managing.officer_by_id(session, number)
            if held is None:
                abort(404)
            if not why and asked == "scope":
                told = _went(session, _change_scope(session, held, scope, to, by=by, now=now))
            elif not why and asked == "close":
                told = _went(session, leaving.close_account(session, held, to, by=by, now=now))
            elif not why:
                token = _change(session, held, asked, by=by, now=now)
            email = held.email
    except OfficerRefused as refused:
        if refused.why not in WHY_NOT:
            abort(400)
        why = refused.why
    if why:
        flash(str(WHY_NOT[why]), "refused")
        return _one(number, scope=scope, status=422)
    if token:
        return _one(number, link=(email, token))
    if told:
        flash(told, "done")
    return make_response(redirect(url_for("console.one_officer", number=number), 303))


def _change(session: Session, held: Officer, asked: str, *, by: str, now: dt.datetime) -> str:
    """Do it, or ask for it; the token of a link that was made."""
    if asked in (Asked.PASSWORD, Asked.FACTOR):
        account_requests.ask(session, held, Asked(asked), by=by, now=now)
    elif asked == "link":
        return managing.send_link_again(session, held, by=by, now=now)
    elif asked == "vouch":
        managing.vouch(session, held, by=by, now=now)
    elif asked == "open":
        managing.enable(session, held, by=by, now=now)
    else:
        abort(400)
    return ""


def _went(session: Session, went: HandedOn) -> str:
    """Where the cases of an account went, in words; "" where it had none."""
    if not went.all:
        return ""
    names = officer_names(session, [f"officer:{one}" for one in went.to])
    each = [f"{names[f'officer:{one}']} ({count})" for one, count in went.to.most_common()]
    if went.nobody:
        each.append(gettext("nobody, and supervisors are told (%(count)s)", count=went.nobody))
    return str(gettext("Cases handed on: %(to)s", to=", ".join(each)))


def _change_scope(
    session: Session, held: Officer, form: ScopeForm, to: int | None, *, by: str, now: dt.datetime
) -> HandedOn:
    """Change it, and hand on what the account may not work on any more; or ask a second administrator first."""
    if not form.validate():
        abort(400)
    wanted = Position(form.role.data, form.unit.data, form.area.data or None, form.cleared.data)
    if not account_requests.raises(held, wanted):
        return leaving.change_position(session, held, wanted, to, by=by, now=now)
    managing.wish_scope(session, held, wanted, by=by, now=now)
    return HandedOn()


@blueprint.post("/officers/requests/<int(max=999999999999):number>")
def decide_request(number: int) -> Response:
    """A second administrator confirms what another asked for, or it is dropped."""
    asked, by, now = request.form.get("do", ""), f"officer:{current_user.id}", dt.datetime.now(dt.UTC)
    if asked not in ("confirm", "drop"):
        abort(400)
    why, link = "", None
    try:
        with page_session() as session:
            why = _stranger(session, now)
            if not why and asked == "confirm":
                link = managing.confirm_request(session, number, by=by, now=now, change=leaving.change_by_rule)
            elif not why:
                managing.drop_request(session, number, by=by, now=now)
    except OfficerRefused as refused:
        why = refused.why
    if why:
        flash(str(WHY_NOT[why]), "refused")
        return _list(OfficerForm(formdata=None, role=Role.OFFICER.value, unit="grievance"), 422)
    if link is not None and link[1]:
        return _one(link[0].id, link=(link[0].email, link[1]))
    return make_response(redirect(url_for("console.officers"), 303))


@blueprint.get("/sign-ins")
def sign_ins() -> Response:
    """Who signed in and who was refused; or all that happened to accounts."""
    whole = request.args.get("all") == "1"
    before = min(request.args.get("before", default=0, type=int), 10**15) or None
    with page_session() as session:
        trail = traces(session, before=before, most=ON_A_PAGE + 1, actions=() if whole else SIGN_INS)
        names = account_names(session)
    page = render_template(
        "console/sign_ins.html",
        trail=trail[:ON_A_PAGE],
        older=trail[ON_A_PAGE - 1].id if len(trail) > ON_A_PAGE else None,
        before=before,
        whole=whole,
        names=names,
        who_did=who_did,
        actions=ACTIONS,
        by_what=BY_WHAT,
    )
    return make_response(page)


def _words(places: list[District], names: dict[str, str]) -> dict[str, object]:
    named = {code: name for place in places for code, name in place.kelurahan}
    named |= {place.code: place.name for place in places}
    return {
        "places": places,
        "place_names": named,
        "role_names": {role.value: words for role, words in ROLES.items()},
        "units": programme().units,
        "may_change": current_user.role is Role.ADMIN,
        "proof": StepUpForm(formdata=None).proof,
        "names": names,
        "who_did": who_did,
        "actions": ACTIONS,
        "asked_words": ASKED,
    }
