"""Talks by text: every flow of the phone's screen, one text at a time.

A talk is a conversation of channel "talk"; a phone has one at most, and it ends by itself after a day of silence. What
was typed where words or numbers were asked for is emptied from the text: it is kept where it belongs, or nowhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from flows import outcomes as said
from flows.caller import Caller
from flows.conversation import Ask, Menu, Outcome, Pick, Screen
from flows.keywords import Name, urgency
from flows.reading import option
from flows.talk import Talk, answer, current
from verify_service.conversations.caller import answers_for
from verify_service.conversations.catalogue import wordings
from verify_service.conversations.outcomes import apply
from verify_service.conversations.reports import RECEIPTS
from verify_service.conversations.rt_heads import stored_talk
from verify_service.conversations.talking import Next, Over, Talking, first_flow
from verify_service.conversations.texting import say, say_ending, write
from verify_service.ground.crypto import seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, InboundMessage, Phone
from verify_service.messaging.inbox import written_at
from verify_service.messaging.outbox import Purpose

TALK: Final = "talk"
GATEWAY: Final = "sms"  # a talk by text belongs to no provider's session
SOLVED: Final = "solved:"  # begins the session of a talk that we began: is the problem solved?
_SECRETS: Final = (6, 16)  # digits of a PIN or a code, and of a NIK
_MOST_STEPS = 100  # flows that follow one another without a screen: more is a loop

# Where each keyword leads.
WISHES: Final[Mapping[Name, Outcome]] = MappingProxyType(
    {
        "check": said.GoTo("cover"),
        "report": said.GoTo("report"),
        "status": said.GoTo("my_report"),
        "benefits": said.GoTo("benefits"),
        "menu": said.GoTo("main"),
        "propose": said.GoTo("propose"),
        "settings": said.GoTo("settings"),
        "rt_head": said.OpenDesk(),
    }
)


class TextTalking(Talking):
    """A talk whose answers come by text; somebody who chose no language is spoken to in the first."""

    def fresh_caller(self, page: int = 0) -> Caller:
        caller = super().fresh_caller(page)
        return replace(caller, language=caller.language or programme().languages[0])


# --- which talk is going on ---

_LIVE = (
    select(Conversation)
    .where(Conversation.phone_id == bindparam("phone"), Conversation.channel == TALK, Conversation.ended_at.is_(None))
    .order_by(Conversation.id.desc())
    .limit(1)
    .with_for_update(key_share=True)
)


def live_talk(session: Session, phone: Phone, message: InboundMessage) -> Conversation | None:
    """The talk by text that this phone is in; None when there is none, or it has been silent for too long."""
    conversation = session.scalar(_LIVE, {"phone": phone.id})
    if conversation is None:
        return None
    silent = message.received_at - conversation.touched_at
    if conversation.talk is None or silent > patience(conversation):
        _over(conversation, "let go", message.received_at)
        return None
    # Texts overtake one another: what was written before the last answer answers something else.
    return None if written_at(message) < conversation.touched_at.replace(microsecond=0) else conversation


def patience(conversation: Conversation) -> dt.timedelta:
    """How long a talk may be silent: what we asked by ourselves is answered when people find the time."""
    if conversation.session.startswith(SOLVED):
        return dt.timedelta(days=2 * programme().sla.close_days)
    return dt.timedelta(hours=programme().texting.talk_hours)


def end_talks(session: Session, phone: Phone, how: str, now: dt.datetime) -> None:
    """Whatever talk by text this phone is in is over: it sent STOP, or begins another."""
    session.execute(
        update(Conversation)
        .where(Conversation.phone_id == phone.id, Conversation.channel == TALK, Conversation.ended_at.is_(None))
        .values(ended_at=now, ended_how=how, talk=None)
    )


def _over(conversation: Conversation, how: str, now: dt.datetime) -> None:
    conversation.ended_at, conversation.ended_how, conversation.talk = now, how, None


def takes(conversation: Conversation, text: str) -> bool:
    """Whether a text that could be a keyword is meant for the talk: an option's own words, or a free answer."""
    talk = stored_talk(conversation)
    if talk is None:
        return False
    talk, screen = current(talk)
    if isinstance(screen, Ask):
        words = screen.shape in ("text", "words", "name")
        return " " in text.strip() if words else screen.read(text) is not None  # a code may look like a report's number
    return isinstance(screen, Menu | Pick) and option(wordings(), screen, text, talk.caller.language) is not None


