"""When something cannot be shown: a page that says what is true and what to do, naming nobody.

It keeps the header, the language and the role of whoever asked, where these are known without the database.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Protocol

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from verify_service import telemetry

_WORDS: Final = {
    400: (
        lazy_gettext("This form could not be read"),
        lazy_gettext("Nothing was changed. Go back, load the page again and send the form again."),
    ),
    401: (lazy_gettext("Please sign in"), lazy_gettext("This page is for officers of the programme.")),
    404: (lazy_gettext("Page not found"), lazy_gettext("Check the address, or start from the first page.")),
    405: (lazy_gettext("Not possible this way"), lazy_gettext("Start from the first page.")),
    413: (lazy_gettext("Too large"), lazy_gettext("Send a smaller file or a shorter text.")),
    429: (lazy_gettext("Too many tries"), lazy_gettext("Wait a quarter of an hour, then try again.")),
    503: (lazy_gettext("Busy for a moment"), lazy_gettext("Nothing is lost. Try again in a minute.")),
}
_FORBIDDEN: Final = {
    True: (
        lazy_gettext("Not open to your account"),
        lazy_gettext("This page belongs to another role or another area. If you need it, ask an administrator."),
    ),
    False: (
        lazy_gettext("Your account may not do this"),
        lazy_gettext("Nothing was changed. If it is your work, ask an administrator."),
    ),
}
_NOT_HERE: Final = lazy_gettext("There is no such page, or it is not open to your account.")
_FAULT: Final = (
    lazy_gettext("Something went wrong"),
    lazy_gettext("It has been noted. If you sent something, look whether it is there before you send it again."),
)


class Around(Protocol):
    """What the console's header needs around a failure; None for who is not signed in there."""

    def __call__(self, *, database: bool) -> dict[str, object] | None: ...


def answer(app: Flask, around: Around) -> None:
    """Take over how failures are answered and logged."""
    app.extensions["around_a_failure"] = around
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _unsigned)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _fault)


def _page(code: int, title: object = None, advice: object = None) -> Response:
    if request.path.startswith("/webhooks/"):  # a gateway reads it, if anybody does
        response = make_response(f"{code}\n", code)
        response.mimetype = "text/plain"
        return response
    around = current_app.extensions["around_a_failure"](database=code < 500)
    words = _words(code, signed_in=around is not None)
    shown = {
        "code": code,
        "title": title or words[0],
        "advice": advice or words[1],
        "frame": "layout.html" if around is None else "console/layout.html",
        "noted_at": dt.datetime.now(dt.UTC) if code >= 500 else None,
    }
    return make_response(render_template("error.html", **shown, **(around or {})), code)


def _words(code: int, *, signed_in: bool) -> tuple[object, object]:
    """What is true of this refusal, for whoever reads it."""
    if code == 403:
        return _FORBIDDEN[request.method in ("GET", "HEAD")]
    if code == 404 and signed_in:
        return _WORDS[404][0], _NOT_HERE
    return _WORDS.get(code, _FAULT)


def _refused(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = _page(error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _unsigned(error: CSRFError) -> Response:
    return _page(
        400,
        gettext("This form could not be checked"),
        gettext("Cookies may be off, or the page was open too long. Load it again, then send the form again."),
    )


def _busy(error: Exception) -> Response:
    telemetry.log_fault(error)
    return _page(503)


def _fault(error: Exception) -> Response:
    telemetry.log_fault(error)
    return _page(500)
