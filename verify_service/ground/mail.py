"""The city's mail server, for what goes to people who are no phones: heads of the record, officers' digests."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from verify_service.ground.programme import programme
from verify_service.ground.settings import settings

PATIENCE: Final = 20.0  # seconds for one answer of the mail server


def there_is_a_server() -> bool:
    """Whether anything can be mailed at all."""
    return bool(settings().mail_url.get_secret_value())


def mail_to(to: str, subject: str, words: str, *, now: dt.datetime) -> EmailMessage:
    """A mail that no person wrote."""
    held = EmailMessage()
    sender = settings().mail_from or f"verify-service@{programme().jurisdiction}"
    held["Subject"], held["From"], held["To"] = subject, sender, to
    held["Date"] = format_datetime(now)
    held["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    held["Auto-Submitted"] = "auto-generated"
    held.set_content(words)
    return held


class MailRefused(Exception):
    """The mail server is not to be had; the message says by which error, and names nobody."""


@dataclass
class Mailed:
    """By their place among the mails: those that the server took, and those whose address it does not take."""

    took: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def send_each(mails: Iterable[EmailMessage]) -> Mailed:
    """Hand mails to the server, one after another: an address that it refuses keeps nobody else from theirs.

    MailRefused where the server is not to be had from the start; where it goes away later, the rest is in neither list.
    """
    mailed = Mailed()
    try:
        with _connected() as server:
            for place, mail in enumerate(mails):
                try:
                    server.send_message(mail)
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
                    mailed.refused.append(place)
                else:
                    mailed.took.append(place)
    except (smtplib.SMTPException, OSError) as error:
        if not mailed.took and not mailed.refused:
            raise MailRefused(type(error).__name__) from None
    return mailed


def _connected() -> smtplib.SMTP:
    """A connection to the server of VERIFY_MAIL_URL, by TLS where it can; raises OSError and SMTPException."""
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
