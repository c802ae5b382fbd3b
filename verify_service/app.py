"""The web application: every door behind one set of headers, one way of failing and one log."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request, session
from flask_babel import Babel
from flask_login import LoginManager, current_user
from werkzeug.sansio.utils import host_is_trusted

from verify_service import (
    calendars,
    compression,
    console,
    failures,
    health,
    languages,
    logs,
    open311,
    public,
    simulator,
    telemetry,
    webhooks,
)
from verify_service.bodies import FewAtATime
from verify_service.form_tokens import FormTokens
from verify_service.ground.addresses import hosts
from verify_service.ground.programme import programme
from verify_service.ground.settings import SettingsRefused, settings
from verify_service.messaging import catalogue, gateways
from verify_service.proxies import BehindProxies

WEBHOOK_BYTES = 16 * 1024
PAGE_BYTES = 1024 * 1024
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app() -> Flask:
    """The WSGI application. Settings and programme are read at once: a wrong one stops the start, not a citizen."""
    if not structlog.is_configured():
        logs.configure()
    gateways.gateway()
    if not settings().demo and not settings().public_url:
        why = "Settings are incomplete:\n  VERIFY_PUBLIC_URL: is not set; write our address, such as https://HOST"
        raise SettingsRefused(why)
    catalogue.check_widths()
    app = Flask("verify_service")
    _configure(app)
    app.wsgi_app = FewAtATime(app.wsgi_app, PAGE_BYTES)  # type: ignore[method-assign]
    app.wsgi_app = BehindProxies(app.wsgi_app, settings().trusted_proxies)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_headers)
    compression.compress(app)
    telemetry.watch(app)
    failures.answer(app, console.around_a_failure)
    csrf = FormTokens(app)
    for blueprint in (*webhooks.BLUEPRINTS, open311.blueprint, public.blueprint):  # none of them acts for a cookie
        csrf.exempt(blueprint)
    officers = LoginManager(app)
    officers.request_loader(console.officer_of)
    Babel(app, locale_selector=languages.chosen, timezone_selector=lambda: programme().timezone)
    doors = (console, open311, calendars, public, health, simulator)
    for blueprint in (*webhooks.BLUEPRINTS, *(door.blueprint for door in doors)):
        app.register_blueprint(blueprint)
    _prepare_templates(app)
    app.wsgi_app = webhooks.Door(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _configure(app: Flask) -> None:
    demo = settings().demo
    app.config.update(
        SECRET_KEY=settings().secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=PAGE_BYTES,
        # __Host- binds a cookie to this very host over TLS; the demo speaks plain http, where browsers refuse it.
        SESSION_COOKIE_NAME="session" if demo else "__Host-session",
        SESSION_COOKIE_SECURE=not demo,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
        BABEL_DEFAULT_LOCALE="id",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        BABEL_DEFAULT_TIMEZONE=programme().timezone,
        SEND_FILE_MAX_AGE_DEFAULT=dt.timedelta(days=365),  # addresses carry a digest of the content
    )


def _begin() -> Response | None:
    g.nonce = secrets.token_urlsafe(16)
    # A gateway of the same network calls by any name: its secret is in the path. So does whoever looks at our health.
    named = request.path.startswith(("/webhooks/", "/health", "/metrics"))
    if not named and not host_is_trusted(request.host, hosts()):
        return Response("400 This is not our name.\n", 400, content_type="text/plain")
    if request.path.startswith("/webhooks/"):
        request.max_content_length = WEBHOOK_BYTES
    elif (most := console.largest_body(request.endpoint)) is not None:  # before the form's token is read, with the form
        request.max_content_length = most
    return None


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=g.get("nonce", "")))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    else:
        session.accessed = False  # one file for everybody: nobody keeps it once more after signing in
        if response.status_code == 200 and "v" in request.args:
            response.cache_control.immutable = True
    if not settings().demo:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _prepare_templates(app: Flask) -> None:
    app.url_defaults(_fingerprint)
    app.context_processor(_standing)
    app.jinja_env.filters.update(languages.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _standing() -> dict[str, Any]:
    return {
        "programme": programme(),
        "nonce": g.get("nonce", "") if has_request_context() else "",
        "language": languages.chosen(),
        "officer": current_user,
        "demo": settings().demo,
    }


def _fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _digest(values["filename"])


@lru_cache(maxsize=64)
def _digest(filename: str) -> str:
    path = Path(__file__).parent / "static" / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
