"""The door itself: nothing behind it opens without a signed-in officer whom the table of rules lets in."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, make_response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from verify_service import languages
from verify_service.accounts import account_notices
from verify_service.console.rules import RULES, Scope
from verify_service.grievances import alerts
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import CITY_TEAM, Viewer
from verify_service.ground.database import transaction
from verify_service.ground.working_days import city_day
from verify_service.labels.codes import ROLES
from verify_service.registry import uploads
from verify_service.verification import owner_sheets

blueprint = Blueprint("console", __name__, url_prefix="/console")

PATIENCE: Final = 5.0  # seconds for the database before a page says that it is busy
EVERY: Final = "3s"  # so often an open list or case asks whether it has changed
_BESIDE: Final = 100_000  # bytes of a form beside its file
_READS = ("GET", "HEAD", "OPTIONS")


@blueprint.before_request
def guard() -> Response | None:
    """Every page of the console, today's and tomorrow's: one without a rule opens for nobody."""
    rule = RULES.get(request.endpoint or "")
    if rule is not None and rule.scope is Scope.OPEN:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if current_user.duty is not None and (rule is None or rule.scope is not Scope.OWN):
        return _to_account()
    if not may(request.endpoint or "", reading=request.method in _READS):
        abort(403)
    return None


def may(endpoint: str, *, reading: bool = True) -> bool:
    """Whether the account behind this request is let in there; pages show no link that it would be refused at."""
    rule = RULES.get(endpoint)
    if rule is None or not rule.lets(current_user.role, reading=reading):
        return False
    if rule.scope in (Scope.CITY, Scope.TEAM) and viewer().bound:
        return False
    return rule.scope is not Scope.TEAM or viewer().unit == CITY_TEAM


def largest_body(endpoint: str | None) -> int | None:
    """How many bytes may be sent to a page that takes files; None where what holds for every page does.

    A list may be long: only of who may send one is so much read at all.
    """
    if endpoint == "console.take_owner_sheet":
        return owner_sheets.LARGEST
    if endpoint == "console.registry" and current_user.is_authenticated and may(endpoint, reading=False):
        return uploads.LARGEST + _BESIDE
    return None


def around_a_failure(*, database: bool) -> dict[str, object] | None:
    """What the console's header and navigation need on a page that says what failed; None for who is not signed in.

    With `database` false nothing is asked of it: it may be what failed.
    """
    if not languages.of_console() or not current_user.is_authenticated:
        return None
    shown = _on_every_page()
    return shown if database else shown | {"unseen_notices": lambda: 0}


@blueprint.context_processor
def _on_every_page() -> dict[str, object]:
    """What stands on every page, or is asked on most: who looks at it, what is open to him, and the day."""
    named = ROLES[current_user.role] if current_user.is_authenticated else ""
    today = city_day(dt.datetime.now(dt.UTC))
    return {"lets_in": may, "unseen_notices": _unseen_notices, "role_name": named, "today": today}


def _unseen_notices() -> int:
    """How many notices wait for the officer who looks at the page."""
    if not current_user.is_authenticated:
        return 0
    with acting() as who:
        return alerts.unseen(who) + account_notices.unseen(who.session, who.viewer.id)


@contextmanager
def page_session(seconds: float = PATIENCE) -> Iterator[Session]:
    """The transaction that a page reads in, or a form is dealt with in; cut, and the page says busy, after so long."""
    with transaction(seconds=seconds) as session:
        yield session


def row_of(sent: str | None) -> int:
    """The id that a form names; 0, which is nobody's, for what no page of ours sends."""
    return int(sent) if sent is not None and sent.isascii() and sent.isdecimal() and len(sent) < 19 else 0


def viewer() -> Viewer:
    """The account behind this request, as far as it decides what is seen."""
    who = current_user
    return Viewer(who.id, who.role, who.unit, who.area, who.cleared)


def _to_account() -> Response:
    """An account that has to see to its password or its second factor does nothing else before."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": url_for("console.account")})
    return make_response(redirect(url_for("console.account"), 303))


@contextmanager
def acting(seconds: float = PATIENCE) -> Iterator[Acting]:
    """The officer behind this request at work: in a transaction that ends with the block, at one moment."""
    with page_session(seconds) as session:
        yield Acting(session, viewer(), dt.datetime.now(dt.UTC))


def _page_it_came_from() -> str | None:
    """The page of ours whose form was sent; None where the browser does not tell, or nobody may open it like that."""
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc != request.host:
        return None
    try:
        current_app.create_url_adapter(request).match(sent_from.path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path


def _to_sign_in() -> Response:
    if "HX-Request" in request.headers:  # a page refreshing itself: take the whole browser to the sign-in page
        shown = urlsplit(request.headers.get("HX-Current-URL", "")).path  # checked again before anybody is taken there
        back = url_for("console.login", next=shown or url_for("console.home"))
        return Response(status=401, headers={"HX-Redirect": back})
    if request.method not in _READS:  # what was sent is not done; the page it was typed on is where to go on
        return make_response(redirect(url_for("console.login", next=_page_it_came_from()), 303))
    return make_response(redirect(url_for("console.login", next=request.full_path.rstrip("?")), 302))


def unchanged_or(body: str) -> Response:
    """This part of a page, or 304 where the browser has it already."""
    response = make_response(body)
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response
