"""The mail server."""

from __future__ import annotations

import smtplib
import ssl
from typing import Final
from urllib.parse import unquote, urlsplit

from verify_service.ground.programme import programme
from verify_service.ground.settings import settings

PATIENCE: Final = 20.0  # seconds for one answer of the mail server


def sender() -> str:
    """Who our mail is from."""
    return settings().mail_from or f"verify-service@{programme().jurisdiction}"


def mail_server() -> smtplib.SMTP:
    """A connection to it, signed in; SMTPException or OSError where it is not to be had."""
    address = urlsplit(settings().mail_url.get_secret_value())
    host, context = address.hostname or "", ssl.create_default_context()
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or 465, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 587, timeout=PATIENCE)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server
