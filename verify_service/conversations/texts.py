"""What people text us: STOP at any time, a word we know, an answer to what was asked last, or something for a person.

A YA that answers no question of ours is never evidence: nobody can tell what it says yes to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session, aliased

from flows.caller import Caller, Person
from flows.conversation import ANSWER_LENGTH, Menu, Outcome, printable
from flows.keywords import Keyword, keyword, urgency
from flows.outcomes import Said
from flows.reading import command
from flows.talk import Talk, answer, current
from flows.understanding import understand
from verify_service import audit
from verify_service.conversations.asking import LET_GO, QUESTION_FLOW, can_be_out
from verify_service.conversations.asking import cause_of as cause_of_question
from verify_service.conversations.caller import mask_name
from verify_service.conversations.catalogue import wordings
from verify_service.conversations.outcomes import apply
from verify_service.conversations.talking import Over, Talking
from verify_service.conversations.text_talks import (
    begin,
    cannot_read,
    cause_of,
    empty,
    end_talks,
    file_report,
    follow_report,
    go_on,
    live_talk,
    may_be_secret,
    takes,
)
from verify_service.conversations.texting import say_ending, write
from verify_service.grievances import thread
from verify_service.ground.crypto import blind_index, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import (
    Conversation,
    Grievance,
    InboundMessage,
    OutboxMessage,
    Phone,
    PhoneLink,
    Worker,
)
from verify_service.messaging.consent import phone_of, stop_phone, welcome_back
from verify_service.messaging.inbox import wished_at, written_at
from verify_service.messaging.outbox import Purpose

ANSWERED, STOPPED = "answered", "stopped"
UNCLEAR = "s9.unclear"  # how to answer the question, once
_A_FEW_WORDS = 2  # more may say something that an officer should know, whatever is answered then
_SLACK = dt.timedelta(minutes=2)  # what the provider's clock may differ from ours
log = structlog.get_logger()


class HandledAs(StrEnum):
    """What became of a text."""

    ANSWER = "answer"
    STOP = "stop"
    START = "start"
    KEYWORD = "keyword"
    REPORT = "report"  # free words that tell of a problem: a confidential report
    THREAD = "thread"  # added to the open report of the phone
    UNCLEAR = "unclear"  # asked back, once
    TRIAGE = "triage"  # waits for an officer


@dataclass(frozen=True)
class Handled:
    """What a look came to: how many texts it found, and whether verdicts are stale now."""

    texts: int
    stale: bool


# One at a time: a YA and the TIDAK that takes it back must be read in the order they came.
_ONE_AT_A_TIME = sql("SELECT pg_advisory_xact_lock(hashtext('inbound texts'))")
# Statements are built once: building them would take most of the time that a text takes.
_before = aliased(InboundMessage)
# For a moment the next text of a phone waits behind one that the database could not take; behind one that is itself at
# fault it does not, since it may be a STOP.
_behind_another = exists().where(
    _before.sender_index == InboundMessage.sender_index,
    _before.id < InboundMessage.id,
    _before.handled_at.is_(None),
    _before.quarantined.is_(None),
    _before.tries == 0,
    _before.due_at > bindparam("now"),
)
_OLDEST_DUE = (
    select(InboundMessage)
    .where(
        InboundMessage.handled_at.is_(None),
        InboundMessage.quarantined.is_(None),
        or_(InboundMessage.due_at.is_(None), InboundMessage.due_at <= bindparam("now")),
        ~_behind_another,
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
            return _stop(session, message, phone)
        case "start":
            if welcome_back(session, phone.id, wished_at(message)) is not None:
                _reply(session, message, phone, "s7.welcome_back")
            return HandledAs.START, False
    asked, talk = _asked_last(session, message, phone)
    wanted = keyword(text)
    if wanted is not None and wanted.name != "answer" and not (talk is not None and takes(talk, text)):
        return HandledAs.KEYWORD, _keyword(session, message, phone, wanted, text)
    if asked is not None and (nudge := _answer(session, message, phone, asked, text)) is not None:
        return HandledAs.ANSWER, nudge
    means = _means(text)
    if talk is not None and not (cannot_read(talk, text) and _is_for_somebody(session, phone, text, means)):
        return HandledAs.ANSWER, go_on(session, message, phone, talk, text)
    return _unasked(session, message, phone, text, means, asked)


def _asked_last(
    session: Session, message: InboundMessage, phone: Phone
) -> tuple[Conversation | None, Conversation | None]:
    """The question or the talk that this text may answer, whichever was sent later: never both."""
    found, talk = _question(session, phone, message), live_talk(session, phone, message)
    if found is None or talk is None:
        return (found[0] if found else None), talk
    question, sent = found
    return (question, None) if sent > talk.touched_at else (None, talk)


def _is_for_somebody(session: Session, phone: Phone, text: str, means: str) -> bool:
    """Whether words that are none of a menu's ask for STOP, tell of a problem, or belong to the one open report."""
    return means in ("stop", "grievance") or _open_report(session, phone, text) is not None