def cannot_read(conversation: Conversation, text: str) -> bool:
    """Whether the question asked last has fixed answers, and this is none of them."""
    talk = stored_talk(conversation)
    if talk is None:
        return False
    talk, screen = current(talk)
    return isinstance(screen, Menu | Pick) and answer(talk, text, wordings())[0].wrong > 0


# --- beginning, and going on ---


def begin(session: Session, message: InboundMessage, phone: Phone, wish: Name) -> bool:
    """Begin the talk that a keyword asks for, after the data notice; whether verdicts are stale now."""
    talking = opened(session, message, phone, wish)
    talk = Talk("data_notice", talking.caller)
    step: Screen | Outcome = WISHES[wish]
    if not talking.caller.noticed:
        talk, step = current(talk)
    return _reply(talking, message, *_settle(talking, talk, step), first=True)


def file_report(session: Session, message: InboundMessage, phone: Phone, words: str) -> bool:
    """File what was written at once; its words are kept there alone. The receipt says the number, and by when.

    It is told in confidence, unless it tells of an accident or a death: then an officer calls, whoever it is.
    """
    talking = opened(session, message, phone, "menu")
    urgent = urgency(words)
    report = said.FileReport(
        "claim" if urgent else "other", words, urgency=urgent, identity="normal" if urgent else "secret"
    )
    filed = apply(talking, report)
    if isinstance(filed, Next):  # who writes a text may be written to
        talking.caller = filed.caller
        filed = apply(talking, said.SetContact("sms"))
    if isinstance(filed, Next):
        raise AssertionError("a report was filed and has no receipt")
    empty(message)
    _over(talking.conversation, "said goodbye", talking.now)
    cause = cause_of(message)
    if urgent:
        say_ending(session, phone, filed.screen, filed.values, cause=cause, now=talking.now)
    else:
        write(session, phone, RECEIPTS["secret"], filed.values, purpose=Purpose.REPLY, cause=cause, now=talking.now)
    return talking.nudge


def follow_report(session: Session, message: InboundMessage, phone: Phone, number: str) -> bool:
    """Begin the talk on the report with this number (six characters); of an anonymous one no text may tell whose."""
    empty(message)
    talking = opened(session, message, phone, "menu")
    talk = Talk("main", talking.caller)
    return _reply(talking, message, *_settle(talking, talk, said.FindReport(number)))


def opened(session: Session, message: InboundMessage, phone: Phone, wish: Name) -> Talking:
    """A new talk of this phone, in the place of any other; its session names the wish that the data notice delays."""
    now = message.received_at
    end_talks(session, phone, "started again", now)
    conversation = Conversation(
        gateway=GATEWAY,
        session=f"talk:{phone.id}:{message.id}:{wish}",
        channel=TALK,
        phone_id=phone.id,
        started_at=now,
        touched_at=written_at(message),
        hops=0,
    )
    session.add(conversation)
    session.flush()
    return _talking(session, conversation, phone, message)


def go_on(session: Session, message: InboundMessage, phone: Phone, conversation: Conversation, text: str) -> bool:
    """Take a text for the next answer of a talk; whether verdicts are stale now."""
    now = message.received_at
    _ask_for_the_pin_again(conversation, now)
    conversation.hops += 1
    conversation.touched_at = written_at(message)
    talking = _talking(session, conversation, phone, message)
    talk, step = current(_still_theirs(talking, stored_talk(conversation)))
    talking.caller = talk.caller
    if isinstance(step, Menu | Ask | Pick):
        talking.screen, asked = step.screen, step
        talk, step = answer(talk, text, wordings())
        if (isinstance(asked, Ask) and (asked.secret or not talk.wrong)) or may_be_secret(text):
            empty(message)
    if isinstance(step, said.FileReport | said.SetContact):
        _empty_all(session, message, conversation)
    return _reply(talking, message, *_settle(talking, talk, step))


