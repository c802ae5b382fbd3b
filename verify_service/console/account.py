"""The officer's own account: password, second factor, browsers that are signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import segno
from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from verify_service.accounts import calendar_address, managing, passkeys, second_factor, sessions
from verify_service.accounts.officers import OfficerRefused
from verify_service.accounts.sign_in import still_them
from verify_service.console.access import cookie_name, site
from verify_service.console.account_forms import FactorForm, PasskeyForm, PasswordForm
from verify_service.console.blueprint import blueprint, page_session
from verify_service.grievances import digest
from verify_service.ground.addresses import public_address
from verify_service.ground.tables import Officer

WHY_NOT = {
    "old": lazy_gettext("The old password is wrong."),
    "wait": lazy_gettext("Too many tries. Wait a quarter of an hour, then try again."),
    "short": lazy_gettext("The new password is too short: use 12 characters or more."),
    "long": lazy_gettext("The new password is too long."),
    "easy": lazy_gettext("The new password is easy to guess. Use several words that do not belong together."),
    "same": lazy_gettext("The new password is the old one."),
    "code": lazy_gettext("That code does not count. Wait for the next one on your phone, and check the phone's clock."),
    "passkey": lazy_gettext("No passkey was made. Try again, here and with the same device."),
    "both": lazy_gettext("Password or code is wrong."),
}
DONE = {
    "password": lazy_gettext("Your password is changed. You are signed out everywhere else."),
    "passkey": lazy_gettext("The passkey is kept: it counts from now on."),
    "no passkey": lazy_gettext("That passkey counts no more."),
    "off": lazy_gettext("The second factor is off."),
    "withdrawn": lazy_gettext("The calendar's address opens nothing any more."),
    "mailed": lazy_gettext("You get one mail a working day while something waits."),
    "unmailed": lazy_gettext("You get no mail any more."),
    "ended": lazy_gettext("Signed out there."),
}


@blueprint.get("/account")
def account() -> Response:
    """The page."""
    return _page()


def _page(*, codes: Sequence[str] = (), calendar: str = "", passkey: str = "") -> Response:
    """The page; recovery codes and the calendar's address are shown this once, and go into no cookie."""
    with page_session() as session:
        held = managing.own_account(session, current_user.id)
        starting = held.totp_at is None and held.totp_secret is not None
        page = render_template(
            "console/account.html",
            held=held,
            codes=codes,
            calendar=calendar,
            picture=_picture(second_factor.address_of(held)) if starting else "",
            secret=_in_fours(second_factor.secret_of(held)) if starting else "",
            codes_left=second_factor.codes_left(session, held.id),
            must_have=second_factor.wanted_of(held),
            browsers=sessions.open_sessions(session, held.id, _token()),
            form=PasswordForm(formdata=None),
            factor=FactorForm(formdata=None),
            has_factor=second_factor.has(held),
            keys=passkeys.held_by(session, held.id),
            key_form=PasskeyForm(formdata=None),
            passkey=passkey,
        )
    return make_response(page)


def _refused(section: str, why: str) -> Response:
    """The page with the reason beside the form that was sent."""
    flash(why, section)
    return make_response(_page(), 422)


@blueprint.post("/account/password")
def change_own_password() -> Response:
    """Another password; the old one is asked for, and every other browser is signed out."""
    form = PasswordForm()
    if not form.validate():
        return _refused("password", form.first_fault())
    now = dt.datetime.now(dt.UTC)
    with page_session() as session:
        held = _own(session)
        refused = still_them(session, held, form.old.data, request.remote_addr or "", now=now)
        why = ("wait" if refused.wait else "old") if refused else ""
        if not refused:
            try:
                managing.change_password(session, held, form.new.data, token=_token(), now=now)
            except OfficerRefused as error:
                why = error.why
    return _refused("password", str(WHY_NOT[why])) if why else _back("password")


@blueprint.post("/account/second-factor")
def change_second_factor() -> Response:
    """Begin, confirm or end the second factor, or make new codes for paper."""
    form, now = FactorForm(), dt.datetime.now(dt.UTC)
    if not form.validate():
        abort(400)
    asked = form.do.data
    codes: list[str] | None = []
    with page_session() as session:
        held = _own(session)
        why = _why_not_factor(session, held, form, now)
        if not why and asked == "begin":
            second_factor.begin(session, held)
        elif not why and asked == "confirm":
            codes = second_factor.confirm(session, held, form.code.data, now=now)
        elif not why and asked == "codes":
            codes = second_factor.renew_codes(session, held, now=now)
        elif not why and held.totp_at is not None:
            second_factor.end_codes(session, held, now=now)
    if codes is None:
        why = "code"
    if why:
        return _refused("factor", str(WHY_NOT[why]))
    if codes:
        return _page(codes=codes)
    return _back("off" if asked == "end" else "", "factor")


