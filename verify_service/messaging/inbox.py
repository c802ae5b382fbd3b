"""Storing what gateways tell us: once each, before anything is made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from flows.reading import command
from verify_service.ground.crypto import blind_index, keyed_hash, seal
from verify_service.ground.tables import DeliveryNotice, InboundMessage, OptOutNotice, SessionEnd
from verify_service.messaging import deduplicate, deliveries
from verify_service.messaging.consent import known_phone_of, phone_of, refuse_phone
from verify_service.messaging.gateways.contract import DeliveryReport, InboundSms, OptOut, UssdEnd

_REPEATED: Final = dt.timedelta(hours=24)  # for how long a provider repeats a notice


def store_message(session: Session, gateway: str, message: InboundSms, raw: bytes, *, now: dt.datetime) -> bool:
    """Keep a text; False when it is known already, by this id or by the other one it was fetched under.

    What cannot be used is quarantined with its raw body, so that a person can look at it and the provider, who repeats
    whatever is refused, gets its 200. Nothing that a person wrote is lost for an id that was given before.
    """
    message = _dated(message)
    sender_index = blind_index(message.sender.e164, "phone") if message.sender is not None else None
    body_hash = keyed_hash(" ".join(message.text.split()), "inbound_message.body")
    if sender_index is not None:
        deduplicate.one_at_a_time(session, sender_index)
    given = message.provider_id or _made_up(session, gateway, message, raw, sender_index, body_hash, now)
    for provider_id in (given, _derived(given, sender_index, body_hash)):
        if deduplicate.known_by_id(session, gateway, sender_index, body_hash, provider_id):
            return False
        if sender_index is not None and deduplicate.pair(
            session, gateway, sender_index, body_hash, provider_id, message.sent_at or now
        ):
            return False
        row = {
            "gateway": gateway,
            "provider_id": provider_id,
            "sender": seal(message.sender_raw, "inbound_message.sender") if message.sender_raw else None,
            "sender_index": sender_index,
            "recipient": message.to or None,
            "body": seal(message.text, "inbound_message.body"),
            "body_hash": body_hash,
            "sent_at": message.sent_at,
            "received_at": now,
            "wish": command(message.text) in ("stop", "start"),
            "quarantined": message.problem or None,
            "raw": seal(raw.decode("latin-1"), "inbound_message.raw") if message.problem else None,
        }
        stored = insert(InboundMessage).values(**row).on_conflict_do_nothing().returning(InboundMessage.id)
        if session.scalar(stored) is not None:
            return True
    return False


def _dated(message: InboundSms) -> InboundSms:
    """The text without a date at the ends of the calendar: it says nothing, and cannot be reckoned with."""
    return message if message.sent_at is None or 1 < message.sent_at.year < 9999 else replace(message, sent_at=None)


def _made_up(
    session: Session,
    gateway: str,
    message: InboundSms,
    raw: bytes,
    sender_index: bytes | None,
    body_hash: bytes,
    now: dt.datetime,
) -> str:
    """An id for a text without one: its content and time tell a repeat from a second one.

    Without a time, the same words within some seconds are a repeat: later, somebody answers with the same digit again.
    """
    content = raw.decode("latin-1")
    if message.sent_at is None:
        known = deduplicate.without_id(session, gateway, sender_index, body_hash, now)
        if known is not None:
            return known
        content += now.isoformat()
    return deduplicate.MADE_UP + keyed_hash(content, "quarantine").hex()


def _derived(provider_id: str, sender_index: bytes | None, body_hash: bytes) -> str:
    """The id of a text whose own one another text has."""
    return f"{provider_id}:{keyed_hash(f'{sender_index!r}{body_hash!r}', 'inbound_message.derived').hex()[:32]}"


def unreadable() -> InboundSms:
    """A text of which nothing can be read: kept for a person to look at, since it cannot be asked for again."""
    return InboundSms("", None, "", "", "", None, problem="not a text as the provider sends them")


def store_delivery_report(session: Session, gateway: str, report: DeliveryReport, *, now: dt.datetime) -> None:
    """Keep a delivery report and apply it to its text; one that overtakes our own send call waits for it."""
    if report.provider_id:
        deliveries.hold(session, gateway, [report.provider_id])
    first = insert(DeliveryNotice).values(
        gateway=gateway,
        provider_id=report.provider_id or None,
        status=report.status.value,
        raw_status=report.raw_status,
        failure_reason=report.failure_reason or None,
        received_at=now,
    )
    times = session.scalar(
        first.on_conflict_do_update(
            index_elements=[DeliveryNotice.gateway, DeliveryNotice.provider_id, DeliveryNotice.raw_status],
            set_={"times": DeliveryNotice.times + 1},
        ).returning(DeliveryNotice.times)
    )
    if report.opted_out and times == 1:  # a repeat may come after MULAI, and is no new wish
        _refuse_reported(session, gateway, report, now)
    if report.provider_id:
        deliveries.apply_report(session, gateway, report.provider_id, report.status.value)


def _refuse_reported(session: Session, gateway: str, report: DeliveryReport, now: dt.datetime) -> None:
    """A text failed because the person is on the provider's no-texts list."""
    phone_id = deliveries.phone_reported_on(session, gateway, report.provider_id)
    if phone_id is None and report.phone is not None:
        phone_id = known_phone_of(session, report.phone)
    if phone_id is not None:
        refuse_phone(session, phone_id, why="delivery report", now=now)


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
            index_elements=[SessionEnd.gateway, SessionEnd.session],
            set_={"times": SessionEnd.times + 1, "received_at": now},  # an id may be used again, and end again
        )
    )


def store_opt_out(session: Session, gateway: str, opt_out: OptOut, *, now: dt.datetime) -> None:
    """Keep an operator's opt-out and honour it: no text goes to that number until it sends MULAI.

    The notice has no time. Within a day it is a repeat, and takes no MULAI back; later, a new wish.
    """
    number = opt_out.phone
    first = insert(OptOutNotice).values(
        gateway=gateway,
        sender_id=opt_out.sender_id or None,
        phone=seal(number.e164, "opt_out_notice.phone") if number is not None else None,
        phone_index=blind_index(number.e164, "phone") if number is not None else None,
        received_at=now,
    )
    new = OptOutNotice.received_at <= now - _REPEATED
    times = session.scalar(
        first.on_conflict_do_update(
            index_elements=[OptOutNotice.gateway, OptOutNotice.phone_index, OptOutNotice.sender_id],
            set_={
                "times": case((new, 1), else_=OptOutNotice.times + 1),
                "received_at": case((new, now), else_=OptOutNotice.received_at),
            },
        ).returning(OptOutNotice.times)
    )
    if number is not None and times == 1:
        refuse_phone(session, phone_of(session, number, now=now), why="opt-out", now=now)


def empty_message(message: InboundMessage) -> None:
    """Let go of the words of a message that was handled."""
    message.body = message.raw = None
