"""What Africa's Talking posts to us, as events. Source: the provider's documentation and captures of its sandbox.

All five callbacks are forms of strings, unsigned. Whatever is missing or odd becomes part of the event: an inbound text
that we refused would be repeated every minute for twelve hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from verify_service.ground.phones import Phone, read_gateway_phone
from verify_service.messaging.gateways.contract import (
    DeliveryReport,
    DeliveryStatus,
    Event,
    InboundSms,
    OptOut,
    RawRequest,
    UssdEnd,
    UssdHop,
)
from verify_service.messaging.gateways.form import Form, parse_form, read_date

NAME: Final = "africastalking"
LONGEST_ID: Final = 200

_STATUSES: Final[Mapping[str, DeliveryStatus]] = {
    "sent": DeliveryStatus.SENT,
    "submitted": DeliveryStatus.SENT,
    "buffered": DeliveryStatus.BUFFERED,
    "absentsubscriber": DeliveryStatus.ABSENT,
    "success": DeliveryStatus.DELIVERED,
    "delivered": DeliveryStatus.DELIVERED,
    "expired": DeliveryStatus.EXPIRED,
    "failed": DeliveryStatus.FAILED,
    "rejected": DeliveryStatus.REJECTED,
}


def parse(raw: RawRequest) -> list[Event]:
    """The event in a callback of the given kind; none when it holds nothing to keep. Never raises."""
    reader = _READERS.get(raw.kind)
    if reader is None:
        return []
    event = reader(parse_form(raw.body))
    return [] if event is None else [event]


def _hop(form: Form) -> UssdHop | None:
    session = form.word("sessionId", LONGEST_ID)
    text = form.get("text")
    return UssdHop(
        session=session,
        phone=_phone(form, "phoneNumber"),
        text=text,
        first=None if text is None else text == "",
    )


def _end(form: Form) -> UssdEnd | None:
    session = form.word("sessionId", LONGEST_ID)
    if not session:
        return None
    return UssdEnd(
        session=session,
        status=form.word("status"),
        cost=form.word("cost"),
        duration_ms=form.count("durationInMillis"),
        hops=form.count("hopsCount"),
    )


def read_sms(form: Form) -> InboundSms:
    """A text from its fields, called back or fetched; always an event, with its `problem` if it has one."""
    sender_raw = form.word("from")
    sender = _phone(form, "from")
    return InboundSms(
        provider_id=form.word("id", LONGEST_ID),
        sender=sender,
        sender_raw=sender_raw,
        to=form.word("to"),
        text=form.get("text") or "",
        sent_at=read_date(form.word("date")),
        problem=_sms_problem(form, sender),
    )


def _sms_problem(form: Form, sender: Phone | None) -> str:
    """Why a text cannot be used. No id and no date are no reasons: somebody may be asking us to stop."""
    missing = ["from"] if not form.word("from") else []
    if form.get("text") is None:
        missing.append("text")
    reasons = ["missing: " + ", ".join(missing)] if missing else []
    if sender is None and "from" not in missing:
        reasons.append("the sender is not a phone")
    if form.cut_short:
        reasons.append("too large")
    return "; ".join(reasons)


def _report(form: Form) -> DeliveryReport | None:
    provider_id, raw_status = form.word("id", LONGEST_ID), form.word("status")
    if provider_id.casefold() == "none":  # as refused texts have it in the send call
        provider_id = ""
    if not provider_id and not raw_status:
        return None
    return DeliveryReport(
        provider_id=provider_id,
        status=read_status(raw_status),
        raw_status=raw_status,
        failure_reason=form.word("failureReason"),
        phone=_phone(form, "phoneNumber"),
    )


def _opt_out(form: Form) -> OptOut | None:
    if not form.word("phoneNumber"):
        return None
    return OptOut(sender_id=form.word("senderId"), phone=_phone(form, "phoneNumber"))


_READERS: Final[Mapping[str, Callable[[Form], Event | None]]] = {
    "ussd": _hop,
    "ussd-events": _end,
    "sms": read_sms,
    "delivery-reports": _report,
    "opt-outs": _opt_out,
}


def _phone(form: Form, name: str) -> Phone | None:
    read = read_gateway_phone(form.get(name))
    return read if isinstance(read, Phone) else None


def read_status(raw: str) -> DeliveryStatus:
    """A delivery status in whatever case and spacing; UNKNOWN when the provider says something new."""
    return _STATUSES.get(re.sub(r"[\s_-]+", "", raw).casefold(), DeliveryStatus.UNKNOWN)
