"""Who may sign in and what they see; and the trail of it."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from verify_service.accounts import managing
from verify_service.accounts.listing import SIGN_INS, account_names, accounts, officer_names, traces
from verify_service.accounts.officers import OfficerRefused, Position, Role, add_officer
from verify_service.console.blueprint import blueprint, page_session, row_of
from verify_service.console.forms import OfficerForm, ScopeForm
from verify_service.grievances import leaving
from verify_service.grievances.assignment import workers_at_the_desk
from verify_service.grievances.leaving import HandedOn
from verify_service.ground.programme import programme
from verify_service.ground.tables import Officer
from verify_service.labels.codes import ROLES
from verify_service.registry.areas import District, districts

ON_A_PAGE = 50
LONG = 60.0  # seconds to hand on the cases of somebody who held very many
WHY_NOT = {
    "email": lazy_gettext("This is not an e-mail address; write it like officer@city.example."),
    "taken": lazy_gettext("There is already an account with this e-mail address."),
    "place": lazy_gettext("An account of a kelurahan needs its place."),
    "cleared": lazy_gettext("Only officers and supervisors of the whole city can be cleared for sensitive reports."),
    "successor": lazy_gettext("Choose somebody who works on cases, or leave it to the rule."),
    "own": lazy_gettext("Your own account is changed by another administrator."),
}
ACTIONS = {
    "signed in": lazy_gettext("Signed in"),
    "sign-in refused": lazy_gettext("Sign-in refused"),
    "signed out": lazy_gettext("Signed out"),
    "recovery code used": lazy_gettext("Recovery code used"),
    "sessions ended": lazy_gettext("Browsers signed out"),
    "password changed": lazy_gettext("Password changed"),
    "password reset": lazy_gettext("Password reset"),
    "second factor on": lazy_gettext("Second factor turned on"),
    "second factor off": lazy_gettext("Second factor taken off"),
    "recovery codes made": lazy_gettext("Recovery codes made"),
    "officer added": lazy_gettext("Account made"),
    "officer disabled": lazy_gettext("Account closed"),
    "officer enabled": lazy_gettext("Account opened again"),
    "officer's scope changed": lazy_gettext("Role or area changed"),
    "reports handed on": lazy_gettext("Their cases were handed on"),
    "digest wanted": lazy_gettext("Daily mail wanted"),
    "digest stopped": lazy_gettext("Daily mail stopped"),
    "language chosen": lazy_gettext("Language chosen"),
    "calendar address made": lazy_gettext("Calendar address made"),
    "calendar address withdrawn": lazy_gettext("Calendar address withdrawn"),
}
BY_WHAT = {
    "password": lazy_gettext("password"),
    "code": lazy_gettext("password and code"),
    "recovery code": lazy_gettext("password and recovery code"),
}


@blueprint.get("/officers")
def officers() -> Response:
    """The list, and the form for another account."""
    return _list(OfficerForm(role=Role.OFFICER.value, unit="grievance"))


def _list(form: OfficerForm, status: int = 200) -> Response:
    with page_session() as session:
        listed, places = accounts(session), districts(session)
    page = render_template("console/officers.html", listed=listed, form=form, **_words(places))
    return make_response(page, status)


@blueprint.post("/officers")
def make_officer() -> Response:
    """Make an account; its password is shown once, to be handed over and changed."""
    form = OfficerForm()
    if not form.validate():
        if form.role.errors or form.unit.errors:
            abort(400)  # no page of ours offers such a one
        flash(form.first_fault(), "refused")
        return _list(form, 422)
    password = managing.made_up_password()
    try:
        with page_session() as session:
            made = add_officer(
                session,
                form.email.data,
                form.role.data,
                password,
                form.name.data,
                unit=form.unit.data,
                area=form.area.data or None,
                cleared=form.cleared.data,
                actor=f"officer:{current_user.id}",
            )
    except OfficerRefused as refused:
        if refused.why not in WHY_NOT:
            abort(400)
        flash(str(WHY_NOT[refused.why]), "refused")
        return _list(form, 422)
    return _one(made, made_up=(form.email.data, password))


@blueprint.get("/officers/<int(max=999999999999):number>")
def one_officer(number: int) -> Response:
    """One account, what may be done with it, and its trail."""
    return _one(number)


def _one(
    number: int, *, scope: ScopeForm | None = None, made_up: tuple[str, str] | None = None, status: int = 200
) -> Response:
    """The page of one account; a password that was made up is shown this once, and goes into no cookie."""
    with page_session() as session:
        found = accounts(session, number)
        if not found:
            abort(404)
        places, trail = districts(session), traces(session, before=None, most=20, officer_id=number)
        names = _names(session)
        held = leaving.holding(session, number)
        successors = [one for one in workers_at_the_desk(session) if one[0] != number]
    page = render_template(
        "console/officer.html",
        held=held,
        successors=successors,
        account=found[0],
        scope=scope or ScopeForm(formdata=None, obj=found[0]),
        made_up=made_up,
        trail=trail,
        names=names,
        actions=ACTIONS,
        own=number == current_user.id,
        **_words(places),
    )
    return make_response(page, status)


@blueprint.post("/officers/<int(max=999999999999):number>")
def change_officer(number: int) -> Response:
    """Change what an account sees, close or open it, exchange its password, or take its second factor off."""
    asked, by, now = request.form.get("do", ""), f"officer:{current_user.id}", dt.datetime.now(dt.UTC)
    if number == current_user.id:
        flash(str(WHY_NOT["own"]), "refused")
        return _one(number, status=422)
    password, scope, went = "", ScopeForm(), HandedOn()
    to = row_of(request.form.get("to")) or None
    try:
        with page_session(LONG) as session:
            held = managing.officer_by_id(session, number)
            if held is None:
                abort(404)
            if asked == "scope":
                went = _change_scope(session, held, scope, to, by=by, now=now)
            elif asked == "password":
                password = managing.reset_password(session, held, by=by, now=now)
            elif asked == "factor":
                managing.reset_second_factor(session, held, by=by, now=now)
            elif asked == "close":
                went = leaving.close_account(session, held, to, by=by, now=now)
            elif asked == "open":
                managing.enable(session, held, by=by, now=now)
            else:
                abort(400)
            email, told = held.email, _went(session, went)
    except OfficerRefused as refused:
        if refused.why not in WHY_NOT:
            abort(400)
        flash(str(WHY_NOT[refused.why]), "refused")
        return _one(number, scope=scope, status=422)
    if password:
        return _one(number, made_up=(email, password))
    if told:
        flash(told, "done")
    return make_response(redirect(url_for("console.one_officer", number=number), 303))


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
    if not form.validate():
        abort(400)
    wanted = Position(form.role.data, form.unit.data, form.area.data or None, form.cleared.data)
    return leaving.change_position(session, held, wanted, to, by=by, now=now)


@blueprint.get("/sign-ins")
def sign_ins() -> Response:
    """Who signed in and who was refused; or all that happened to accounts."""
    whole = request.args.get("all") == "1"
    before = min(request.args.get("before", default=0, type=int), 10**15) or None
    with page_session() as session:
        trail = traces(session, before=before, most=ON_A_PAGE + 1, actions=() if whole else SIGN_INS)
        names = _names(session)
    page = render_template(
        "console/sign_ins.html",
        trail=trail[:ON_A_PAGE],
        older=trail[ON_A_PAGE - 1].id if len(trail) > ON_A_PAGE else None,
        before=before,
        whole=whole,
        names=names,
        actions=ACTIONS,
        by_what=BY_WHAT,
    )
    return make_response(page)


def _names(session: Session) -> dict[str, str]:
    """What accounts are called, by how the trail names them."""
    return {"command line": gettext("the command line"), "demo": gettext("the demo"), **account_names(session)}


def _words(places: list[District]) -> dict[str, object]:
    named = {code: name for place in places for code, name in place.kelurahan}
    named |= {place.code: place.name for place in places}
    return {
        "places": places,
        "place_names": named,
        "role_names": {role.value: words for role, words in ROLES.items()},
        "units": programme().units,
        "may_change": current_user.role is Role.ADMIN,
    }
