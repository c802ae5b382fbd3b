"""What people text us: STOP at any time, an answer to the one open question, a word we know, or something for a person.

A YA that answers no question of ours is never evidence: nobody can tell what it says yes to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session

from flows.caller import Caller, Person
from flows.conversation import Menu, Outcome
from flows.outcomes import Said
from flows.reading import command
from flows.talk import Talk, answer, current
from verify_service.conversations.asking import LET_GO, QUESTION_FLOW, can_be_out, cause_of
from verify_service.conversations.caller import mask_name
from verify_service.conversations.catalogue import wordings
from verify_service.conversations.outcomes import apply
from verify_service.conversations.talking import Over, Talking
from verify_service.conversations.texting import write
from verify_service.ground.crypto import blind_index, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, InboundMessage, OutboxMessage, Phone, PhoneLink, Worker
from verify_service.messaging.consent import phone_of, stop_phone, welcome_back
from verify_service.messaging.inbox import wished_at, written_at
from verify_service.messaging.outbox import Purpose

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
    """What a look came to: how many texts it found, and whether verdicts are stale now."""

    texts: int
    stale: bool


# One at a time: a YA and the TIDAK that takes it back must be read in the order they came.
_ONE_AT_A_TIME = sql("SELECT pg_advisory_xact_lock(hashtext('inbound texts'))")
# Statements are built once: building them would take most of the time that a text takes.
_OLDEST_DUE = (
    select(InboundMessage)
    .where(
        InboundMessage.handled_at.is_(None),
        InboundMessage.quarantined.is_(None),
        or_(InboundMessage.due_at.is_(None), InboundMessage.due_at <= bindparam("now")),
    )
    .order_by(InboundMessage.id)
    .limit(1)
)
_AGAIN = (dt.timedelta(minutes=5), dt.timedelta(minutes=10))  # after the first and the second failed try
_SOON = dt.timedelta(seconds=10)


class NotHandled(Exception):
    """A text could not be handled now: roll everything back, then `put_off` in another transaction."""

    def __init__(self, message: int, fault: Exception) -> None:
        super().__init__(f"text {message} could not be handled ({type(fault).__name__})")
        self.message, self.fault = message, fault


def handle_waiting(session: Session, *, now: dt.datetime) -> Handled:
    """Handle the oldest text that is due, alone: a phone is locked no longer than its own text takes.

    Raises NotHandled for what has to do with this text; a database that is away is the caller's to wait for.
    """
    session.execute(_ONE_AT_A_TIME)
    message = session.scalar(_OLDEST_DUE, {"now": now})
    if message is None:
        return Handled(0, stale=False)
    number = message.id
    try:
        stale = handle(session, message, now=now)
        session.flush()
    except Exception as fault:
        if isinstance(fault, DBAPIError) and fault.connection_invalidated:
            raise
        raise NotHandled(number, fault) from fault
    return Handled(1, stale)


def put_off(session: Session, failed: NotHandled, *, now: dt.datetime) -> None:
    """Try a text again later, and set it aside for a person after the third time, so that it holds nobody up.

    A deadlock, or a table locked for too long, is nothing that the text has to do with, and no try.
    """
    log.error("text not handled", message=failed.message, kind=type(failed.fault).__name__)
    message = session.get_one(InboundMessage, failed.message, with_for_update=True)
    if message.handled_at is not None:  # by another worker, meanwhile
        return
    if isinstance(failed.fault, DBAPIError) and not isinstance(failed.fault, DataError):
        message.due_at = now + _SOON
        return
    message.tries += 1
    if message.tries > len(_AGAIN):
        message.quarantined = f"could not be handled ({type(failed.fault).__name__})"
    else:
        message.due_at = now + _AGAIN[message.tries - 1]


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


_HELD = (
    select(Phone)
    .where(Phone.number_index == bindparam("index"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def _phone(session: Session, number: Number, now: dt.datetime) -> Phone:
    """The row of this phone, locked: a call and a text from it are heard one after the other.

    Locked first, then its question, then texts of ours, as everywhere; and so that rows naming it can be added.
    """
    index = {"index": blind_index(number.e164, "phone")}
    phone = session.scalar(_HELD, index)
    if phone is None:
        phone_of(session, number, now=now)
        phone = session.scalars(_HELD, index).one()
    return phone


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
    talk = _talk_of(session, phone, question.worker_id) if question is not None else None
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
    talking.session.execute(_NO_REPEAT, {"cause": cause_of(question.id)})
    question.touched_at, question.hops = written_at(message), question.hops + 1
    _reply(talking.session, message, talking.phone, step.screen)
    return talking.nudge


# A question whose first sending was of unknown fate did arrive: it is not sent once more.
_NO_REPEAT = sql(
    "UPDATE outbox SET state = 'cancelled', reason = 'answered' WHERE cause = :cause AND state = 'waiting'"
)


def _late(talking: Talking, outcome: Outcome) -> Outcome:
    """An answer counts whenever it comes; one that comes late says so."""
    waited = talking.now - talking.conversation.started_at
    if isinstance(outcome, Said) and waited > dt.timedelta(days=programme().texting.question_days):
        return replace(outcome, detail="late")
    return outcome


_ASKED = (
    select(Conversation, OutboxMessage.sent_at, OutboxMessage.stale_at, OutboxMessage.unknowns)
    .join(OutboxMessage, OutboxMessage.cause == func.concat(cause_of(""), Conversation.id))
    .where(Conversation.phone_id == bindparam("phone"), Conversation.channel == "sms", can_be_out())
    .order_by(Conversation.id.desc())
    .limit(1)
    .with_for_update(of=Conversation, key_share=True)
)


def _question(session: Session, phone: Phone, message: InboundMessage) -> Conversation | None:
    """The newest question that can have reached this phone, while it may still be answered or corrected.

    One that waits for the morning hides none before it. What was written before it went out answers something else.
    """
    asked = session.execute(_ASKED, {"phone": phone.id}).first()
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


_THEIRS = (
    select(Worker.name, Worker.nik_last4)
    .join(PhoneLink, PhoneLink.worker_id == Worker.id)
    .where(
        PhoneLink.phone_id == bindparam("phone"),
        PhoneLink.unlinked_at.is_(None),
        Worker.id == bindparam("worker"),
    )
)


def _talk_of(session: Session, phone: Phone, worker_id: int | None) -> Talk | None:
    """The talk of a question about this worker; None once the phone no longer answers for them.

    What a call would show of the cover is not looked up: no text says it.
    """
    worker = session.execute(_THEIRS, {"phone": phone.id, "worker": worker_id}).first()
    if worker is None or worker_id is None:
        return None
    person = Person(worker=worker_id, name=mask_name(worker.name), nik4=worker.nik_last4)
    return Talk(QUESTION_FLOW, Caller(phone.language, noticed=phone.noticed_at is not None, person=person))
