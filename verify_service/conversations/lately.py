"""What a phone did in the last minutes: the report it made or closed, and whether it agreed to report anonymously."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from verify_service.conversations.stored_state import grievance_of, has_agreed_unnamed, is_unnamed
from verify_service.grievances.states import GrievanceState
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Enrolment, Evidence, Grievance, Phone

_LATELY = (
    select(Conversation)
    .where(
        Conversation.phone_id == bindparam("phone"),
        Conversation.touched_at >= bindparam("since"),
        Conversation.talk.is_not(None),
    )
    .order_by(Conversation.touched_at.desc(), Conversation.id.desc())  # told last, not begun last
    .limit(20)
)


_AGREED_FOR = dt.timedelta(hours=6)  # who agreed by call and dropped writes the words when there is time


def _talks(
    session: Session, phone: Phone, received: dt.datetime, within: dt.timedelta | None = None
) -> list[Conversation]:
    since = received - (within or dt.timedelta(minutes=programme().texting.continue_minutes))
    return list(session.scalars(_LATELY, {"phone": phone.id, "since": since}))


def grievances_just_made(session: Session, phone: Phone, received: dt.datetime) -> list[int]:
    """The reports that were made on this phone some minutes ago, by text or by call, the last told first."""
    return [filed for talk in _talks(session, phone, received) if (filed := grievance_of(talk)) is not None]


def grievance_just_made(session: Session, phone: Phone, received: dt.datetime) -> int | None:
    """The last of them: what is written on belongs to it.

    Of an anonymous report nothing else leads there; a new one would be filed under the phone.
    """
    return next(iter(grievances_just_made(session, phone, received)), None)


def told_at(session: Session, phone: Phone, received: dt.datetime) -> dt.datetime | None:
    """When the last of them was made, by the clock of its talk: an anonymous report keeps no hour."""
    return next((talk.touched_at for talk in _talks(session, phone, received) if grievance_of(talk) is not None), None)


def agreed_unnamed(session: Session, phone: Phone, received: dt.datetime) -> bool:
    """Whether somebody agreed on this phone, some minutes ago, to report anonymously, by text or by call."""
    return any(is_unnamed(talk) or has_agreed_unnamed(talk) for talk in _talks(session, phone, received))


def agreed_and_told_nothing(session: Session, phone: Phone, received: dt.datetime) -> bool:
    """Whether it did so some hours ago, and has told nothing since: the words that come by text are of that report."""
    for talk in _talks(session, phone, received, _AGREED_FOR):
        if grievance_of(talk) is not None:
            return False
        if is_unnamed(talk) or has_agreed_unnamed(talk):
            return True
    return False


def wished_unnamed(session: Session, phone: Phone, received: dt.datetime) -> bool:
    """Whether it said so in a talk that is over, and has told nothing since."""
    talks = _talks(session, phone, received)
    return any(map(is_unnamed, talks)) and not any(grievance_of(talk) is not None for talk in talks)


_DROPPED = (
    select(Conversation)
    .where(
        Conversation.phone_id == bindparam("phone"),
        Conversation.channel == "ussd",
        Conversation.ended_at.is_(None),
        Conversation.talk.is_not(None),
        Conversation.touched_at > bindparam("since"),
    )
    .order_by(Conversation.touched_at.desc())
    .limit(1)
)


def dropped_call(session: Session, phone: Phone, since: dt.datetime) -> Conversation | None:
    """The newest call of this phone after that moment that came to no end."""
    return session.scalar(_DROPPED, {"phone": phone.id, "since": since})


_ANSWERED_FOR = (
    select(Enrolment.worker_id)
    .join(Evidence, Evidence.enrolment_id == Enrolment.id)
    .where(
        Evidence.phone_id == bindparam("phone"),
        Evidence.source == "worker",
        Evidence.received_at > bindparam("since"),
    )
    .order_by(Evidence.id.desc())
    .limit(1)
)


def answered_for(session: Session, phone: Phone, since: dt.datetime) -> int | None:
    """The worker for whom this phone answered last after that moment, by call or by text; None where it did not."""
    worker: int | None = session.scalar(_ANSWERED_FOR, {"phone": phone.id, "since": since})
    return worker


_CLOSED = (
    select(Grievance)
    .where(
        Grievance.phone_id == bindparam("phone"),
        Grievance.state == GrievanceState.CLOSED_CONFIRMED,
        Grievance.closed_at >= bindparam("since"),
    )
    .order_by(Grievance.closed_at.desc())
    .limit(1)
)


def closed_as_solved(session: Session, phone: Phone, received: dt.datetime) -> Grievance | None:
    """The report that this phone said was solved, while that may be corrected; the last of them."""
    since = received - dt.timedelta(minutes=programme().texting.correct_minutes)
    return session.scalar(_CLOSED, {"phone": phone.id, "since": since})
