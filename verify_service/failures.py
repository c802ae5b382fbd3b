"""When something cannot be shown: a short page that says what to do, in both languages, naming nobody."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from verify_service import telemetry

_WORDS = {
    400: (lazy_gettext("This form is too old"), lazy_gettext("Go back, load the page again and send the form again.")),
    401: (lazy_gettext("Please sign in"), lazy_gettext("This page is for officers of the programme.")),
    403: (lazy_gettext("Not allowed"), lazy_gettext("Your role may look at this, but not change it.")),
    404: (lazy_gettext("Page not found"), lazy_gettext("Check the address, or start from the first page.")),
    405: (lazy_gettext("Not possible this way"), lazy_gettext("Start from the first page.")),
    413: (lazy_gettext("Too large"), lazy_gettext("Send a smaller file or a shorter text.")),
    429: (lazy_gettext("Too many tries"), lazy_gettext("Wait a quarter of an hour, then try again.")),
    503: (lazy_gettext("Busy for a moment"), lazy_gettext("Nothing is lost. Try again in a minute.")),
}
_FAULT = (lazy_gettext("Something went wrong"), lazy_gettext("It has been noted. Try again in a minute."))


def answer(app: Flask) -> None:
    """Take over how failures are answered and logged."""
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
    words = _WORDS.get(code, _FAULT)
    page = render_template("error.html", code=code, title=title or words[0], advice=advice or words[1])
    return make_response(page, code)


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
