"""Talks by text: every flow of the phone's screen, one text at a time.

A talk is a conversation of channel "talk"; a phone has one at most, and it ends by itself after a day of silence. What
was typed where words or numbers were asked for is emptied from the text once it was heard: it is kept where it belongs,
or nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from flows import outcomes
from flows.accidents import urgency
from flows.caller import Caller
from flows.conversation import Ask, Menu, Outcome, Pick, Screen
from flows.flow_state import HELP, FlowState, answer, current
from flows.keywords import Name
from flows.reading import option, without_secrets
from flows.references import read_reference
from flows.short_answers import short_answer
from flows.unnamed import asks_not_to_be_named
from verify_service.conversations import engine, lately
from verify_service.conversations.caller import answers_for
from verify_service.conversations.context import NOBODY, Context, Next, Over
from verify_service.conversations.nameless import nameless
from verify_service.conversations.outcomes import apply
from verify_service.conversations.stored_state import (
    grievance_of,
    has_agreed_unnamed,
    is_unnamed,
    note_unnamed,
    sealed,
    sealed_grievance,
    sealed_unnamed,
)
from verify_service.grievances import thread
from verify_service.grievances.notify import RECEIPT_SCREENS
from verify_service.grievances.states import CLOSED
from verify_service.ground.crypto import seal, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, InboundMessage, Phone
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.compose import say, say_ending, write
from verify_service.messaging.inbox import empty_message
from verify_service.messaging.outbox import Asks, Purpose

TALK: Final = "talk"
GATEWAY: Final = "sms"  # a talk by text belongs to no provider's session
STARTED_AGAIN: Final = "started again"
CALLED_OFF: Final = "said goodbye"
SOLVED: Final = "solved:"  # begins the session of a talk that we began: is the problem solved?
_BODY: Final = "inbound_message.body"
_SECRETS: Final = (6, 16)  # digits of a PIN or a code, and of a NIK

FREE: Final = ("text", "words", "name")  # answers in the person's own words

# Where each keyword leads.
WISHES: Final[Mapping[Name, Outcome]] = MappingProxyType(
    {
        "check": outcomes.GoTo("cover"),
        "report": outcomes.GoTo("report"),
        "status": outcomes.GoTo("my_report"),
        "benefits": outcomes.GoTo("benefits"),
        "menu": outcomes.GoTo("main"),
        "propose": outcomes.GoTo("propose"),
        "settings": outcomes.GoTo("settings"),
        "rt_head": outcomes.OpenDesk(),
    }
)


class MessageContext(Context):
    """A talk whose answers come by text; somebody who chose no language is spoken to in the first."""

    def fresh_caller(self, page: int = 0) -> Caller:
        caller = super().fresh_caller(page)
        return replace(caller, language=caller.language or programme().languages[0])


# --- which talk is going on ---


def while_it_lasts(session: Session, talk: Conversation | None, received: dt.datetime) -> Conversation | None:
    """The talk by text that goes on, unless it has been silent for too long; then what was typed in it is let go."""
    if talk is None or talk.ended_at is not None:
        return None
    if talk.talk is None or received - talk.touched_at > patience(talk):
        leave(session, talk, "let go", received)
        return None
    return talk


def is_ours(conversation: Conversation) -> bool:
    """Whether we began this talk: is the problem solved?"""
    return conversation.session.startswith(SOLVED)


def patience(conversation: Conversation) -> dt.timedelta:
    """How long a talk may be silent: what we asked by ourselves is answered when people find the time."""
    if is_ours(conversation):
        return dt.timedelta(days=2 * programme().sla.close_days)
    return dt.timedelta(hours=programme().texting.talk_hours)


def end_talks(session: Session, phone: Phone, how: str, now: dt.datetime) -> None:
    """Whatever talk by text this phone is in is over: it sent STOP, or begins another.

    Of one on the way to a report nothing typed is left; that its words were to be nobody's is known for some minutes.
    What we asked by ourselves and nobody answered yet waits behind another talk, and is over only with a STOP.
    """
    going_on = select(Conversation).where(
        Conversation.phone_id == phone.id, Conversation.channel == TALK, Conversation.ended_at.is_(None)
    )
    for conversation in session.scalars(going_on):
        if how == STARTED_AGAIN and is_ours(conversation) and conversation.hops == 0:
            continue
        unnamed = has_agreed_unnamed(conversation) or is_unnamed(conversation)
        reporting = conversation.session.endswith(":report")
        filed = grievance_of(conversation)
        _over(conversation, how, now)
        if filed is not None:
            conversation.talk = sealed_grievance(filed)
        elif unnamed:
            conversation.talk, conversation.touched_at = sealed_unnamed(), now
        if reporting or filed is not None:
            session.flush()
            session.execute(_EMPTY_ALL, {"talk": conversation.id})
    session.flush()


def leave(session: Session, conversation: Conversation, how: str, now: dt.datetime) -> None:
    """A talk is over, and nothing that was typed in it is left."""
    _over(conversation, how, now)
    session.flush()
    session.execute(_EMPTY_ALL, {"talk": conversation.id})


def _over(conversation: Conversation, how: str, now: dt.datetime) -> None:
    conversation.ended_at, conversation.ended_how, conversation.talk = now, how, None


def takes(talk: FlowState, text: str) -> bool:
    """Whether a text that could be a keyword is meant for the talk: an option's own words, or a free answer."""
    talk, screen = current(talk)
    if isinstance(screen, Ask):
        words = screen.shape in FREE
        return " " in text.strip() if words else screen.read(text) is not None  # a code may look like a report's number
    return isinstance(screen, Menu | Pick) and option(wordings(), screen, text, talk.caller.language) is not None


