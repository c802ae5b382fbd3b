"""The texts that wait, phone by phone: who hears which, in what order, and what becomes of one that cannot be handled.

Order is kept for a phone, not for the world: any number of workers hear side by side, each phone one of them. Phones
are claimed by a lock that ends with the transaction, so that a worker that dies holds up nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import CursorResult, bindparam, or_, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from verify_service.conversations.hearing import hear_phone
from verify_service.conversations.known import look_up
from verify_service.conversations.question import Later
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.tables import InboundMessage, Phone
from verify_service.messaging.consent import phone_of
from verify_service.messaging.gateway_clock import clocks

PHONES: Final = 100  # heard in one transaction: its commit costs as much as several texts
OF_A_PHONE: Final = 20  # of its texts in one transaction: a flood from one phone delays no other
_SEEN: Final = 400  # phones looked at; several workers take different ones of them
_OLDEST: Final = 2000  # texts looked at to find them
_AGAIN = (dt.timedelta(minutes=5), dt.timedelta(minutes=10))  # after the first and the second failed try
_SOON = dt.timedelta(seconds=10)
log = structlog.get_logger()


@dataclass(frozen=True)
class Handled:
    """What a look came to: how many texts it found, and whether verdicts are stale now."""

    texts: int
    stale: bool


class NotHandled(Exception):
    """A text could not be handled now: roll everything back, then `put_off` in another transaction."""

    def __init__(self, message: int, fault: Exception) -> None:
        super().__init__(f"text {message} could not be handled ({type(fault).__name__})")
        self.message, self.fault = message, fault


# The phones whose texts wait, who sent STOP first, then who waits longest. Behind a text that the database could not
# take the others of its phone wait for a moment; behind one that is itself at fault they do not: one may be a STOP.
# With a backlog the oldest are looked at alone, or looking would cost more than handling.
_WAITING = sql(
    f"""
WITH held AS (
    SELECT sender_index FROM inbound_message
    WHERE handled_at IS NULL AND quarantined IS NULL AND due_at > :now AND tries = 0 AND sender_index IS NOT NULL),
wishes AS (
    SELECT sender_index, id, true AS wish FROM inbound_message
    WHERE handled_at IS NULL AND quarantined IS NULL AND wish AND (due_at IS NULL OR due_at <= :now)
    ORDER BY id LIMIT {_SEEN}),
oldest AS (
    SELECT sender_index, id, false AS wish FROM inbound_message
    WHERE handled_at IS NULL AND quarantined IS NULL AND (due_at IS NULL OR due_at <= :now)
    ORDER BY id LIMIT {_OLDEST})
SELECT sender_index FROM (SELECT * FROM wishes UNION ALL SELECT * FROM oldest) AS waiting
WHERE sender_index IS NOT NULL AND sender_index NOT IN (SELECT sender_index FROM held)
GROUP BY sender_index ORDER BY bool_or(wish) DESC, min(id) LIMIT {_SEEN}
"""  # noqa: S608  # constants of our own
)
_CLAIM = sql(
    """
SELECT sender FROM unnest(CAST(:senders AS bytea[])) AS listed (sender)
WHERE pg_try_advisory_xact_lock(hashtext('texts of a phone'), hashtext(encode(sender, 'hex')))
"""
)
_OF_PHONES = (
    select(InboundMessage)
    .where(
        InboundMessage.sender_index.in_(bindparam("senders", expanding=True)),
        InboundMessage.handled_at.is_(None),
        InboundMessage.quarantined.is_(None),
        or_(InboundMessage.due_at.is_(None), InboundMessage.due_at <= bindparam("now")),
    )
    .order_by(InboundMessage.id)
)
# From a name or a short code: no person, and never answered.
_FROM_NO_PHONE = sql(
    """
