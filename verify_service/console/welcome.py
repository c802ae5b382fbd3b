"""The page behind a one-time link: its holder chooses a password. Looking at it uses nothing up: mail filters look."""

from __future__ import annotations

import datetime as dt

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from verify_service import languages
from verify_service.accounts import one_time_links
from verify_service.accounts.officers import OfficerRefused
from verify_service.console.account import WHY_NOT
from verify_service.console.account_forms import LinkForm
from verify_service.console.blueprint import blueprint, page_session


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> Response:
    """Choose a password; then sign in with it, and with the second factor where the account has one."""
    if request.method != "POST":
        with page_session() as session:
            found = one_time_links.holder_of(session, token) is not None
        answer = make_response(_page(void=not found), 200 if found else 410)
        return languages.remember(answer, request.args.get("lang"))
    form = LinkForm()
    if not form.validate():
        return make_response(_page(why=form.first_fault()), 422)
    try:
        with page_session() as session:
            done = one_time_links.choose(session, token, form.new.data, now=dt.datetime.now(dt.UTC))
    except OfficerRefused as refused:
        return make_response(_page(why=str(WHY_NOT[refused.why])), 422)
    if not done:
        return make_response(_page(void=True), 410)
    flash("chosen", "signing in")
    return make_response(redirect(url_for("console.login"), 303))


def _page(*, void: bool = False, why: str = "") -> str:
    return render_template("console/welcome.html", form=LinkForm(formdata=None), void=void, why=why)
