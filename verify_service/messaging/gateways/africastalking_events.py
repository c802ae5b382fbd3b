"""What Africa's Talking tells us, read from its five webhooks. Field names and values: its documentation, and what
captures and other people's code have seen beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

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
from verify_service.messaging.gateways.form import read_form

Form = Mapping[str, str]

_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "submitted": DeliveryStatus.SUBMITTED,
    "buffered": DeliveryStatus.BUFFERED,
    "success": DeliveryStatus.DELIVERED,
    "delivered": DeliveryStatus.DELIVERED,
    "rejected": DeliveryStatus.REJECTED,
    "failed": DeliveryStatus.FAILED,
    "absentsubscriber": DeliveryStatus.ABSENT,
    "expired": DeliveryStatus.EXPIRED,
}
_LONGEST_WORD = 200  # of a status, a cost, a session id: more is noise


def parse(raw: RawRequest) -> list[Event]:
    """The events of one webhook call: one for each kind we know, whatever the bytes."""
    reader = _READERS.get(raw.kind)
    return [] if reader is None else [reader(read_form(raw.body))]


def _hop(form: Form) -> Event:
    return UssdHop(
        session=_word(form, "sessionId"),
        phone=_phone(form.get("phoneNumber", "")),
        service_code=_word(form, "serviceCode"),
        network_code=_word(form, "networkCode"),
        text=form.get("text", ""),
    )


def _end(form: Form) -> Event:
    """`input` and `lastAppResponse` hold what people typed and saw, secrets included: they are not read."""
    return UssdEnd(
        session=_word(form, "sessionId"),
        phone=_phone(form.get("phoneNumber", "")),
        status=_word(form, "status"),
        cost=_word(form, "cost"),
        duration_ms=_number(form.get("durationInMillis", "")),
        hops=_number(form.get("hopsCount", "")),
        error=_word(form, "errorMessage"),
    )


def _message(form: Form) -> Event:
    sender = _phone(form.get("from", ""))
    sent_at = read_time(form.get("date", ""))
    problems = []
    if sender is None:
        problems.append("sender is no number")
    if not form.get("id", "").strip():
        problems.append("no id")
    if "text" not in form:
        problems.append("no text")
    return InboundSms(
        provider_id=_word(form, "id"),
        sender=sender,
        sender_raw=_word(form, "from"),
        to=_word(form, "to"),
        text=form.get("text", ""),
        sent_at=sent_at,  # a date we cannot read is no reason to lose a text
        cost=_word(form, "cost"),
        network_code=_word(form, "networkCode"),
        problem="; ".join(problems),
    )


def _report(form: Form) -> Event:
    raw_status = _word(form, "status")
    provider_id = _word(form, "id")
    return DeliveryReport(
        provider_id="" if provider_id == "None" else provider_id,
        status=_STATUSES.get("".join(raw_status.split()).casefold(), DeliveryStatus.UNKNOWN),
        raw_status=raw_status,
        failure_reason=_word(form, "failureReason"),
        phone=_phone(form.get("phoneNumber", "")),
    )


def _opt_out(form: Form) -> Event:
    return OptOut(sender_id=_word(form, "senderId"), phone=_phone(form.get("phoneNumber", "")))


_READERS: dict[str, Callable[[Form], Event]] = {
    "ussd": _hop,
    "ussd-events": _end,
    "sms": _message,
    "delivery-reports": _report,
    "opt-outs": _opt_out,
}


def read_time(text: str) -> dt.datetime | None:
    """A provider's time, as UTC: "2026-11-23 03:00:00", or ISO with Z and milliseconds; None when it is neither."""
    try:
        read = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    aware = read if read.tzinfo is not None else read.replace(tzinfo=dt.UTC)
    try:
        return aware.astimezone(dt.UTC)
    except OverflowError:
        return None


def _word(form: Form, key: str) -> str:
    return form.get(key, "").strip()[:_LONGEST_WORD]


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None


def _phone(text: str) -> Phone | None:
    read = read_gateway_phone(text)
    return read if isinstance(read, Phone) else None
