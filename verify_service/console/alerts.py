"""What an officer is told of the clock: cases at risk, overdue, passed up, or not looked at."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext

from verify_service.accounts import account_notices
from verify_service.accounts.listing import account_names
from verify_service.console.blueprint import acting, blueprint, row_of
from verify_service.grievances import alerts as held
from verify_service.labels.account_words import ACTIONS, who_did
from verify_service.labels.categories import category_name

KINDS = {
    "at_risk": lazy_gettext("is at risk of being late"),
    "overdue": lazy_gettext("is overdue"),
    "escalated": lazy_gettext("was passed up"),
    "unverified": lazy_gettext("was not looked at in time"),
    "assigned": lazy_gettext("was given to you"),
    "taken_over": lazy_gettext("is with a colleague now"),
    "reopened": lazy_gettext("was opened again"),
    "replied": lazy_gettext("has new words of the citizen"),
    "orphaned": lazy_gettext("has nobody any more: hand it to somebody"),
}


@blueprint.route("/notices", methods=["GET", "POST"])
def notices() -> Response:
    """The newest notices of this account, the unread first; reading them is said with a button."""
    with acting() as who:
        if request.method == "POST":
            one = request.form.get("notice")
            if one is None:
                account_notices.see(who.session, who.viewer.id)
            held.see(who, None if one is None else row_of(one))
            return make_response(redirect(url_for("console.notices"), 303))
        found, names = held.newest(who), account_names(who.session)
        of_accounts = account_notices.newest(who.session, who.viewer.id)
    page = render_template(
        "console/notices.html",
        notices=found,
        kinds=KINDS,
        of_accounts=of_accounts,
        actions=ACTIONS,
        who_did=who_did,
        names=names,
        category_name=category_name,
    )
    return make_response(page)