def _stop(session: Session, message: InboundMessage, phone: Phone) -> tuple[HandledAs, bool]:
    """Confirmed once; a second STOP from somebody who is angry is not answered with another text."""
    end_talks(session, phone, STOPPED, message.received_at)
    if stop_phone(session, phone.id, wished_at(message)):
        _reply(session, message, phone, "g18.stopped")
    return HandledAs.STOP, False


def _keyword(session: Session, message: InboundMessage, phone: Phone, wanted: Keyword, text: str) -> bool:
    """Do what a keyword asks for; whether verdicts are stale now."""
    if wanted.words and wanted.name == "report":
        # A keyword is looked for in the beginning alone; the text is emptied, so that its end must be filed as well.
        end = printable(text[len(text[:ANSWER_LENGTH].rstrip()) :])
        return file_report(session, message, phone, (wanted.words + end).rstrip())
    if wanted.words:
        return follow_report(session, message, phone, wanted.words)
    if wanted.name == "help":
        _reply(session, message, phone, "s10.help")
    elif wanted.name == "rules":
        _rules(session, message, phone)
    else:
        return begin(session, message, phone, wanted.name)
    return False


def _rules(session: Session, message: InboundMessage, phone: Phone) -> None:
    """The rules in force today; the trail keeps which ones were sent."""
    decree = programme().decree_on(message.received_at.astimezone(programme().zone).date())
    if decree is None:
        say_ending(session, phone, "f31.criteria", {}, cause=cause_of(message), now=message.received_at)
        return
    shown = {"decree": decree.number, "date": decree.date.strftime("%d/%m/%y")}
    write(session, phone, "s11.rules", shown, purpose=Purpose.REPLY, cause=cause_of(message), now=message.received_at)
    audit.record(
        session,
        now=message.received_at,
        actor=f"phone:{phone.id}",
        action="rules sent",
        on=f"phone:{phone.id}",
        decree=decree.number,
    )


def _unasked(
    session: Session, message: InboundMessage, phone: Phone, text: str, means: str, asked: Conversation | None
) -> tuple[HandledAs, bool]:
    """What answers nothing of ours: a wish, a report, an unclear answer, or something for an officer."""
    if means == "stop":
        return _stop(session, message, phone)
    if may_be_secret(text):  # a PIN or a NIK that comes late, or twice: nobody need read it
        empty(message)
        _reply(session, message, phone, "s6.check")
        return HandledAs.UNCLEAR, False
    if (asked is None or means == "grievance") and _added_to_report(session, message, phone, text):
        return HandledAs.THREAD, False
    if means == "grievance":
        return HandledAs.REPORT, file_report(session, message, phone, text)
    if asked is not None and asked.ended_at is None and not _asked_back(session, phone, asked):
        _reply(session, message, phone, UNCLEAR)
        return (HandledAs.TRIAGE if len(text.split()) > _A_FEW_WORDS else HandledAs.UNCLEAR), False
    said = keyword(text)
    if asked is None and said is not None and said.name == "answer":
        _reply(session, message, phone, "s6.check")
        return HandledAs.KEYWORD, False
    _reply(session, message, phone, "s5.received")
    return HandledAs.TRIAGE, False


