"""The door itself: nothing behind it opens without a signed-in officer, and an auditor changes nothing."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask_login import current_user

blueprint = Blueprint("console", __name__, url_prefix="/console")

OPEN = frozenset({"console.login"})  # the only pages for people who are not signed in
OWN_AFFAIRS = frozenset({"console.logout", "console.language"})  # what an auditor may send as well
_READS = ("GET", "HEAD", "OPTIONS")


@blueprint.before_request
def guard() -> Response | None:
    """Every page of the console, today's and tomorrow's."""
    if request.endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if request.method not in _READS and not current_user.role.writes and request.endpoint not in OWN_AFFAIRS:
        abort(403)
    return None


def _to_sign_in() -> Response:
    if "HX-Request" in request.headers:  # a page refreshing itself: take the whole browser to the sign-in page
        return Response(status=401, headers={"HX-Redirect": url_for("console.login", next=url_for("console.home"))})
    if request.method not in _READS:
        return make_response(redirect(url_for("console.login"), 303))
    return make_response(redirect(url_for("console.login", next=request.full_path.rstrip("?")), 302))
