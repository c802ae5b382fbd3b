"""Letting go of what a talk or a text no longer needs, so that it cannot be read by anybody later."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CursorResult, and_, delete, or_, text, update
from sqlalchemy.orm import Session

from verify_service.conversations.text_talks import SOLVED
from verify_service.ground.programme import programme
from verify_service.ground.tables import (
    Conversation,
    DeliveryNotice,
    InboundMessage,
    LinkTry,
    NumberTry,
    OptOutNotice,
    OutboxMessage,
    SessionEnd,
    SignInAttempt,
)
from verify_service.messaging.outbox import Purpose, State

SCREENS_KEPT = dt.timedelta(hours=24)  # far longer than any gateway repeats a hop, far shorter than anybody's memory
SCREENS_KEPT_AFTER_THE_END = dt.timedelta(minutes=15)  # the number of an anonymous report stands on one of them
A_REPORT = "c"  # what is left of any screen of a talk about a report
COUNTS_KEPT = dt.timedelta(days=2)


# PostgreSQL keeps with each row which transaction wrote or locked it. A row left by that of an anonymous report tells
# whose it is, until it is written once more. The trail cannot be, so that the other side is.
_SAME_TRANSACTION = """
WITH reported AS (
    SELECT xmin FROM grievance WHERE identity = 'anonymous'
    UNION SELECT said.xmin FROM grievance_event said JOIN grievance ON grievance.id = said.grievance_id
          WHERE grievance.identity = 'anonymous'
    UNION SELECT xmin FROM audit WHERE actor = 'anonymous' AND at >= :since)
UPDATE {table} SET {column} = {column}
WHERE CAST(xmin AS text) IN (SELECT CAST(xmin AS text) FROM reported)
   OR CAST(xmax AS text) IN (SELECT CAST(xmin AS text) FROM reported)
"""
_PART = tuple(
    text(_SAME_TRANSACTION.format(table=table, column=column))
    for table, column in (
        ("phone", "hops"),
        ("conversation", "hops"),
        ("inbound_message", "received_at"),
        ("outbox", "reason"),
        ("number_try", "tries"),
    )
)
_TRAIL_LOOKED_AT = dt.timedelta(days=7)


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Empty the screens and answers of old talks and the words of old texts, and drop conversations past their
    retention; returns rows changed.

    Evidence is untouched: it holds what was said, not how the talk went.
    """
    held = or_(Conversation.screen.is_not(None), Conversation.talk.is_not(None))
    emptied = session.execute(
        update(Conversation)
        .where(held)
        .where(
            or_(
                and_(Conversation.touched_at < now - SCREENS_KEPT, ~Conversation.session.startswith(SOLVED)),
                Conversation.touched_at < now - dt.timedelta(days=2 * programme().sla.close_days),
                Conversation.ended_at < now - SCREENS_KEPT_AFTER_THE_END,
            )
        )
        .values(screen=None, talk=None, heard_hash=None)
    )
    past = now - dt.timedelta(days=programme().retention.ussd_conversations)
    gone = [
        session.execute(delete(Conversation).where(Conversation.touched_at < past)),
        session.execute(delete(SessionEnd).where(SessionEnd.received_at < past)),
        session.execute(delete(LinkTry).where(LinkTry.day < (now - COUNTS_KEPT).date())),
        session.execute(delete(NumberTry).where(NumberTry.day < (now - COUNTS_KEPT).date())),
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - COUNTS_KEPT)),
    ]
    texts = now - dt.timedelta(days=programme().retention.sms_texts)
    gone += [
        session.execute(
            update(InboundMessage)
            .where(InboundMessage.received_at < texts, InboundMessage.sender.is_not(None))
            .values(body=None, sender=None, raw=None)
        ),
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.created_at < texts, OutboxMessage.body.is_not(None))
            .values(body=None)
        ),
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.created_at < now - SCREENS_KEPT, OutboxMessage.body.is_not(None))
            .where(OutboxMessage.screen.startswith("c"), OutboxMessage.purpose == Purpose.REPLY.value)
            .where(OutboxMessage.state.not_in((State.WAITING.value, State.SENDING.value)))
            # The number of an anonymous report, or that it was one, leads to the phone that it was told to.
            .values(body=None, screen=A_REPORT)
        ),
        session.execute(delete(DeliveryNotice).where(DeliveryNotice.received_at < texts)),
        session.execute(
            update(OptOutNotice)
            .where(OptOutNotice.received_at < texts, OptOutNotice.phone.is_not(None))
            .values(phone=None)
        ),
    ]
    for part in _PART:
        session.execute(part, {"since": now - _TRAIL_LOOKED_AT})
    return sum(result.rowcount for result in [emptied, *gone] if isinstance(result, CursorResult))
