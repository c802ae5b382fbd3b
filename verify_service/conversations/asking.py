"""Asking by SMS: one open question a phone, and only where the gateway can bring an answer back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Date, Row, exists, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.crypto import blind_index
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import (
    NEWEST_PERIOD,
    Conversation,
    Enrolment,
    Evidence,
    OutboxMessage,
    Phone,
    PhoneLink,
    Worker,
)
from verify_service.messaging import gateways
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Asks, OutboxState, Purpose
from verify_service.registry.names import mask_name
from verify_service.registry.residents import inactive_before, unheaded_sql
from verify_service.tasks import death_sql, open_task

QUESTION_FLOW = "registered"
LET_GO = "let go"  # how a question ended that made way for another
GATEWAY = "sms"  # a question belongs to no provider's session
_OPEN = text("channel = 'sms' AND ended_at IS NULL")  # as the index has it that allows one open question a phone


# Where a text ends that will not go any more.
LOST = frozenset(
    state.value for state in (OutboxState.REFUSED, OutboxState.FAILED, OutboxState.CANCELLED, OutboxState.STALE)
)


def ask(session: Session, phone: Phone, worker: Worker, *, now: dt.datetime) -> str | None:
    """Ask whether this worker is registered and covered; None when the question is on its way, else why not."""
    if not gateways.can().two_way:
        sent = write(
            session,
            phone,
            "s2.registered_dial",
            {"name": mask_name(worker.name)},
            purpose=Purpose.QUESTION,
            cause=f"dial:{worker.id}:{phone.id}:{now.astimezone(programme().zone):%Y-%m-%d}",
            now=now,
            worker_id=worker.id,
        )
        return None if sent is not None else _WHY_NOT
    _let_go_of_old(session, phone, now)
    question = session.scalar(
        insert(Conversation)
        .values(
            gateway=GATEWAY,
            session=f"question:{worker.id}:{phone.id}:{uuid4().hex}",  # never again: old questions are deleted
            channel="sms",
            phone_id=phone.id,
            worker_id=worker.id,
            started_at=now,
            touched_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Conversation.phone_id], index_where=_OPEN)
        .returning(Conversation.id)
    )
    if question is None:
        return "this phone has a question that it has not answered yet"
    sent = write(
        session,
        phone,
        "s1.registered",
        {"name": mask_name(worker.name)},
        purpose=Purpose.QUESTION,
        cause=cause_of(question),
        now=now,
        worker_id=worker.id,
        asks=Asks(question, 0),
    )
    if sent is None:
        asked = session.get_one(Conversation, question)
        asked.ended_at, asked.ended_how = now, LET_GO
        return _WHY_NOT
    return None


_WHY_NOT = "this phone gets no questions: it sent STOP, is on the operator's no-texts list, or heard the same too often"


def ask_phone(session: Session, number: Number, *, now: dt.datetime) -> str | None:
    """Ask a worker this phone answers for, a silent one first; None when the question is on its way, else why not."""
    phone = session.scalar(select(Phone).where(Phone.number_index == blind_index(number.e164, "phone")))
    worker = None
    if phone is not None:
        worker = session.scalar(
            select(Worker)
            .join(PhoneLink, PhoneLink.worker_id == Worker.id)
            .where(PhoneLink.phone_id == phone.id, PhoneLink.unlinked_at.is_(None), Worker.same_as.is_(None))
            .where(text(f"NOT {death_sql('worker.id')}"))
            .order_by(_has_spoken(), Worker.id)
            .limit(1)
        )
    if phone is None or worker is None:
        return "this phone answers for no worker on the list"
    return ask(session, phone, worker, now=now)


def _has_spoken() -> ColumnElement[bool]:
    """Whether the worker has said anything since the newest insurer file."""
    newest = literal_column(NEWEST_PERIOD, Date())
    return (
        exists()
        .where(
            Enrolment.worker_id == Worker.id,
            Evidence.enrolment_id == Enrolment.id,
            Evidence.source == "worker",
            or_(Evidence.period.is_(None), Evidence.period >= newest),
        )
        .correlate(Worker)
    )


# A head who is locked out, said STOP or is on the operator's list gets no reminder: others must speak in his place.
# Where nobody speaks for the RT, the head of the RW stands in; by the second reminder the kelurahan has a task as well.
_UNANSWERED = text(
    f"""
