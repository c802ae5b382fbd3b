"""The hidden token of a form, masked anew in each answer: no two pages have bytes in common that are worth guessing."""

from __future__ import annotations

import base64
import binascii
import secrets

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect, generate_csrf


class FormTokens(CSRFProtect):
    """What Flask-WTF does, with masked tokens in the pages."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def _get_csrf_token(self) -> str | None:
        sent = super()._get_csrf_token()
        return unmasked(sent) if sent else None


def masked_token() -> str:
    """The token for the forms of this answer: random bytes, then the token laid over them."""
    if "masked_token" not in g:
        token = str(generate_csrf()).encode()
        mask = secrets.token_bytes(len(token))
        g.masked_token = base64.urlsafe_b64encode(mask + _over(mask, token)).decode()
    return str(g.masked_token)


def unmasked(sent: str) -> str:
    """The token that was sent; what no page of ours holds stays what it is, and is refused as that."""
    try:
        both = base64.b64decode(sent.encode(), altchars=b"-_", validate=True)
        half = len(both) // 2
        return _over(both[:half], both[half:]).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        return sent


def _over(mask: bytes, token: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, token, strict=True))
