"""A worker's number changes because a case found it out: the new one may answer, the old one no longer does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.phones import Phone as Number
from verify_service.ground.tables import Conversation, OutboxMessage, Phone, PhoneLink
from verify_service.messaging.consent import known_phone_of, phone_of
from verify_service.messaging.outbox import State

CASE = "case"  # how the new number came to be linked, and why the old one no longer is
CHANGED = "number changed"


@dataclass(frozen=True)
class NumberChange:
    """What came of it: whether the new number was not linked before, and the old one was."""

    linked: bool
    unlinked: bool


def change_number(
    session: Session,
    worker_id: int,
    new_phone: Number,
    *,
    old_phone: Number | None = None,
    why: int,
    actor: str,
    now: dt.datetime,
) -> NumberChange:
    """Link a new number to a worker and let go of the old one, if one is named; `why` is the case (a grievance's id).

    What waits for the old phone about this worker is not sent, and no answer from it counts for the worker any more;
    what it said before stays evidence. A later roster that repeats the old number does not bring it back.
    """
    if new_phone == old_phone:
        raise ValueError("the new number is the old one")
    new = phone_of(session, new_phone, now=now)
    old = known_phone_of(session, old_phone) if old_phone is not None else None
    _lock(session, [phone for phone in (new, old) if phone is not None])
    unlinked = old is not None and _let_go(session, old, worker_id, now)
    linked = session.scalar(
        insert(PhoneLink)
        .values(phone_id=new, worker_id=worker_id, how=CASE, linked_at=now)
        .on_conflict_do_nothing()
        .returning(PhoneLink.id)
    )
    change = NumberChange(linked is not None, unlinked)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="number changed",
        on=f"worker:{worker_id}",
        grievance=why,
        phone=new,
        old_phone=old,
        linked=change.linked,
        unlinked=change.unlinked,
    )
    return change


def _lock(session: Session, phones: list[int]) -> None:
    """Phones in the order of their ids, then questions, then texts, as everywhere: nobody waits in a circle."""
    session.execute(select(Phone.id).where(Phone.id.in_(phones)).order_by(Phone.id).with_for_update(key_share=True))


def _let_go(session: Session, phone_id: int, worker_id: int, now: dt.datetime) -> bool:
    """This phone no longer answers for this worker; False when it did not."""
    link = session.scalar(
        update(PhoneLink)
        .where(PhoneLink.phone_id == phone_id, PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None))
        .values(unlinked_at=now, unlinked_why=CASE)
        .returning(PhoneLink.id)
    )
    session.execute(
        update(Conversation)
        .where(
            Conversation.phone_id == phone_id,
            Conversation.worker_id == worker_id,
            Conversation.channel == "sms",
            Conversation.ended_at.is_(None),
        )
        .values(ended_at=now, ended_how=CHANGED, talk=None)
        .execution_options(synchronize_session=False)
    )
    # The sender would hold them back as well; taken back now, an officer sees at once that nothing goes there.
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.phone_id == phone_id,
            OutboxMessage.worker_id == worker_id,
            OutboxMessage.state == State.WAITING.value,
        )
        .values(state=State.CANCELLED.value, reason=CHANGED)
        .execution_options(synchronize_session=False)
    )
    return link is not None