def _why_not_factor(session: Session, held: Officer, form: FactorForm, now: dt.datetime) -> str:
    """Taking the factor off needs password and code; beginning needs the password, since it decides who gets in."""
    asked = form.do.data
    if asked == "confirm":
        return ""
    code = form.code.data if second_factor.has(held) and (asked != "begin" or held.passkey_at) else None
    refused = still_them(session, held, form.old.data, request.remote_addr or "", now=now, code=code)
    if refused is None:
        return ""
    return "wait" if refused.wait else "old" if asked == "begin" else "both"


@blueprint.post("/account/passkeys")
def change_passkeys() -> Response:
    """Ask for another passkey, keep the one that was made, or take one away."""
    form, now = PasskeyForm(), dt.datetime.now(dt.UTC)
    if not form.validate():
        abort(400)
    asked, options, why = form.do.data, "", ""
    codes: list[str] = []
    with page_session() as session:
        held = _own(session)
        if asked == "make":
            made = passkeys.make(session, held, form.answer.data, form.name.data, site(), now=now)
            why = "passkey" if made is None else ""
            codes = [] if why else second_factor.first_codes(session, held, now=now)
        else:
            code = form.code.data if second_factor.has(held) else None
            refused = still_them(session, held, form.old.data, request.remote_addr or "", now=now, code=code)
            why = ("wait" if refused.wait else "both") if refused else ""
            if not why and asked == "begin":
                options = passkeys.ask_to_make(session, held, site())
            elif not why:
                passkeys.remove(session, held, form.key.data, now=now)
    if why:
        return _refused("passkeys", str(WHY_NOT[why]))
    if options or codes:
        return _page(passkey=options, codes=codes)
    return _back("passkey" if asked == "make" else "no passkey", "passkeys")


@blueprint.post("/account/sessions")
def end_own_sessions() -> Response:
    """Sign out one of the other browsers, or all of them."""
    key = request.form.get("key")
    with page_session() as session:
        who = f"officer:{current_user.id}"
        sessions.end_sessions(
            session, current_user.id, by=who, now=dt.datetime.now(dt.UTC), but=_token(), key=key or None
        )
    return _back("ended", "browsers")


@blueprint.post("/account/calendar")
def change_own_calendar() -> Response:
    """Make an address for the officer's calendar, which voids the one before, or withdraw it."""
    asked, now = request.form.get("do", ""), dt.datetime.now(dt.UTC)
    if asked not in ("make", "withdraw"):
        abort(400)
    with page_session() as session:
        held = _own(session)
        if asked == "withdraw":
            calendar_address.withdraw(session, held, now=now)
            token = ""
        else:
            token = calendar_address.make(session, held, now=now)
    if not token:
        return _back("withdrawn", "calendar")
    return _page(calendar=public_address(url_for("calendars.due", token=token), request.host_url))


@blueprint.post("/account/digest")
def change_own_digest() -> Response:
    """Whether the officer wants one mail a day of what waits."""
    with page_session() as session:
        wanted = request.form.get("do") == "start"
        by, now = f"officer:{current_user.id}", dt.datetime.now(dt.UTC)
        digest.choose(session, current_user.id, wanted=wanted, now=now, by=by)
    return _back("mailed" if wanted else "unmailed", "digest")


@blueprint.route("/digest/<token>", methods=["GET", "POST"])
def stop_digest(token: str) -> Response:
    """What the link in the mail opens: it stops the mail of this account, and nothing else; nobody has to sign in."""
    number = digest.officer_behind(token[:200])
    if number is None:
        abort(404)
    if request.method == "POST":
        with page_session() as session:
            digest.choose(session, number, wanted=False, now=dt.datetime.now(dt.UTC), by=f"officer:{number}")
    page = render_template("console/stop_digest.html", stopped=request.method == "POST")
    return make_response(page)


def _own(session: Session) -> Officer:
    return managing.own_account(session, current_user.id, lock=True)


def _token() -> str:
    return request.cookies.get(cookie_name(), "")


def _back(done: str = "", section: str = "") -> Response:
    if done:
        flash(str(DONE[done]), "done")
    return make_response(redirect(url_for("console.account", _anchor=section or None), 303))


def _picture(address: str) -> str:
    """The address as a picture that a phone reads."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