def reports(talk: FlowState, conversation: Conversation) -> bool:
    """Whether somebody is on the way to report something: who may know who reports is not said before the words."""
    return talk.flow == "report" or (talk.flow == "data_notice" and _wish(conversation) == "report")


def asks_secret(talk: FlowState) -> bool:
    """Whether a PIN or a code is asked for: then it is taken, and kept nowhere."""
    _, screen = current(talk)
    return isinstance(screen, Ask) and screen.secret and screen.shape not in FREE


def asks_words(talk: FlowState) -> bool:
    """Whether words of the person's own are asked for, a report's say."""
    _, screen = current(talk)
    return isinstance(screen, Ask) and screen.shape in FREE


def asks_who_may_know(talk: FlowState) -> bool:
    """Whether it is being chosen who may know who reports."""
    _, screen = current(talk)
    return not isinstance(screen, Outcome) and screen.screen in ("c4.identity", "c5.anonymous_note")


def cannot_read(talk: FlowState, text: str) -> bool:
    """Whether the question asked last has fixed answers, or wants a number, and this is none."""
    talk, screen = current(talk)
    if isinstance(screen, Outcome) or (isinstance(screen, Ask) and screen.shape in FREE):
        return False
    after, step = answer(talk, text, wordings())
    return after.wrong > 0 or (isinstance(step, outcomes.Goodbye) and step.screen == HELP)


# --- beginning, and going on ---


@dataclass(frozen=True)
class Message:
    """One text of a person, or the parts of one: its rows, the words, when it was received and when it was written."""

    rows: Sequence[InboundMessage]
    text: str = field(repr=False)
    written: dt.datetime
    part: str = ""  # what of it a reply of its own is to, beside the answer of a talk that goes on

    @property
    def first(self) -> InboundMessage:
        return self.rows[0]

    @property
    def received(self) -> dt.datetime:
        return self.first.received_at

    @property
    def cause(self) -> str:
        """What the one reply to it is known by in the outbox."""
        return f"message:{self.first.id}:reply{self.part}"

    def empty(self) -> None:
        """Let go of its words: secrets are kept nowhere, and reports only where they are read."""
        for row in self.rows:
            empty_message(row)

    def without_secrets(self) -> Message:
        """The same without a PIN or a code that is named in it: an officer may read these words."""
        left = without_secrets(self.text)
        if left == self.text:
            return self
        for row in self.rows:
            if row.body is not None:
                row.body = seal(without_secrets(unseal(row.body, _BODY)), _BODY)
        return replace(self, text=left)

    def belongs_to(self, conversation: Conversation, step: int) -> None:
        """Note which prompt it was heard as the answer to."""
        for row in self.rows:
            row.conversation_id, row.step = conversation.id, step


def begin(session: Session, said: Message, phone: Phone, wish: Name, *, unnamed: bool = False) -> bool:
    """Begin the talk that a keyword asks for, after the data notice; whether verdicts are stale now.

    With `unnamed` it was asked for not to be named: whatever words come in this talk are nobody's.
    """
    context = opened(session, said, phone, wish)
    if unnamed:
        note_unnamed(context.conversation)
    talk = FlowState("data_notice", context.caller)
    step: Screen | Outcome = WISHES[wish]
    if not context.caller.noticed:
        talk, step = current(talk)
    return _reply(context, said, *engine.settle(context, talk, step), first=True)


