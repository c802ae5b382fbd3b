"""Kannel, the open gateway that speaks SMPP to an operator or an aggregator and HTTP to us.

What it says and does is read in its sources (gw/smsbox.c, 1.4.5, as Debian has it) and tried against it in the tests.
Texts are posted with their facts in headers, so that neither words nor numbers stand in an address that servers log.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final, Self
from urllib.parse import quote, urlsplit

import requests

from flows.gsm import from_octets, is_gsm
from flows.gsm import parts as sms_parts
from verify_service.ground.crypto import keyed_hash
from verify_service.ground.phones import Phone, read_gateway_phone
from verify_service.ground.settings import Settings
from verify_service.messaging.gateways.contract import (
    Capabilities,
    DeliveryReport,
    DeliveryStatus,
    Event,
    InboundSms,
    Outgoing,
    RawRequest,
    SendOutcome,
    Sent,
)
from verify_service.messaging.gateways.form import parse_form, read_date
from verify_service.messaging.gateways.wire import (
    WHOLE_CALL,
    BrokenAnswer,
    Timeout,
    answers,
    is_loopback,
    is_sender,
    read_body,
    session,
    unsendable,
    wished,
    within,
)

NAME: Final = "kannel"
LONGEST_ID: Final = 200
BATCH_SECONDS: Final = 1.0  # then the rest waits: nobody can have read what is said to be handed over and is not yet

_ALL_REPORTS: Final = "31"
_STATUSES: Final = {
    1: DeliveryStatus.DELIVERED,
    2: DeliveryStatus.FAILED,
    4: DeliveryStatus.BUFFERED,
    8: DeliveryStatus.SENT,
    16: DeliveryStatus.REJECTED,
}
_ANSWERS: Final = (
    ("authorization failed", SendOutcome.NOT_HANDED_OVER, True),
    ("sender missing", SendOutcome.NOT_HANDED_OVER, True),
    ("dlr-url field misformed", SendOutcome.NOT_HANDED_OVER, True),
    ("temporal failure", SendOutcome.NOT_HANDED_OVER, True),
    ("sending failed", SendOutcome.TRY_LATER, False),
    ("not routable", SendOutcome.REFUSED_FOR_GOOD, False),
    ("denied by white", SendOutcome.REFUSED_FOR_GOOD, False),
)
_UCS2, _GSM, _BYTES = "2", "0", "1"  # its words for how a text is coded


class Kannel:
    """The gateway. Holds no connection between batches, so it is safe across threads and forks."""

    name: ClassVar = NAME
    capabilities: ClassVar = Capabilities(two_way=True, max_batch=50, many_words=True)

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        """As VERIFY_KANNEL_* and VERIFY_PUBLIC_URL say; the newest webhook secret stands in what it reports to."""
        return cls(
            chosen.kannel_url,
            chosen.kannel_username,
            chosen.kannel_password.get_secret_value(),
            sender=chosen.kannel_sender,
            public_url=chosen.public_url,
            secret=(chosen.gateway_secrets.get(NAME) or chosen.webhook_secrets)[0],
        )

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        sender: str = "",
        public_url: str = "",
        secret: str = "",
        timeout: Timeout = (3.05, 9.05),
        whole_call: float = WHOLE_CALL,
    ) -> None:
        """Raises ValueError naming a wrong setting. `secret` opens our own webhook to Kannel's reports; `whole_call`
        is how many seconds one text may take in all."""
        for name, value in (("KANNEL_USERNAME", username), ("KANNEL_PASSWORD", password)):
            if re.fullmatch(r"[!-~]{1,128}", value) is None:
                raise ValueError(f"VERIFY_{name}: as in Kannel's group sendsms-user, without blanks or line breaks")
        if sender and not is_sender(sender):
            raise ValueError("VERIFY_KANNEL_SENDER: up to eleven letters and digits, or a number;  for Kannel's own")
        self._url = _checked("KANNEL_URL", url, path="/cgi-bin/sendsms")
        self._reports = _checked("PUBLIC_URL", public_url) + f"/webhooks/kannel/{_literally(secret)}/delivery-reports"
        self._account = {"X-Kannel-Username": username, "X-Kannel-Password": password}
        self._sender = sender
        self._timeout, self._whole_call = timeout, whole_call

    def __repr__(self) -> str:
        return f"Kannel({self._url!r})"

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        """Hand texts over one by one, in order; what stops one for all stops the rest, which is not tried.

        Kannel gives no id, so ours travels in the address of the report. There is no idempotency key either: whatever
        broke after the request left is `unknown`.
        """
        results: list[Sent] = []
        deadline = time.monotonic() + BATCH_SECONDS
        with session() as line:
            for text in batch:
                away = bool(results) and results[-1].whole_call
                late = time.monotonic() > deadline
                results.append(_not_tried(text, away=away) if away or late else self._send(line, text))
        return results

    def _send(self, line: requests.Session, text: Outgoing) -> Sent:
        refused = unsendable(text)
        if refused is not None:
            return refused
        headers, body = self._written(text)
        with within(self._whole_call) as call:
            try:
                response = line.post(
                    self._url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
                )
                with response:
                    said = read_body(response, call)
            except requests.RequestException:
                if not call.left:
                    return _not_handed_over(text, "no connection")
                return _perhaps(text, "no answer")
            except BrokenAnswer:
                return _perhaps(text, "the answer broke off")
        return replace(read_answer(response.status_code, said, text), wait=wished(response))

    def knock(self, seconds: float) -> bool:
        """Call without naming anybody: smsbox refuses that, and so it is there. No password travels with it."""
        with session() as line, within(seconds) as call:
            try:
                with line.get(self._url, timeout=self._timeout, allow_redirects=False, stream=True) as response:
                    read_body(response, call)
            except (requests.RequestException, BrokenAnswer):
                return False
        return answers(response)

    def _written(self, text: Outgoing) -> tuple[dict[str, str], bytes]:
        """The text as Kannel takes it: in its alphabet as UTF-8, else as UTF-16BE."""
        coding, charset = (_GSM, "utf-8") if is_gsm(text.text) else (_UCS2, "utf-16be")
        headers = self._account | {
            "Content-Type": f"text/plain; charset={charset.upper()}",
            "X-Kannel-To": text.phone.e164,  # from the + its SMPP tells that a number is international
            "X-Kannel-Coding": coding,
            "X-Kannel-DLR-Mask": _ALL_REPORTS,
            "X-Kannel-DLR-Url": f"{self._reports}?id={text.our_id}.{signed_id(text.our_id)}&status=%d",
        }
        return headers | ({"X-Kannel-From": self._sender} if self._sender else {}), text.text.encode(charset)


def read_answer(status: int, body: bytes, text: Outgoing) -> Sent:
    """What Kannel said of a text. An account that is not set up right says nothing against the text itself.

    202 comes once bearerbox has the text (0) or holds it until the operator is there (3); a 403 is either.
    """
    words = body[:200].decode("latin-1").casefold()
    if status == 202:
        parts = sms_parts(text.text)
        return Sent(text.our_id, SendOutcome.ACCEPTED, provider_id_of(text.our_id), parts=parts)
    for said, outcome, whole_call in _ANSWERS:
        if said in words and 400 <= status < 600:
            return Sent(text.our_id, outcome, reason=said, whole_call=whole_call)
    if status in (400, 413, 415):
        return Sent(text.our_id, SendOutcome.REFUSED_FOR_GOOD, reason=f"HTTP {status}")
    if 300 <= status < 500 or status == 503:
        return _not_handed_over(text, f"HTTP {status}")
    return _perhaps(text, f"HTTP {status}")


def provider_id_of(our_id: int) -> str:
    """The id under which a text's reports find it, since Kannel gives none."""
    return f"{NAME}:{our_id}"


