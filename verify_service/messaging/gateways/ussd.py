"""USSD as most operators bring it: a session begins, goes on and ends, and each call has the last input alone.

No two operators agree on names, so names are a setting; the rest is what the contracts that we know have in common.
USSD in Indonesia is sold by each operator under a contract of its own; none of them is public.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from verify_service.ground.phones import Phone, read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.settings import USSD_FIELDS
from verify_service.messaging.gateways.contract import RawRequest, UssdEnd, UssdHop
from verify_service.messaging.gateways.form import Form, parse_form

HEADER: Final = "X-USSD-Action"  # beside a plain screen, which has no room for it
LONGEST_ID: Final = 200

NAME: Final = "ussd"

_BEGIN: Final = frozenset({"begin", "new", "start", "initiate", "initiation"})
_CONTINUE: Final = frozenset({"continue", "resume", "response", "existing"})
_END: Final = frozenset({"end", "close", "release", "abort", "cancel", "timeout"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What the carrier gets, always with 200."""

    body: str = field(repr=False)
    content_type: str
    headers: Mapping[str, str]


def parse(raw: RawRequest, names: Mapping[str, str]) -> UssdHop | UssdEnd | None:
    """The hop or end in a call, None without a session; `names` says what the carrier calls our fields. Never raises.

    A type that is missing or new to us is read from the input: a dialled code or nothing begins a session.
    """
    form = _read(raw)
    given = {field: names.get(field, field) for field in USSD_FIELDS}
    session = form.word(given["session"], LONGEST_ID)
    if not session:
        return None
    kind = form.word(given["type"]).casefold()
    if kind in _END:
        return UssdEnd(session, status=kind, cost="", duration_ms=None, hops=None)
    phone = read_gateway_phone(form.get(given["msisdn"]))
    typed, code = form.get(given["input"]) or "", form.word(given["code"])
    first = _begins(kind, typed)
    return UssdHop(
        session=session,
        phone=phone if isinstance(phone, Phone) else None,
        last_input=_shortcut(typed, code) if first else typed,
        first=first,
        sequence=form.word(given["sequence"]),
    )


def wants_json(raw: RawRequest) -> bool:
    """Whether the answer goes as JSON: to whoever asks for it, or wrote in it and asks for nothing else."""
    accepted = raw.headers.get("Accept", "").casefold()
    return "json" in accepted or (_is_json(raw) and "text/plain" not in accepted)


def answer(screen: str, *, as_json: bool) -> Reply:
    """A screen (CON or END first) as the carrier shows it; "" closes a session in which nothing more is shown."""
    action, words = "continue" if screen.startswith("CON ") else "end", screen[4:]
    if as_json:
        return Reply(json.dumps({"action": action, "message": words}), "application/json", {HEADER: action})
    return Reply(words, "text/plain; charset=utf-8", {HEADER: action})


def _begins(kind: str, typed: str) -> bool | None:
    if kind in _BEGIN:
        return True
    if kind in _CONTINUE:
        return False
    bare = typed.strip()
    return True if not bare or (bare.startswith("*") and bare.endswith("#")) else None


def _shortcut(typed: str, code: str) -> str:
    """What was dialled behind our code: `1` of *123*1#, nothing of the code itself or of one that is not ours."""
    dialled = typed.strip().strip("*#")
    for ours in (code.strip("*# "), programme().ussd_code.strip("*# ")):
        if ours and dialled == ours:
            return ""
        if ours and dialled.startswith(ours + "*"):
            return dialled[len(ours) + 1 :]
    return "" if typed.strip().startswith(("*", "#")) else dialled


def _is_json(raw: RawRequest) -> bool:
    return "json" in raw.headers.get("Content-Type", "").casefold() or raw.body.lstrip()[:1] == b"{"


def _read(raw: RawRequest) -> Form:
    """A form or a JSON object as one; what is neither text nor a whole number is as good as missing."""
    if not _is_json(raw):
        return parse_form(raw.body)
    try:
        read = json.loads(raw.body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Form()
    if not isinstance(read, dict):
        return Form()
    return Form({name: _text(value) for name, value in read.items() if type(value) in (str, int)})


def _text(value: str | int) -> str:
    """As a row can hold it: without NUL and without halves of characters."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    return value.encode("utf-8", "replace").decode().replace("\x00", "")