def file_grievance(
    session: Session, said: Message, phone: Phone, words: str, *, by_name: bool = False
) -> tuple[bool, bool]:
    """File what was written at once; whether verdicts are stale now, and whether it is anonymous. Its words are kept
    there alone. The receipt says the number, and by when.

    It is told in confidence, or anonymously where it says so, unless it has to be `by_name`; an accident or a death by
    name: an officer calls.
    """
    context = opened(session, said, phone, "menu")
    urgent = urgency(words)
    agreed = lately.agreed_unnamed(session, phone, said.received)
    agreed = agreed or (not urgent and lately.agreed_and_told_nothing(session, phone, said.received))
    unnamed = not by_name and (asks_not_to_be_named(words) or agreed)
    identity = "anonymous" if unnamed else "normal" if urgent else "secret"
    report = outcomes.FileGrievance("claim" if urgent else "other", words, urgency=urgent, identity=identity)
    filed = apply(context, report)
    if isinstance(filed, Next):  # who writes a text may be written to
        context.caller = filed.caller
        filed = apply(context, outcomes.SetContact("sms"))
    if isinstance(filed, Next):
        raise AssertionError("a report was filed and has no receipt")
    said.empty()
    _end(context)
    if identity != "secret":
        say_ending(session, phone, filed.screen, filed.values, cause=said.cause, now=context.now)
    else:
        receipt = RECEIPT_SCREENS["secret"]
        write(session, phone, receipt, filed.values, purpose=Purpose.REPLY, cause=said.cause, now=context.now)
    return context.nudge, identity == "anonymous"


def in_a_sentence(talk: FlowState, said: Message) -> Message | None:
    """The same as if the digit had been sent that a short sentence stands for; None where it stands for none."""
    _, screen = current(talk)
    if not isinstance(screen, Menu):
        return None
    meant = short_answer(screen.screen, said.text)
    return replace(said, text=wordings().screens[screen.screen].options[meant]) if meant in screen.options else None


def grievance_asked_about(session: Session, conversation: Conversation, talk: FlowState, phone: Phone) -> int | None:
    """The report of this phone that we asked about by ourselves in this talk, whether it is solved; None in others, and
    once it is closed: nobody would read what is added."""
    if not is_ours(conversation):
        return None
    held = _held(session, talk, phone)
    return held.id if held is not None and held.state not in CLOSED else None


def _held(session: Session, talk: FlowState, phone: Phone) -> thread.Held | None:
    """The report of this phone that a talk is about."""
    report = talk.caller.concern.report if talk.caller.concern else None
    number = read_reference(report.number) if report else None
    held = thread.find(session, number, phone) if number else None
    return held if held is not None and held.own and not held.proposal else None


def add_to_the_grievance(session: Session, talk: FlowState, phone: Phone, said: Message) -> None:
    """Put a sentence that answered by an option into the thread of the report it is about: the one that was asked
    about, or that this answer made."""
    held = _held(session, talk, phone)
    made = [one.id for one in thread.open_grievances_of(session, phone) if one.opened_at == said.received]
    about = held.id if held is not None else next(iter(made), None)
    if about is not None:
        inbound = f"message:{said.first.id}:words"
        thread.add_words(session, about, said.text, by="reporter", channel="sms", inbound=inbound, now=said.received)


def chosen_unnamed(said: Message) -> Message:
    """The same as if the digit for anonymous had been sent, at the menu of who may know."""
    return replace(said, text=wordings().screens["c4.identity"].options["anonymous"])


def follow_grievance(session: Session, said: Message, phone: Phone, number: str, words: str = "") -> bool:
    """Begin the talk on the report with this number (six characters), and add `words` that came with it to its thread.

    Of an anonymous one no text may tell whose it is.
    """
    said.empty()
    context = opened(session, said, phone, "menu")
    held = thread.find(session, number, phone) if words else None
    if held is not None and not held.proposal:
        by = "reporter" if held.own else "somebody with the number"
        words = nameless(session, phone, words) if held.anonymous else words
        thread.add_words(session, held.id, words, by=by, channel="sms", inbound=context.inbound, now=said.received)
    talk = FlowState("main", context.caller)
    return _reply(context, said, *engine.settle(context, talk, outcomes.FindGrievance(number)))


