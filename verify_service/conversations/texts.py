"""What people text us: STOP at any time, an answer to the one open question, a word we know, or something for a person.

A YA that answers no question of ours is never evidence: nobody can tell what it says yes to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from flows.conversation import Menu, Outcome
from flows.outcomes import Said
from flows.reading import command
from flows.talk import Talk, answer, current
from verify_service.conversations.asking import LET_GO, QUESTION_FLOW, can_be_out, cause_of
from verify_service.conversations.caller import answers_for, who_calls
from verify_service.conversations.catalogue import wordings
from verify_service.conversations.outcomes import apply
from verify_service.conversations.talking import Over, Talking
from verify_service.conversations.texting import write
from verify_service.ground.crypto import unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, InboundMessage, OutboxMessage, Phone
from verify_service.messaging.consent import phone_of, stop_phone, welcome_back
from verify_service.messaging.inbox import wished_at, written_at
from verify_service.messaging.outbox import Purpose, State

ANSWERED = "answered"
_SLACK = dt.timedelta(minutes=2)  # what the provider's clock may differ from ours
log = structlog.get_logger()


class HandledAs(StrEnum):
    """What became of a text."""

    ANSWER = "answer"
    STOP = "stop"
    START = "start"
    KEYWORD = "keyword"
    TRIAGE = "triage"  # waits for an officer


@dataclass(frozen=True)
class Handled:
    """What one batch came to: texts looked at, and whether verdicts are stale or replies wait to be sent."""

    texts: int
    stale: bool


# One at a time: a YA and the TIDAK that takes it back must be read in the order they came.
_ONE_AT_A_TIME = sql("SELECT pg_advisory_xact_lock(hashtext('inbound texts'))")
BATCH = 100
_MOST_TRIES = 3


def handle_waiting(session: Session, *, now: dt.datetime, batch: int = BATCH) -> Handled:
    """Handle the oldest texts that wait, each in a savepoint of its own, so that a bad one holds nobody up.

    One that fails three times is set aside for a person; a database that is away is the caller's to wait for.
    """
    session.execute(_ONE_AT_A_TIME)
    waiting = session.scalars(
        select(InboundMessage)
        .where(InboundMessage.handled_at.is_(None), InboundMessage.quarantined.is_(None))
        .order_by(InboundMessage.id)
        .limit(batch)
    ).all()
    stale = [_try(session, message, now) for message in waiting]
    return Handled(len(waiting), any(stale))


def _try(session: Session, message: InboundMessage, now: dt.datetime) -> bool:
    try:
        with session.begin_nested():
            return handle(session, message, now=now)
    except Exception as fault:
        if isinstance(fault, DBAPIError) and fault.connection_invalidated:
            raise
        log.error("text not handled", message=message.id, kind=type(fault).__name__)
        message.tries += 1
        if message.tries >= _MOST_TRIES:
            message.quarantined = f"could not be handled ({type(fault).__name__})"
        return False


def handle(session: Session, message: InboundMessage, *, now: dt.datetime) -> bool:
    """Do what a text asks for, in the caller's transaction; whether verdicts are stale now (nudge after the commit).

    What is said counts from when it was first received. Raises what the tables and keys may raise: the caller tries
    again, and sets a text aside that cannot be handled.
    """
    number = read_gateway_phone(unseal(message.sender or b"", "inbound_message.sender"))
    if not isinstance(number, Number):  # a name or a short code: no person, and never answered
        message.handled_at, message.handled_as = now, HandledAs.TRIAGE
        return False
    text = unseal(message.body or b"", "inbound_message.body")
    phone = _phone(session, number, message.received_at)
    done, nudge = _handle(session, message, phone, text)
    message.handled_at, message.handled_as = now, done
    return nudge


def _phone(session: Session, number: Number, now: dt.datetime) -> Phone:
    """The row of this phone, locked: a call and a text from it are heard one after the other."""
    held = select(Phone).where(Phone.id == phone_of(session, number, now=now)).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one()


def _handle(session: Session, message: InboundMessage, phone: Phone, text: str) -> tuple[HandledAs, bool]:
    match command(text):
        case "stop":
            # Confirmed once; a second STOP from somebody who is angry is not answered with another text.
            if stop_phone(session, phone.id, wished_at(message)):
                _reply(session, message, phone, "g18.stopped")
            return HandledAs.STOP, False
        case "start":
            if welcome_back(session, phone.id, wished_at(message)) is not None:
                _reply(session, message, phone, "s7.welcome_back")
            return HandledAs.START, False
        case "check":
            # A number in an SMS can be made up, and phones are shared: what the cover is, only the call tells.
            _reply(session, message, phone, "s6.check")
            return HandledAs.KEYWORD, False
    if (nudge := _answer(session, message, phone, text)) is not None:
        return HandledAs.ANSWER, nudge
    _reply(session, message, phone, "s5.received")
    return HandledAs.TRIAGE, False


def _reply(session: Session, message: InboundMessage, phone: Phone, screen: str) -> None:
    write(session, phone, screen, purpose=Purpose.REPLY, cause=f"message:{message.id}:reply", now=message.received_at)


def _answer(session: Session, message: InboundMessage, phone: Phone, text: str) -> bool | None:
    """Take the text for the answer to our question; None when there is none, or it answers something else."""
    question = _question(session, phone, message)
    talk = _talk_of(session, phone, question, message.received_at) if question is not None else None
    if question is None or talk is None:
        return None
    talk, screen = current(talk)
    if not isinstance(screen, Menu):
        return None
    after, outcome = answer(talk, text, wordings())
    if not isinstance(outcome, Outcome) or after.wrong or not outcome.effect:
        return None
    talking = Talking(
        session, question, phone, message.received_at, talk.caller, screen=screen.screen, message=message.id
    )
    return _say(talking, message, outcome)


def _say(talking: Talking, message: InboundMessage, outcome: Outcome) -> bool:
    """Apply the answer, close the question and thank; until closed for good it may be corrected by another text."""
    question = talking.conversation
    step = apply(talking, _late(talking, outcome))
    while not isinstance(step, Over):
        _, told = current(Talk(step.flow, step.caller, step.turns))
        if not isinstance(told, Outcome):
            raise AssertionError(f"{step.flow} asks by SMS what nobody was told to expect")
        step = apply(talking, told)
    if question.ended_how != ANSWERED:
        question.ended_at, question.ended_how = talking.now, ANSWERED
    _do_not_repeat(talking.session, question)
    question.touched_at, question.hops = written_at(message), question.hops + 1
    _reply(talking.session, message, talking.phone, step.screen)
    return talking.nudge


def _do_not_repeat(session: Session, question: Conversation) -> None:
    """A question whose first sending was of unknown fate did arrive: it is not sent once more."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.cause == cause_of(question.id), OutboxMessage.state == State.WAITING.value)
        .values(state=State.CANCELLED.value, reason=ANSWERED)
        .execution_options(synchronize_session=False)
    )


