"""Who wants no texts: STOP to us, the operator's no-texts list, and MULAI, which takes both back.

Only MULAI takes them back: somebody who sends a complaint later has not asked for our reminders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from sqlalchemy import exists, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from verify_service import audit
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Enrolment, OutboxMessage, Phone, PhoneLink
from verify_service.messaging.outbox import TERMS, OutboxState
from verify_service.tasks import close_task, open_task

VISIT: Final = "visit"  # the task: nobody can write to this worker any more, so somebody goes there
VISIT_WITHIN: Final = dt.timedelta(days=14)

# Two phones of one worker refused at once: the second must see the first, or nobody is sent there. Taken before any
# phone's row, so that those who refuse several cannot wait for each other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('refused phones'))")


def refuse_phone(session: Session, phone_id: int, *, why: str, now: dt.datetime) -> bool:
    """The person wants no text at all, as the operator's list has it: False when that was known.

    Everything waiting for this phone is cancelled, an open question closed, and workers to whom nobody may write now
    get a visit. `why` is how we learnt it: opt-out, refused, delivery report.
    """
    session.execute(_ONE_AT_A_TIME)
    first = _mark(session, phone_id, Phone.refused_at, now)
    _close_question(session, phone_id, now)
    _cancel(session, phone_id, "refused", [purpose.value for purpose in TERMS])
    if first:
        _record(session, phone_id, "phone refused", now, why=why)
        for enrolment in _out_of_reach(session, phone_id, _today(now)):
            _ask_for_a_visit(session, phone_id, enrolment, now)
    return first


def stop_phone(session: Session, phone_id: int, written: dt.datetime) -> bool:
    """STOP: no more invitations, reminders or questions. True the first time, which is the one that is confirmed.

    Answers about the person's own case, lapses of cover and decisions go on. One written before a MULAI is over.
    """
    if not _wishes(session, phone_id, written):
        return False
    first = _mark(session, phone_id, Phone.stopped_at, written)
    _close_question(session, phone_id, written)
    _cancel(session, phone_id, "stopped", [purpose.value for purpose, terms in TERMS.items() if terms.stoppable])
    if first:
        _record(session, phone_id, "phone stopped", written)
    return first


def welcome_back(session: Session, phone_id: int, written: dt.datetime) -> bool | None:
    """MULAI: the person wants our texts again. Visits asked for are withdrawn.

    False when nothing had stopped them, None when they stopped us later than they wrote this: texts overtake others.
    """
    if not _wishes(session, phone_id, written, Phone.refused_at):
        return None
    held_back = or_(Phone.stopped_at.is_not(None), Phone.refused_at.is_not(None))
    back = session.scalar(
        update(Phone)
        .where(Phone.id == phone_id, held_back)
        .values(stopped_at=None, refused_at=None)
        .returning(Phone.id)
    )
    if back is None:
        return False
    _record(session, phone_id, "phone welcomed back", written)
    linked = select(PhoneLink.worker_id).where(PhoneLink.phone_id == phone_id, PhoneLink.unlinked_at.is_(None))
    for worker_id in session.scalars(linked.order_by(PhoneLink.worker_id)).all():
        close_task(session, VISIT, f"worker:{worker_id}", how="withdrawn", by=f"phone:{phone_id}", now=written)
    return True


def _wishes(
    session: Session, phone_id: int, written: dt.datetime, *ends: InstrumentedAttribute[dt.datetime | None]
) -> bool:
    """Keep when STOP or MULAI was written; False when what holds now is newer.

    Compared by the second, as providers give their times.
    """
    second = written.replace(microsecond=0)
    newest = func.date_trunc("second", func.greatest(Phone.wish_at, *ends))
    newer = update(Phone).where(Phone.id == phone_id, func.coalesce(newest <= second, true()))
    wished = newer.values(wish_at=func.greatest(Phone.wish_at, written)).returning(Phone.id)
    return session.scalar(wished) is not None


def phone_of(session: Session, number: Number, *, now: dt.datetime) -> int:
    """The row of this number, made if we have never heard of it."""
    known = known_phone_of(session, number)
    if known is not None:
        return known
    index = blind_index(number.e164, "phone")
    new = insert(Phone).values(number=seal(number.e164, "phone.number"), number_index=index, created_at=now)
    session.execute(new.on_conflict_do_nothing(index_elements=[Phone.number_index]))
    return session.scalars(select(Phone.id).where(Phone.number_index == index)).one()


def not_held(session: Session, phones: Iterable[int | None]) -> set[int]:
    """Those of these phones that nobody keeps for himself: a job goes on with them, and sees to the others later."""
    asked = sorted({phone for phone in phones if phone is not None})
    free = select(Phone.id).where(Phone.id.in_(asked)).with_for_update(read=True, key_share=True, skip_locked=True)
    return set(session.scalars(free)) if asked else set()


def known_phone_of(session: Session, number: Number) -> int | None:
    """The row of this number, if there is one."""
    return session.scalar(select(Phone.id).where(Phone.number_index == blind_index(number.e164, "phone")))


def _mark(session: Session, phone_id: int, column: InstrumentedAttribute[dt.datetime | None], now: dt.datetime) -> bool:
    """Set the moment unless it is set; whether this was the first time."""
    unmarked = update(Phone).where(Phone.id == phone_id, column.is_(None))
    return session.scalar(unmarked.values({column: now}).returning(Phone.id)) is not None


def _cancel(session: Session, phone_id: int, reason: str, purposes: list[str]) -> None:
    """Take back what waits; what is with the gateway at this moment cannot be."""
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.phone_id == phone_id,
            OutboxMessage.state == OutboxState.WAITING.value,
            OutboxMessage.purpose.in_(purposes),
        )
        .values(state=OutboxState.CANCELLED.value, reason=reason)
        .execution_options(synchronize_session=False)
    )


def _close_question(session: Session, phone_id: int, now: dt.datetime) -> None:
    session.execute(
        update(Conversation)
        .where(Conversation.phone_id == phone_id, Conversation.channel == "sms", Conversation.ended_at.is_(None))
        .values(ended_at=now, ended_how="stopped", talk=None)
    )


def _out_of_reach(session: Session, phone_id: int, today: dt.date) -> list[Enrolment]:
    """The newest enrolment of each worker on the list who has this phone and none that may be written to."""
    another = aliased(PhoneLink)
    reachable = exists().where(
        another.worker_id == PhoneLink.worker_id,
        another.unlinked_at.is_(None),
        Phone.id == another.phone_id,
        Phone.refused_at.is_(None),
    )
    newest = (
        select(func.max(Enrolment.id))
        .join(PhoneLink, PhoneLink.worker_id == Enrolment.worker_id)
        .where(
            PhoneLink.phone_id == phone_id,
            PhoneLink.unlinked_at.is_(None),
            or_(Enrolment.removed_from.is_(None), Enrolment.removed_from > today),
            ~reachable,
        )
        .group_by(Enrolment.worker_id)
    )
    return list(session.scalars(select(Enrolment).where(Enrolment.id.in_(newest)).order_by(Enrolment.id)))


def _ask_for_a_visit(session: Session, phone_id: int, enrolment: Enrolment, now: dt.datetime) -> None:
    open_task(
        session,
        kind=VISIT,
        subject=f"worker:{enrolment.worker_id}",
        kelurahan_code=enrolment.kelurahan_code,
        rw=enrolment.rw,
        rt=enrolment.rt,
        due_on=_today(now) + VISIT_WITHIN,
        now=now,
        enrolment_id=enrolment.id,
        by=f"phone:{phone_id}",
    )


def _today(now: dt.datetime) -> dt.date:
    return now.astimezone(programme().zone).date()


def _record(session: Session, phone_id: int, action: str, now: dt.datetime, **detail: str) -> None:
    who = f"phone:{phone_id}"
    audit.record(session, now=now, actor=who, action=action, on=who, **detail)