UPDATE inbound_message SET handled_at = :now, handled_as = 'triage'
WHERE sender_index IS NULL AND handled_at IS NULL AND quarantined IS NULL
"""
)


def handle_waiting(session: Session, *, now: dt.datetime, phones: int = PHONES, careful: bool = False) -> Handled:
    """Handle the texts of some phones that no other worker has; carefully, a single text, so that a fault is its own.

    Raises NotHandled for what has to do with a text; a database that is away is the caller's to wait for.
    """
    from_no_phone = session.execute(_FROM_NO_PHONE, {"now": now})
    handled = from_no_phone.rowcount if isinstance(from_no_phone, CursorResult) else 0
    waiting = _claimed(session, now, most=1 if careful else phones)
    if not waiting:
        return Handled(handled, stale=False)
    taken = [_taken(rows, careful=careful) for rows in _by_phone(waiting)]
    first = taken[0][0].id
    try:
        stale = _handle(session, taken, now)
        session.flush()
    except Exception as fault:
        if isinstance(fault, DBAPIError) and fault.connection_invalidated:
            raise
        raise NotHandled(first, fault) from fault
    return Handled(handled + sum(row.handled_at is not None for rows in taken for row in rows), stale)


def _claimed(session: Session, now: dt.datetime, *, most: int) -> list[InboundMessage]:
    """The waiting texts of phones that are ours until the transaction ends."""
    senders = [sender for (sender,) in session.execute(_WAITING, {"now": now})]
    for start in range(0, len(senders), most):
        free = session.execute(_CLAIM, {"senders": senders[start : start + most]})
        ours = [sender for (sender,) in free]
        if ours and (rows := list(session.scalars(_OF_PHONES, {"senders": ours, "now": now}))):
            return rows
    return []


def _by_phone(waiting: Iterable[InboundMessage]) -> list[list[InboundMessage]]:
    """The texts of each phone, in the order they came."""
    phones: dict[bytes | None, list[InboundMessage]] = {}
    for row in waiting:
        phones.setdefault(row.sender_index, []).append(row)
    return list(phones.values())


def _taken(rows: list[InboundMessage], *, careful: bool) -> list[InboundMessage]:
    """Those of a phone's texts that are handled now: STOP and MULAI, and the oldest of the others."""
    wishes = [row for row in rows if row.wish]
    if careful:
        return (wishes or rows)[:1]
    return sorted({*rows[:OF_A_PHONE], *wishes}, key=lambda row: row.id)


def _handle(session: Session, taken: Sequence[Sequence[InboundMessage]], now: dt.datetime) -> bool:
    """Handle the texts of these phones; whether verdicts are stale now."""
    believed, phones = clocks(session), _phones(session, taken)
    ours = [(phones[rows[0].sender_index], rows) for rows in taken if rows[0].sender_index in phones]
    known = look_up(session, [phone.id for phone, _ in ours], [rows[0] for _, rows in ours])
    later, stale = Later(), False
    for phone, rows in ours:
        stale |= hear_phone(session, phone, rows, known, believed, later, now=now)
    later.write(session)
    return stale


_HELD = (
    select(Phone)
    .where(Phone.number_index.in_(bindparam("senders", expanding=True)))
    .order_by(Phone.id)
    .with_for_update(key_share=True, skip_locked=True)
    .execution_options(populate_existing=True)
)


def _phones(session: Session, taken: Sequence[Sequence[InboundMessage]]) -> dict[bytes | None, Phone]:
    """The rows of these phones, locked: a call and a text from one are heard one after the other. One that somebody
    else holds is left for the next look: nobody knows for how long.

    Locked first and in order, then questions, then texts of ours, as everywhere; and so that rows naming them can be
    added.
    """
    senders = [rows[0].sender_index for rows in taken]
    phones: dict[bytes | None, Phone] = {
        phone.number_index: phone for phone in session.scalars(_HELD, {"senders": senders})
    }
    new = [rows[0] for rows in taken if rows[0].sender_index not in phones]
    for row in new:
        number = read_gateway_phone(unseal(row.sender or b"", "inbound_message.sender"))
        if not isinstance(number, Number):
            raise Unreadable("a sender that was a phone when it was stored")
        phone_of(session, number, now=row.received_at)
    if new:
        made = session.scalars(_HELD, {"senders": [row.sender_index for row in new]})
        phones |= {phone.number_index: phone for phone in made}
    return phones


def put_off(session: Session, failed: NotHandled, *, now: dt.datetime) -> None:
    """Try a text again later, and set it aside for a person after the third time, so that it holds nobody up.

    A deadlock, a table locked for too long or a full disk is nothing that the text has to do with, and no try; anything
    else is, a constraint that it breaks among them.
    """
    log.error("text not handled", message=failed.message, kind=type(failed.fault).__name__)
    message = session.get_one(InboundMessage, failed.message, with_for_update=True)
    if message.handled_at is not None:  # by another worker, meanwhile
        return
    if isinstance(failed.fault, OperationalError):
        message.due_at = now + _SOON
        return
    message.tries += 1
    if message.tries > len(_AGAIN):
        message.quarantined = f"could not be handled ({type(failed.fault).__name__})"
    else:
        message.due_at = now + _AGAIN[message.tries - 1]