def signed_id(our_id: int | str) -> str:
    """What whoever reports on a text has from us: ids count from 1, and anybody guesses them."""
    return keyed_hash(str(our_id), "delivery report").hex()[:20]


def _perhaps(text: Outgoing, reason: str) -> Sent:
    """It may have gone: a report on it still finds it."""
    return Sent(text.our_id, SendOutcome.UNKNOWN, provider_id_of(text.our_id), reason=reason, whole_call=True)


def _not_handed_over(text: Outgoing, reason: str) -> Sent:
    return Sent(text.our_id, SendOutcome.NOT_HANDED_OVER, reason=reason, whole_call=True)


def _not_tried(text: Outgoing, *, away: bool) -> Sent:
    """Behind one that met nobody, or when the time of the batch was over, which says nothing against the gateway."""
    return Sent(text.our_id, SendOutcome.NOT_HANDED_OVER, reason="not tried", whole_call=away)


def parse(raw: RawRequest) -> list[Event]:
    """The event in a call of Kannel's, of the given kind; none when it holds nothing to keep. Never raises."""
    if raw.kind == "sms":
        return [_read_sms(raw)]
    report = _read_report(raw) if raw.kind == "delivery-reports" else None
    return [] if report is None else [report]


def kept(raw: RawRequest) -> bytes:
    """A text as it came, the facts in front: a person can read it there, and a repeat of it is the same."""
    given = _headers(raw)
    facts = (given.get(f"x-kannel-{name}", "") for name in ("from", "to", "time", "coding"))
    return "\n".join(facts).encode("latin-1", "replace") + b"\n\n" + raw.body


