"""Which language a page speaks, and how it writes numbers, rupiah, days and hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Response, has_request_context, request
from flask_babel import format_date, format_datetime, format_decimal
from flask_login import current_user
from markupsafe import Markup

from verify_service.accounts.officers import LANGUAGES
from verify_service.ground.settings import settings

COOKIE = "language"


def of_console() -> bool:
    """Whether this request is for the console: one of its pages, or one that it does not have."""
    return request.path.startswith("/console/")


def chosen() -> str:
    """An officer's own choice, else this request's ?lang=, else the cookie of an earlier choice, else Indonesian."""
    if not has_request_context():
        return "id"
    asked = (request.args.get("lang"), request.cookies.get(COOKIE))
    if of_console() and current_user.is_authenticated:
        asked = (current_user.language, *asked)  # type: ignore[assignment]
    return next((language for language in asked if language in LANGUAGES), None) or "id"


def remember(response: Response, language: str | None) -> Response:
    """Keep a visitor's choice for a year; no cookie without a choice."""
    if language in LANGUAGES:
        response.set_cookie(
            COOKIE, language, max_age=365 * 86400, secure=not settings().demo, httponly=True, samesite="Lax"
        )
    return response


def number(value: int) -> str:
    return str(format_decimal(value))


def rupiah(value: int) -> str:
    """Whole rupiah, grouped as the language does: Rp 1.234.000."""
    return f"Rp\N{NO-BREAK SPACE}{number(value)}"


def month(value: dt.date | None) -> str:
    """ "Maret 2026"; a dash where there is none."""
    return str(format_date(value, "MMMM y")) if value is not None else "–"


def day(value: dt.date | None) -> str:
    """ "27 Nov 2026"; a dash where there is none."""
    return str(format_date(value, "d MMM y")) if value is not None else "–"


def moment(value: dt.datetime | None) -> str:
    """Day and hour in the city's own time."""
    return str(format_datetime(value, "d MMM y HH.mm")) if value is not None else "–"


def callable_number(shown: str) -> Markup:
    """A phone number to be tapped and called; a masked one only stands there."""
    if not shown.lstrip("+").isdecimal():
        return Markup('<span class="number">{}</span>').format(shown)
    dialled = f"+62{shown[1:]}" if shown.startswith("0") else shown
    return Markup('<a class="number" href="tel:{}">{}</a>').format(dialled, shown)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "rupiah": rupiah,
    "month": month,
    "day": day,
    "moment": moment,
    "phone": callable_number,
}