def opened(session: Session, said: Message, phone: Phone, wish: Name) -> Context:
    """A new talk of this phone, in the place of any other; its session names the wish that the data notice delays."""
    if not said.part:
        end_talks(session, phone, STARTED_AGAIN, said.received)
    conversation = Conversation(
        gateway=GATEWAY,
        session=f"talk:{phone.id}:{said.first.id}:{wish}",
        channel=TALK,
        phone_id=phone.id,
        started_at=said.received,
        touched_at=said.received,
        hops=0,
    )
    session.add(conversation)
    session.flush()
    said.belongs_to(conversation, 0)
    context = _context(session, conversation, phone, said)
    context.caller = context.fresh_caller()
    return context


def go_on(session: Session, said: Message, phone: Phone, conversation: Conversation) -> bool:
    """Take a text for the next answer of a talk; whether verdicts are stale now."""
    _ask_for_the_pin_again(conversation, said.received)
    said.belongs_to(conversation, conversation.hops)
    conversation.hops += 1
    conversation.touched_at = said.received
    context = _context(session, conversation, phone, said)
    shown = engine.take(context, said.text, partial(answers_for, session, phone))
    asked = context.asked
    if (isinstance(asked, Ask) and (asked.secret or context.understood)) or may_be_secret(said.text):
        said.empty()
    if context.filed is not None:
        session.flush()
        session.execute(_EMPTY_ALL, {"talk": conversation.id})
    return _reply(context, said, *shown)


# Every answer of a talk that came to a report, once it was heard: the digits alone would tell what it was. Of any
# talk that is over: were it only those with a report, that they are gone would tell whose phone made one.
_EMPTY_ALL = (
    update(InboundMessage)
    .where(InboundMessage.conversation_id == bindparam("talk"), InboundMessage.handled_at.is_not(None))
    .values(body=None, raw=None)
    .execution_options(synchronize_session="fetch")
)


def may_be_secret(text: str) -> bool:
    """Whether a text is a number alone that is as long as a PIN, a letter's code or a NIK."""
    digits = "".join(character for character in text if character not in " .-")
    return digits.isdecimal() and len(digits) in _SECRETS


def _context(session: Session, conversation: Conversation, phone: Phone, said: Message) -> Context:
    context = MessageContext(session, conversation, phone, said.received, NOBODY, message=said.first.id)
    context.wish = WISHES[_wish(conversation)]
    return context


def _ask_for_the_pin_again(conversation: Conversation, now: dt.datetime) -> None:
    """An hour later the phone may be in other hands: names wait for the PIN once more."""
    if now - conversation.touched_at > dt.timedelta(minutes=programme().sessions.resume_minutes):
        conversation.pin_at = None


def _wish(conversation: Conversation) -> Name:
    """What the person wanted before the data notice."""
    wish = conversation.session.rpartition(":")[2]
    return next((name for name in WISHES if name == wish), "menu")


def _end(context: Context) -> None:
    """The talk is over; for some minutes it is known which report its last words belong to."""
    conversation = context.conversation
    unnamed = has_agreed_unnamed(conversation) or is_unnamed(conversation)
    _over(conversation, "said goodbye", context.now)
    # What it was for, or how many answers it took, would tell who reported.
    conversation.session, conversation.hops = f"{conversation.session.rpartition(':')[0]}:over", 0
    if context.filed is not None:
        conversation.talk = sealed_grievance(context.filed)
    elif unnamed:
        conversation.talk = sealed_unnamed()
    context.session.flush()
    context.session.execute(_EMPTY_ALL, {"talk": conversation.id})


def _reply(
    context: Context, said: Message, talk: FlowState | None, step: Screen | Over, *, first: bool = False
) -> bool:
    """Write down where the talk stands, and say what comes next."""
    if talk is None or isinstance(step, Over):
        assert isinstance(step, Over)
        _end(context)
        say_ending(context.session, context.phone, step.screen, step.values, cause=said.cause, now=context.now)
    else:
        conversation = context.conversation
        conversation.talk = sealed(talk, step, context.filed, unnamed=is_unnamed(conversation))
        asks = Asks(conversation.id, conversation.hops)
        say(context.session, context.phone, step, talk, first=first, cause=said.cause, now=context.now, asks=asks)
    return context.nudge