def _read_sms(raw: RawRequest) -> InboundSms:
    given, query = _headers(raw), parse_form(raw.query)
    sender_raw = given.get("x-kannel-from", "").strip()[:64]
    phone = read_gateway_phone(sender_raw)
    sender = phone if isinstance(phone, Phone) else None
    coding = given.get("x-kannel-coding", "").strip()
    problem = "" if sender_raw else "missing: from"
    if sender is None and sender_raw:
        problem = "the sender is not a phone"
    text, readable = _decoded(raw.body, given.get("content-type", ""), coding)
    if not readable:
        problem = problem or "not in a charset that we know"
    if coding == _BYTES:
        problem = "bytes and not a text"
    provider_id = query.word("id", LONGEST_ID)
    return InboundSms(
        provider_id="" if "%" in provider_id else provider_id,
        sender=sender,
        sender_raw=sender_raw,
        to=given.get("x-kannel-to", "").strip()[:64],
        text=text,
        sent_at=read_date(given.get("x-kannel-time", "")),
        problem=problem,
    )


def _decoded(body: bytes, content_type: str, coding: str) -> tuple[str, bool]:
    """The words, and whether they could be read by the charset that is named, or else by how the text was coded.

    Bad bytes are U+FFFD. Only what operators write in is decoded: among Python's codecs are some that raise whatever
    the text is, some that take minutes for a long one, and some that unpack. Of any other the bytes are read as UTF-8,
    which is right for every charset that has ASCII in it as long as there is nothing else.
    """
    named = _CHARSET.search(content_type)
    charset = re.sub(r"[^a-z0-9]", "", named[1].casefold()) if named else ""
    read = _CHARSETS.get(charset or ("utf16be" if coding == _UCS2 else "utf8"))
    if read is not None:
        return read(body).replace("\x00", ""), True
    words = body.decode("utf-8", "replace")
    return words.replace("\x00", ""), "\x00" not in words and "\ufffd" not in words


def _by(codec: str) -> Callable[[bytes], str]:
    return lambda body: body.decode(codec, "replace")


def _utf_16(body: bytes) -> str:
    """By its mark, or with the higher byte first, as on the air."""
    if body.startswith(b"\xff\xfe"):
        return body[2:].decode("utf-16-le", "replace")
    return body.removeprefix(b"\xfe\xff").decode("utf-16-be", "replace")


_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# By their names without dots, dashes and capitals. ASCII and Latin 1 are what browsers take them for: whoever says so
# and writes more means that.
_CHARSETS: Final[Mapping[str, Callable[[bytes], str]]] = {
    **dict.fromkeys(("utf8", "usascii", "ascii"), _by("utf-8")),
    **dict.fromkeys(("utf16be", "utf16", "ucs2", "ucs2be", "iso10646ucs2", "unicode"), _utf_16),
    "utf16le": _by("utf-16-le"),
    **dict.fromkeys(("iso88591", "latin1", "l1"), _by("iso-8859-1")),
    **dict.fromkeys(("windows1252", "cp1252", "ansi"), _by("windows-1252")),
    **dict.fromkeys(("iso885915", "latin9"), _by("iso-8859-15")),
    **dict.fromkeys(("gsm", "gsm7", "gsm7bit", "gsm0338", "3gpp23038"), from_octets),
}


def _read_report(raw: RawRequest) -> DeliveryReport | None:
    query = parse_form(raw.query or raw.body)
    sent, status = query.word("id", 40), query.word("status")
    our_id, _, signed = sent.partition(".")
    if re.fullmatch(r"[0-9]{1,19}", our_id) is None:
        return None
    if not hmac.compare_digest(signed.encode(), signed_id(our_id).encode()):
        return None
    number = query.count("status")
    known = DeliveryStatus.UNKNOWN if number is None else _STATUSES.get(number, DeliveryStatus.UNKNOWN)
    return DeliveryReport(provider_id_of(int(our_id)), known, status, "", None)


def _headers(raw: RawRequest) -> dict[str, str]:
    return {name.casefold(): value.replace("\x00", "") for name, value in raw.headers.items()}


def _literally(secret: str) -> str:
    """As it stands in a path that Kannel fills in: it reads %s and the like as places for its own facts."""
    return quote(secret, safe="").replace("%", "%%")


def _checked(name: str, given: str, *, path: str = "") -> str:
    """An address of Kannel's or ours. Raises ValueError for one that would carry password or secret in clear."""
    url = given.strip().rstrip("/")
    try:
        parts, host = urlsplit(url), urlsplit(url).hostname or ""
    except ValueError:  # a bracket left open
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise ValueError(f"VERIFY_{name}: write http://HOST:PORT or https://HOST, without user, query or fragment")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError(f"VERIFY_{name}: https, or http within your own network (a secret travels with it)")
    return url if parts.path else url + path


def _is_near(host: str) -> bool:
    """Whether a host is this machine or in a network of our own: by address, or by a name without a dot."""
    if is_loopback(host) or host.endswith((".internal", ".local")):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host