SELECT enrolment.kelurahan_code, enrolment.rw, coalesce(rt_head.rt = '', false) AS of_rw, area.kelurahan,
       CASE WHEN rt_head.rt <> '' THEN enrolment.rt END AS rt, rt_head.id AS head,
       CASE WHEN rt_head.locked_at IS NULL AND phone.stopped_at IS NULL AND phone.refused_at IS NULL
            THEN rt_head.phone_id END AS phone_id,
       EXISTS (SELECT 1 FROM outbox reminded WHERE reminded.phone_id = rt_head.phone_id
                 AND reminded.cause LIKE 'rt_task:' || rt_head.id || ':%'
                 AND reminded.created_at > :lately) AS reminded,
       EXISTS (SELECT 1 FROM outbox reminded WHERE reminded.phone_id = rt_head.phone_id
                 AND reminded.cause LIKE 'rt_task:' || rt_head.id || ':%'
                 AND reminded.created_at <= :lately) AS reminded_earlier,
       array_agg(enrolment.id ORDER BY enrolment.id) AS enrolments,
       array_agg(enrolment.rt ORDER BY enrolment.id) AS units
FROM enrolment
JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
LEFT JOIN rt_head own ON own.kelurahan_code = enrolment.kelurahan_code AND own.rw = enrolment.rw
     AND own.rt = enrolment.rt AND own.until IS NULL AND NOT own.announced
LEFT JOIN rt_head instead ON instead.kelurahan_code = enrolment.kelurahan_code AND instead.rw = enrolment.rw
     AND instead.rt = '' AND instead.until IS NULL AND NOT instead.announced AND instead.phone_id IS NOT NULL
     AND instead.locked_at IS NULL AND {unheaded_sql("enrolment")}
LEFT JOIN rt_head ON rt_head.id = coalesce(instead.id, own.id)
LEFT JOIN phone ON phone.id = rt_head.phone_id
WHERE enrolment.rw IS NOT NULL AND enrolment.rt IS NOT NULL
  AND (CAST(:kelurahan AS text) IS NULL OR enrolment.kelurahan_code = :kelurahan)
  AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today)
  AND NOT {death_sql("enrolment.worker_id")}
  AND NOT EXISTS (SELECT 1 FROM evidence said WHERE said.enrolment_id = enrolment.id AND said.source = 'rt_head'
                    AND said.received_at >= greatest(:since, CASE WHEN rt_head.rt <> ''
                          THEN CAST(rt_head.since AS timestamp) AT TIME ZONE :zone END))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 5
