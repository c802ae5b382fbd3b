"""Asking once, some days after an answer, whether the problem is solved: a talk by text that we begin."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.caller import Caller, Concern, GrievanceStatus
from flows.flow_state import FlowState, current
from verify_service.conversations.by_message import GATEWAY, SOLVED, TALK
from verify_service.conversations.stored_state import sealed
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Grievance, Phone
from verify_service.ground.working_days import short_date
from verify_service.messaging import gateways
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Asks, Purpose

_HELD = (
    select(Phone)
    .where(Phone.id == bindparam("id"))
    .with_for_update(key_share=True, skip_locked=True)
    .execution_options(populate_existing=True)
)


def ask_whether_solved(session: Session, report: Grievance, now: dt.datetime) -> bool:
    """Ask the reporter of an answered report; False while another talk goes on, or where nobody can answer.

    Somebody who sent STOP is not asked: the text that brought the answer says how to say that it is not solved.
    """
    phone = session.scalar(_HELD, {"id": report.phone_id})
    if phone is None:  # a call or a text of it is being heard: asked at the next look
        return False
    busy = select(Conversation.id).where(
        Conversation.phone_id == phone.id, Conversation.channel == TALK, Conversation.ended_at.is_(None)
    )
    if session.scalar(busy.limit(1)) is not None and _lately(session, phone, now):
        return False
    talk = _begin(session, phone, report, now) if gateways.can().two_way else None
    sent = write(
        session,
        phone,
        "g22.solved",
        {"case": report.number},
        purpose=Purpose.QUESTION,
        cause=f"report:{report.id}:solved",
        now=now,
        asks=Asks(talk.id, 0) if talk is not None else None,
    )
    if sent is None and talk is not None:
        session.delete(talk)
    return True


def _lately(session: Session, phone: Phone, now: dt.datetime) -> bool:
    since = now - dt.timedelta(hours=programme().texting.talk_hours)
    talk = select(Conversation.id).where(
        Conversation.phone_id == phone.id,
        Conversation.channel == TALK,
        Conversation.ended_at.is_(None),
        Conversation.touched_at > since,
    )
    return session.scalar(talk.limit(1)) is not None


def _begin(session: Session, phone: Phone, report: Grievance, now: dt.datetime) -> Conversation:
    shown = GrievanceStatus(report.number, report.state, due=short_date(report.due_on))
    language = phone.language or programme().languages[0]
    talk = FlowState(
        "report_status", Caller(language, noticed=True, languages=programme().languages, concern=Concern(report=shown))
    )
    begun = Conversation(
        gateway=GATEWAY,
        session=f"{SOLVED}{report.id}:{report.reopened}",
        channel=TALK,
        phone_id=phone.id,
        hops=0,
        started_at=now,
        touched_at=now,
        talk=sealed(*current(talk), filed=None),
    )
    session.add(begun)
    session.flush()
    return begun
