"""Storing what gateways tell us: once each, before anything is made of it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_index, keyed_hash, seal
from verify_service.ground.tables import DeliveryNotice, InboundMessage, OptOutNotice, SessionEnd
from verify_service.messaging.gateways.contract import DeliveryReport, InboundSms, OptOut, UssdEnd


def store_message(session: Session, gateway: str, message: InboundSms, raw: bytes, *, now: dt.datetime) -> bool:
    """Keep a text; False when this provider id is known already.

    What cannot be used is quarantined with its raw body, so that a person can look at it and the provider, who repeats
    whatever is refused, gets its 200.
    """
    # A text without an id is still one text: its content tells a repeat from a second one.
    provider_id = message.provider_id or "sha:" + keyed_hash(raw.decode("latin-1"), "quarantine").hex()
    row = {
        "gateway": gateway,
        "provider_id": provider_id,
        "sender": seal(message.sender_raw, "inbound_message.sender") if message.sender_raw else None,
        "sender_index": blind_index(message.sender.e164, "phone") if message.sender is not None else None,
        "recipient": message.to or None,
        "body": seal(message.text, "inbound_message.body"),
        "sent_at": message.sent_at,
        "received_at": now,
        "quarantined": message.problem or None,
        "raw": seal(raw.decode("latin-1"), "inbound_message.raw") if message.problem else None,
    }
    stored = insert(InboundMessage).values(**row).on_conflict_do_nothing().returning(InboundMessage.id)
    return session.scalar(stored) is not None


def unreadable() -> InboundSms:
    """A text of which nothing can be read: kept for a person to look at, since it cannot be asked for again."""
    return InboundSms("", None, "", "", "", None, "", "", problem="not a text as the provider sends them")


def store_delivery_report(session: Session, gateway: str, report: DeliveryReport, *, now: dt.datetime) -> None:
    """Keep a delivery report, known message or not: it may overtake our own send call."""
    first = insert(DeliveryNotice).values(
        gateway=gateway,
        provider_id=report.provider_id or None,
        status=report.status.value,
        raw_status=report.raw_status,
        failure_reason=report.failure_reason or None,
        received_at=now,
    )
    session.execute(
        first.on_conflict_do_update(
            index_elements=[DeliveryNotice.gateway, DeliveryNotice.provider_id, DeliveryNotice.raw_status],
            set_={"times": DeliveryNotice.times + 1},
        )
    )


def store_session_end(session: Session, gateway: str, end: UssdEnd, *, now: dt.datetime) -> None:
    """Keep the provider's word that a session ended. Nothing depends on it: it comes early, late, twice or never."""
    first = insert(SessionEnd).values(
        gateway=gateway,
        session=end.session,
        status=end.status or None,
        cost=end.cost or None,
        duration_ms=end.duration_ms,
        hops=end.hops,
        received_at=now,
    )
    session.execute(
        first.on_conflict_do_update(
            index_elements=[SessionEnd.gateway, SessionEnd.session], set_={"times": SessionEnd.times + 1}
        )
    )


def store_opt_out(session: Session, gateway: str, opt_out: OptOut, *, now: dt.datetime) -> None:
    """Keep an operator's opt-out; unreadable numbers are kept as they came."""
    number = opt_out.phone
    row = insert(OptOutNotice).values(
        gateway=gateway,
        sender_id=opt_out.sender_id or None,
        phone=seal(number.e164, "opt_out_notice.phone") if number is not None else None,
        phone_index=blind_index(number.e164, "phone") if number is not None else None,
        received_at=now,
    )
    session.execute(row.on_conflict_do_nothing())