def _late(talking: Talking, outcome: Outcome) -> Outcome:
    """An answer counts whenever it comes; one that comes late says so."""
    waited = talking.now - talking.conversation.started_at
    if isinstance(outcome, Said) and waited > dt.timedelta(days=programme().texting.question_days):
        return replace(outcome, detail="late")
    return outcome


def _question(session: Session, phone: Phone, message: InboundMessage) -> Conversation | None:
    """The newest question that can have reached this phone, while it may still be answered or corrected.

    One that waits for the morning hides none before it. What was written before it went out answers something else.
    """
    asked = session.execute(
        select(Conversation, OutboxMessage.sent_at, OutboxMessage.stale_at, OutboxMessage.unknowns)
        .join(OutboxMessage, OutboxMessage.cause == func.concat(cause_of(""), Conversation.id))
        .where(Conversation.phone_id == phone.id, Conversation.channel == "sms", can_be_out())
        .order_by(Conversation.id.desc())
        .limit(1)
        .with_for_update(of=Conversation, key_share=True)
    ).first()
    if asked is None:
        return None
    question, sent_at, stale_at, unknowns = asked
    # Of a text sent twice only the second time is kept, so that it may have gone since it was first due.
    first_due = stale_at - dt.timedelta(days=programme().texting.stale_days)
    if written_at(message) < (sent_at if sent_at and not unknowns else first_due) - _SLACK:
        return None
    if question.ended_at is None or question.ended_how == LET_GO:
        return question
    soon = dt.timedelta(minutes=programme().texting.correct_minutes)
    corrects = question.ended_how == ANSWERED and message.received_at - question.ended_at <= soon
    # Texts overtake one another: what was written first does not take back what was written then.
    overtaken = written_at(message) < question.touched_at.replace(microsecond=0)
    return question if corrects and not overtaken else None


def _talk_of(session: Session, phone: Phone, question: Conversation, now: dt.datetime) -> Talk | None:
    """The talk of a question with today's facts; None once the phone no longer answers for that worker."""
    if question.worker_id is None or not answers_for(session, phone, question.worker_id):
        return None
    caller = who_calls(session, phone, now=now, worker_id=question.worker_id)
    return Talk(QUESTION_FLOW, caller)