def _added_to_report(session: Session, message: InboundMessage, phone: Phone, text: str) -> bool:
    """Put words into the thread of the one open report that this phone made."""
    held = _open_report(session, phone, text)
    if held is None:
        return False
    thread.add_words(
        session,
        held,
        text,
        by="reporter",
        channel="sms",
        inbound=f"message:{message.id}",
        now=message.received_at,
    )
    empty(message)
    report = session.get_one(Grievance, held)
    if report.identity == "normal" and not report.restricted:
        say_ending(
            session, phone, "c28.added", {"case": report.number}, cause=cause_of(message), now=message.received_at
        )
    else:  # a phone is shared: the number of what was told in confidence is not sent again
        _reply(session, message, phone, "s5.received")
    return True


def _open_report(session: Session, phone: Phone, text: str) -> int | None:
    """The report that words can be added to; "terima kasih" adds nothing, and of several nobody could tell which."""
    if len(text.split()) <= _A_FEW_WORDS:
        return None
    open_reports = thread.open_reports_of(session, phone)
    return open_reports[0] if len(open_reports) == 1 else None


def _means(text: str) -> str:
    """What a text says that is no option's own word; "other" when it cannot be told for sure."""
    understood = understand(text)
    means = understood.meaning if understood.sure else "other"
    return "grievance" if means == "other" and urgency(text) and "?" not in text else means


def _asked_back(session: Session, phone: Phone, question: Conversation) -> bool:
    """Whether the phone was told once already how to answer this question."""
    told = select(OutboxMessage.id).where(
        OutboxMessage.phone_id == phone.id,
        OutboxMessage.screen == UNCLEAR,
        OutboxMessage.created_at >= question.started_at,
    )
    return session.scalar(told.limit(1)) is not None


def _reply(session: Session, message: InboundMessage, phone: Phone, screen: str) -> None:
    write(session, phone, screen, purpose=Purpose.REPLY, cause=cause_of(message), now=message.received_at)


def _answer(session: Session, message: InboundMessage, phone: Phone, question: Conversation, text: str) -> bool | None:
    """Take the text for the answer to our question; None when it says something else."""
    talk = _talk_of(session, phone, question.worker_id)
    if talk is None:
        return None
    talk, screen = current(talk)
    if not isinstance(screen, Menu):
        return None
    after, outcome = answer(talk, text, wordings())
    if after.wrong and (means := _means(text)) in screen.options:
        after, outcome = answer(talk, wordings().screens[screen.screen].options[means], wordings())
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
    talking.session.execute(_NO_REPEAT, {"cause": cause_of_question(question.id)})
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
    .join(OutboxMessage, OutboxMessage.cause == func.concat(cause_of_question(""), Conversation.id))
    .where(Conversation.phone_id == bindparam("phone"), Conversation.channel == "sms", can_be_out())
    .order_by(Conversation.id.desc())
    .limit(1)
    .with_for_update(of=Conversation, key_share=True)
)


def _question(session: Session, phone: Phone, message: InboundMessage) -> tuple[Conversation, dt.datetime] | None:
    """The newest question that can have reached this phone, and when, while it may still be answered or corrected.

    One that waits for the morning hides none before it. What was written before it went out answers something else.
    """
    asked = session.execute(_ASKED, {"phone": phone.id}).first()
    if asked is None:
        return None
    question, sent_at, stale_at, unknowns = asked
    # Of a text sent twice only the second time is kept, so that it may have gone since it was first due.
    first_due = stale_at - dt.timedelta(days=programme().texting.stale_days)
    sent = sent_at if sent_at and not unknowns else first_due
    if written_at(message) < sent - _SLACK:
        return None
    if question.ended_at is None or question.ended_how == LET_GO:
        return question, sent
    if question.ended_how == STOPPED and message.received_at <= question.ended_at:
        return (
            question,
            sent,
        )  # taken before they wanted no more: an operator's refusal overtakes texts that wait for us
    soon = dt.timedelta(minutes=programme().texting.correct_minutes)
    corrects = question.ended_how == ANSWERED and message.received_at - question.ended_at <= soon
    # Texts overtake one another: what was written first does not take back what was written then.
    overtaken = written_at(message) < question.touched_at.replace(microsecond=0)
    return (question, sent) if corrects and not overtaken else None


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
