"""The door in front of Flask, for USSD hops: most of what this service answers, and what a person waits for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from verify_service import telemetry
from verify_service.ground.settings import door_secrets
from verify_service.messaging.gateways.contract import secret_is_known
from verify_service.webhooks import africastalking, ussd
from verify_service.webhooks.doors import LARGEST_BODY, Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))


@dataclass(frozen=True)
class _Webhook:
    """Hops of one kind of gateway, at PATH/SECRET/REST; those it does not answer are for the application behind."""

    path: str
    takes: Callable[[str], bool]  # the rest
    door: Callable[[str], str]  # by the rest: whose secret opens it
    answer: Callable[[WSGIEnvironment, str, bytes], tuple[Headers, str] | None]  # by the rest and the body
    answers: telemetry.Often


class Door:
    """Takes only what it can answer without a question: a POST of known length with a valid secret.

    All else, each refusal included, is for the application behind it.
    """

    def __init__(self, behind: WSGIApplication) -> None:
        self._behind = behind
        self._webhooks = tuple(
            _Webhook(of.PATH, of.takes, of.door, of.answer, telemetry.Often("POST", of.HOP, 200))
            for of in (africastalking, ussd)
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        length = environ.get("CONTENT_LENGTH") or ""
        webhook, secret, rest = self._asked(environ["PATH_INFO"])
        if webhook is None or environ["REQUEST_METHOD"] != "POST" or not length.isdecimal():
            return self._behind(environ, start_response)
        if int(length) > LARGEST_BODY or not secret_is_known(secret, door_secrets(webhook.door(rest))):
            return self._behind(environ, start_response)
        body = environ["wsgi.input"].read(int(length))
        # Broken off: half a transcript is another transcript.
        answered = webhook.answer(environ, rest, body) if len(body) == int(length) else None
        if answered is None:
            return self._behind({**environ, "wsgi.input": BytesIO(body)}, start_response)
        headers, words = answered
        screen = words.encode()
        start_response("200 OK", [*headers, *_ALWAYS, ("Content-Length", str(len(screen)))])
        webhook.answers.answered(time.perf_counter() - began)
        return [screen]

    def _asked(self, path: str) -> tuple[_Webhook | None, str, str]:
        for webhook in self._webhooks:
            if path.startswith(webhook.path):
                secret, _, rest = path[len(webhook.path) :].partition("/")
                return (webhook if webhook.takes(rest) else None), secret, rest
        return None, "", ""