"""  # noqa: S608  # constants of our own
)
RT_DAYS = 7  # an RT head has a week, and is not asked again within it
VACANT_DAYS = 14  # for the kelurahan, where an RT has no head or the head no phone


@dataclass(frozen=True)
class RtHeadsAsked:
    """What asking came to: heads of RT and RW who get a text, and residents left to the kelurahan since nobody heads
    their RT.
    """

    heads: int
    residents: int
    left_to_kelurahan: int
    reminded_before: int  # heads who had their text within the week


@dataclass(frozen=True)
class HeadToRemind:
    """A head of an RT, or of an RW who stands in, and how many residents wait for his word by which day."""

    phone: int
    of_rw: bool
    rw: str
    rt: str | None
    kelurahan: str
    residents: int
    by: dt.date
    cause: str


def remind_head(session: Session, head: HeadToRemind, *, now: dt.datetime) -> int | None:
    """Text the number of residents who wait, never one of them; the outbox id, or None when no text will go."""
    return write(
        session,
        session.get_one(Phone, head.phone),
        "g29.rw_task" if head.of_rw else "g14.rt_task",
        {
            "rt": head.rw if head.of_rw else f"{head.rt}/{head.rw}",
            "kel": head.kelurahan,
            "n": str(head.residents),
            "date": head.by.strftime("%d/%m/%y"),
        },
        purpose=Purpose.REMINDER,
        cause=head.cause,
        now=now,
    )


def ask_the_rt_heads(session: Session, *, kelurahan: str | None, now: dt.datetime, actor: str) -> RtHeadsAsked:
    """Remind every RT head of the residents he has not spoken of; where there is none the head of the RW; else, or
    where he was reminded before in vain, the kelurahan gets a task each.

    A text names their number, never a resident.
    """
    today = now.astimezone(programme().zone).date()
    rules = programme().rt_heads
    values = {
        "kelurahan": kelurahan,
        "today": today,
        "since": now - dt.timedelta(days=rules.ask_again_days),
        "lately": now - dt.timedelta(days=RT_DAYS),
        "zone": programme().timezone,
        "inactive": inactive_before(now),
    }
    heads = residents = vacant = before = 0
    for row in session.execute(_UNANSWERED, values).all():
        if row.phone_id is None or (row.of_rw and row.reminded_earlier):
            vacant += sum(
                _leave_to_kelurahan(session, row, enrolment, unit, today, now, actor)
                for enrolment, unit in zip(row.enrolments, row.units, strict=True)
            )
        if row.phone_id is None:
            continue
        if row.reminded:
            before += 1
            continue
        head = HeadToRemind(
            row.phone_id,
            row.of_rw,
            row.rw,
            row.rt,
            row.kelurahan,
            residents=len(row.enrolments),
            by=today + dt.timedelta(days=RT_DAYS),
            cause=f"rt_task:{row.head}:{today:%Y-%m-%d}",
        )
        sent = remind_head(session, head, now=now)
        heads += sent is not None
        residents += len(row.enrolments) if sent is not None else 0
    asked = RtHeadsAsked(heads, residents, vacant, before)
    audit.record(session, now=now, actor=actor, action="RT heads asked", on=f"area:{kelurahan or 'all'}", **vars(asked))
    return asked


def _leave_to_kelurahan(
    session: Session, row: Row[Any], enrolment: int, rt: str, today: dt.date, now: dt.datetime, actor: str
) -> bool:
    opened = open_task(
        session,
        kind="rt_vacant",
        subject=f"enrolment:{enrolment}",
        kelurahan_code=row.kelurahan_code,
        rw=row.rw,
        rt=rt,
        enrolment_id=enrolment,
        due_on=today + dt.timedelta(days=VACANT_DAYS),
        now=now,
        by=actor,
    )
    return opened is not None


def cause_of(question: int | str) -> str:
    """What its text is known by in the outbox."""
    return f"question:{question}"


def _let_go_of_old(session: Session, phone: Phone, now: dt.datetime) -> None:
    """A question nobody answered for so long, or that never reached the phone, makes way for the next one."""
    old = now - dt.timedelta(days=programme().texting.question_days)
    waiting = session.scalar(
        select(Conversation).where(
            Conversation.phone_id == phone.id,
            Conversation.channel == "sms",
            Conversation.ended_at.is_(None),
            or_(Conversation.started_at < old, _never_reached()),
        )
    )
    if waiting is not None:
        waiting.ended_at, waiting.ended_how = now, LET_GO
        session.flush()


def _never_reached() -> ColumnElement[bool]:
    """Whether the text of a question came to nothing, so that nobody can answer it."""
    return exists().where(
        OutboxMessage.cause == func.concat(cause_of(""), Conversation.id),
        OutboxMessage.state.in_(LOST),
        OutboxMessage.unknowns == 0,
    )