def _empty_all(session: Session, last: InboundMessage, conversation: Conversation) -> None:
    """Let go of every answer of a talk that came to a report: the digits alone would tell what it was.

    Of any report: were it only the anonymous ones, that they are gone would tell whose phone made one.
    """
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.sender_index == last.sender_index, InboundMessage.received_at >= conversation.started_at)
        .values(body=None, raw=None)
    )


def may_be_secret(text: str) -> bool:
    """Whether a text is a number alone that is as long as a PIN, a letter's code or a NIK."""
    digits = "".join(character for character in text if character not in " .-")
    return digits.isdecimal() and len(digits) in _SECRETS


def empty(message: InboundMessage) -> None:
    """Let go of the words of a text: secrets are kept nowhere, and reports only where they are read."""
    message.body = message.raw = None


def cause_of(message: InboundMessage) -> str:
    """What the one reply to a text is known by in the outbox."""
    return f"message:{message.id}:reply"


def _talking(session: Session, conversation: Conversation, phone: Phone, message: InboundMessage) -> Talking:
    unknown = Caller(language=phone.language, noticed=False)
    talking = TextTalking(session, conversation, phone, message.received_at, unknown, message=message.id)
    talking.caller = talking.fresh_caller()
    return talking


def _ask_for_the_pin_again(conversation: Conversation, now: dt.datetime) -> None:
    """An hour later the phone may be in other hands: names wait for the PIN once more."""
    if now - conversation.touched_at > dt.timedelta(minutes=programme().sessions.resume_minutes):
        conversation.pin_at = None


def _still_theirs(talking: Talking, talk: Talk | None) -> Talk:
    """The talk, unless it cannot be read any more or this phone was unlinked from its worker: then from the menu."""
    person = talk.caller.person if talk is not None else None
    if talk is None or (
        person is not None and talk.flow != "saved" and not answers_for(talking.session, talking.phone, person.worker)
    ):
        talking.conversation.worker_id = None
        fresh = talking.fresh_caller()
        return Talk(first_flow(fresh), fresh)
    return talk


def _settle(talking: Talking, talk: Talk, step: Screen | Outcome) -> tuple[Talk | None, Screen | Over]:
    """Apply outcomes until there is something to say."""
    for _ in range(_MOST_STEPS):
        if isinstance(step, Menu | Ask | Pick):
            return talk, step
        talking.caller = talk.caller
        after = apply(talking, step)
        if isinstance(after, Over):
            return None, after
        talk = Talk(after.flow, after.caller, after.turns)
        wished = WISHES[_wish(talking.conversation)] if isinstance(step, said.AcceptedNotice) else None
        talk, step = current(talk) if wished is None else (talk, wished)
    raise RuntimeError(f"the flow {talk.flow} follows itself without a screen")


def _wish(conversation: Conversation) -> Name:
    """What the person wanted before the data notice."""
    wish = conversation.session.rpartition(":")[2]
    return next((name for name in WISHES if name == wish), "menu")


def _reply(
    talking: Talking, message: InboundMessage, talk: Talk | None, step: Screen | Over, *, first: bool = False
) -> bool:
    """Write down where the talk stands, and say what comes next."""
    cause = cause_of(message)
    if talk is None or isinstance(step, Over):
        assert isinstance(step, Over)
        _over(talking.conversation, "said goodbye", talking.now)
        say_ending(talking.session, talking.phone, step.screen, step.values, cause=cause, now=talking.now)
    else:
        assert not isinstance(step, Over)
        talking.conversation.talk = seal(json.dumps(talk.to_dict(), separators=(",", ":")), "conversation.talk")
        say(talking.session, talking.phone, step, talk, first=first, cause=cause, now=talking.now)
    return talking.nudge
