"""What every gateway that is spoken to over HTTP has to mind: answers that break off, requests that never left, and
texts that no phone could show."""

from __future__ import annotations

import ipaddress
import re
import time
from typing import Final

import requests
import urllib3

from flows.gsm import parts as sms_parts
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome, Sent

Timeout = tuple[float, float]  # seconds to connect, seconds of silence while reading

LARGEST_ANSWER: Final = 1024 * 1024  # bytes; a hundred recipients are some 15 KiB
_SENDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&-]{0,10}|\+?[0-9]{3,15}")


class BrokenAnswer(Exception):
    """An answer began but its body broke off, crawled or had no end; what was asked may have been done."""


def read_body(response: requests.Response, deadline: float) -> bytes:
    """The whole body, within a size and a time: the read timeout alone lets one byte a second go on for ever."""
    body = bytearray()
    try:
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            body += chunk
            if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
                raise BrokenAnswer
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BrokenAnswer from error
    return bytes(body)


def never_left(error: requests.RequestException) -> bool:
    """Whether the request failed before a byte of it was sent: no address, no connection, no trusted certificate."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return True
    return isinstance(reason, urllib3.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)


def is_loopback(host: str) -> bool:
    """Whether that is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_sender(name: str) -> bool:
    """Whether operators take it as a sender: up to eleven letters, or a number."""
    return _SENDER.fullmatch(name) is not None


def unsendable(text: Outgoing, most_parts: int) -> Sent | None:
    """Why a text is not even tried; None for one that may go. Providers check less, and take what nobody can read."""
    reason = ""
    if not text.text.strip():
        reason = "empty text"
    elif "\x00" in text.text or not _encodable(text.text):
        reason = "text with characters no phone has"
    elif sms_parts(text.text) > most_parts:
        reason = "text too long"
    elif text.sender and not is_sender(text.sender):
        reason = "no possible sender name"
    return Sent(text.our_id, SendOutcome.REFUSED_FOR_GOOD, reason=reason) if reason else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
