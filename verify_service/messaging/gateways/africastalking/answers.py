"""What Africa's Talking says to a send call, and what we may believe of it.

Source: the code tables that five public code bases agree on, and replies seen with the SDK's own traps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from flows.gsm import parts as sms_parts
from verify_service.ground.phones import Phone, read_gateway_phone
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome, Sent

_A, _R, _L, _N = (
    SendOutcome.ACCEPTED,
    SendOutcome.REFUSED_FOR_GOOD,
    SendOutcome.TRY_LATER,
    SendOutcome.NOT_HANDED_OVER,
)

OPTED_OUT: Final = 406
CODES: Final[Mapping[int, tuple[str, SendOutcome]]] = {
    100: ("Processed", _A),
    101: ("Sent", _A),
    102: ("Queued", _A),
    401: ("RiskHold", _R),
    402: ("InvalidSenderId", _N),  # an account not yet set up right: the text itself is good
    403: ("InvalidPhoneNumber", _R),
    404: ("UnsupportedNumberType", _R),
    405: ("InsufficientBalance", _N),
    406: ("UserInBlacklist", _R),
    407: ("CouldNotRoute", _R),
    409: ("DoNotDisturbRejection", _L),
    500: ("InternalServerError", _L),
    501: ("GatewayError", _L),
    502: ("RejectedByGateway", _L),
}
_NAMES: Final[Mapping[str, int]] = {name.casefold(): code for code, (name, _) in CODES.items()} | {"success": 101}

# Refused before anything was done, so that it may be tried again. 401 and 403: a new key takes up to 20 minutes.
_NOT_TAKEN: Final = frozenset({401, 402, 403, 404, 405, 407, 408, 425, 429, 503})
_ACCOUNT: Final = frozenset({401, 402, 403, 404, 405, 407})
_ACCOUNT_WAIT: Final = 30.0  # seconds: what a person has to set right is not set right by asking every second
_BAD_REQUEST: Final = frozenset({400, 406, 411, 413, 414, 415, 422})


def read_answer(status: int, body: bytes, asked: Sequence[Outgoing]) -> list[Sent]:
    """One Sent per text asked for, in order, from the HTTP status and the body of the answer.

    Only a readable answer counts as sent or refused. A broken one after a 2xx, or a 5xx, is unknown: the texts may have
    left, and sending them again might bother people twice.
    """
    if 200 <= status < 300:
        return _read_body(body, asked)
    outcome = SendOutcome.UNKNOWN
    if status in _NOT_TAKEN or 300 <= status < 400:
        outcome = SendOutcome.NOT_HANDED_OVER
    elif status in _BAD_REQUEST:
        outcome = SendOutcome.REFUSED_FOR_GOOD
    wait = _ACCOUNT_WAIT if status in _ACCOUNT else 0.0
    return all_the_same(asked, outcome, f"HTTP {status}", wait=wait)


def all_the_same(asked: Sequence[Outgoing], outcome: SendOutcome, reason: str, *, wait: float = 0.0) -> list[Sent]:
    """The same outcome for every text: it was said of the call."""
    return [Sent(text.our_id, outcome, reason=reason, whole_call=True, wait=wait) for text in asked]


def _read_body(body: bytes, asked: Sequence[Outgoing]) -> list[Sent]:
    try:
        # The declared content type is not looked at: it comes with a charset, as text/html, or not at all.
        answer = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return all_the_same(asked, SendOutcome.UNKNOWN, "unreadable answer")
    data = answer.get("SMSMessageData") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        return all_the_same(asked, SendOutcome.UNKNOWN, "unreadable answer")
    recipients = data.get("Recipients")
    entries = [entry for entry in recipients if isinstance(entry, dict)] if isinstance(recipients, list) else []
    if not entries:
        return _nobody(str(data.get("Message") or ""), asked)
    said = _by_number(entries)
    return [_for_one(text, said.get(text.phone.e164)) for text in asked]


def _nobody(message: str, asked: Sequence[Outgoing]) -> list[Sent]:
    """A success without recipients: HTTP 201 with the bare words InvalidSenderId is how a wrong sender looks."""
    code = _NAMES.get(_folded(message))
    if code is not None and CODES[code][1] is not SendOutcome.ACCEPTED:
        name, outcome = CODES[code]
        alone = len(asked) == 1  # of many, nobody knows who it was that wants no texts
        wait = _ACCOUNT_WAIT if outcome is _N else 0.0
        said = all_the_same(asked, outcome, name, wait=wait)
        return [replace(sent, opted_out=code == OPTED_OUT and alone) for sent in said]
    claimed = re.match(r"\s*sent to\s+([0-9]{1,9})\s*/", message, re.IGNORECASE)
    if code is not None or (claimed and int(claimed[1]) > 0):
        return all_the_same(asked, SendOutcome.UNKNOWN, "sent, but no recipient named")
    return all_the_same(asked, SendOutcome.NOT_HANDED_OVER, _word(message) or "no recipient named")


def _by_number(entries: Sequence[Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
    """The answers by E.164 number: order and count are not to be relied on. Said twice, an acceptance outweighs."""
    said: dict[str, Mapping[str, object]] = {}
    for entry in entries:
        for number in _numbers(entry.get("number")):
            if number not in said or _outcome(entry)[1] is SendOutcome.ACCEPTED:
                said[number] = entry
    return said


def _numbers(raw: object) -> Iterator[str]:
    """The number an answer is about: the provider may write it +62812, 62812 or 0812."""
    text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) and raw < 10**15 else raw
    if not isinstance(text, str):
        return
    read = read_gateway_phone(text)
    if not isinstance(read, Phone) and text.strip()[:1] in "123456789":
        read = read_gateway_phone("+" + text.strip())
    yield read.e164 if isinstance(read, Phone) else "+" + re.sub(r"[^0-9]", "", text[:32])


def _for_one(text: Outgoing, entry: Mapping[str, object] | None) -> Sent:
    if entry is None:
        return Sent(text.our_id, SendOutcome.UNKNOWN, reason="not named in the answer")
    code, outcome, reason = _outcome(entry)
    accepted = outcome is SendOutcome.ACCEPTED
    cost = entry.get("cost")
    return Sent(
        our_id=text.our_id,
        outcome=outcome,
        provider_id=_id(entry.get("messageId")),
        cost=cost.strip()[:32] if isinstance(cost, str) else "",
        parts=_parts(entry.get("messageParts"), text.text) if accepted else None,
        reason="" if accepted else reason,
        opted_out=code == OPTED_OUT,
        whole_call=outcome is SendOutcome.NOT_HANDED_OVER,  # sender and balance are the account's, for every number
        wait=_ACCOUNT_WAIT if outcome is SendOutcome.NOT_HANDED_OVER else 0.0,
    )


def _outcome(entry: Mapping[str, object]) -> tuple[int | None, SendOutcome, str]:
    """The code, what it means and its name; the word counts only where the number is missing."""
    given = entry.get("statusCode")
    code: int | None = None
    if isinstance(given, int) and not isinstance(given, bool):
        code = given
    elif isinstance(given, str) and re.fullmatch(r"\s*[0-9]{1,6}\s*", given):
        code = int(given)
    word = entry.get("status")
    if code is None and isinstance(word, str):
        code = _NAMES.get(_folded(word))
    if code is None or code not in CODES:
        return code, SendOutcome.UNKNOWN, f"status {code}" if code is not None and 0 <= code < 10**6 else "no status"
    name, outcome = CODES[code]
    return code, outcome, name


def _folded(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word[:64]).casefold()


def _word(message: str) -> str:
    """The provider's own words if they are only words: a sentence with digits might hold somebody's number."""
    return message.strip() if re.fullmatch(r"\s*[A-Za-z][A-Za-z .,'-]{0,47}\s*", message) else ""


def _id(raw: object) -> str | None:
    """The message id; refused texts carry the word None."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw) if abs(raw) < 10**30 else ""
    if not isinstance(raw, str):
        return None
    text = raw.replace("\x00", "").strip()
    return None if text.casefold() in ("", "none", "null", "n/a") else text[:200]


def _parts(given: object, text: str) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 256:
        return given
    return sms_parts(text)
