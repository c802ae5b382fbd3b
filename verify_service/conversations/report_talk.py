"""A talk by text on the way to a report: what is none of its words, and what ends it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.complaints import complaints
from flows.flow_state import FlowState
from flows.outcomes import FileGrievance
from flows.reading import pressed
from flows.second_thoughts import forgets, is_sorry, thinks_again
from flows.short_answers import tells_nothing
from flows.understanding import understand
from flows.wishes import calls_off, only_wonders
from verify_service.conversations import by_message, lately
from verify_service.conversations.by_message import Message
from verify_service.conversations.context import NOBODY
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.stored_state import is_unnamed, restore
from verify_service.ground.tables import Conversation, Phone
from verify_service.messaging.compose import say_ending

_NO_WORDS = "?"  # what a question for words cannot read


def none_of_its_words(
    hearing: Hearing, said: Message, conversation: Conversation, standing: FlowState
) -> HandledAs | None:
    """Hear what tells of no problem where somebody is on the way to report one; None for anything else.

    Who calls it off has ended the talk. A bare yes, no or thanks where its words are asked for is asked again, as any
    answer that cannot be read. Of an accident or a death we ask nothing twice: an officer calls, whatever was written.
    """
    if _urgency(standing):
        return None
    if calls_off(said.text):
        said.empty()
        by_message.end_talks(hearing.session, hearing.phone, by_message.CALLED_OFF, said.received)
        say_ending(hearing.session, hearing.phone, "a6.end", {}, cause=said.cause, now=said.received)
        return HandledAs.ANSWER
    if by_message.asks_words(standing) and (_tells_nothing(said.text) or pressed(said.text) is not None):
        unread = replace(said, text=_NO_WORDS)
        hearing.stale |= by_message.go_on(hearing.session, unread, hearing.phone, conversation)
        return HandledAs.ANSWER
    return None


def _tells_nothing(text: str) -> bool:
    return any(says(text) for says in (tells_nothing, thinks_again, forgets, is_sorry, only_wonders))


_SHORT = 6  # words; who writes more tells something


def tells_nothing_of_it(said: Message, conversation: Conversation, standing: FlowState) -> bool:
    """Whether words are none of a report whose words were asked for before the programme's question was: a second
    thought about the answer, or few that tell of no problem.

    Of a report that is to be told without a name the few go on with it, or they would be kept beside the phone.
    """
    if _urgency(standing) or calls_off(said.text):
        return False
    if thinks_again(said.text):
        return True
    if _is_unnamed(conversation, standing) or not by_message.reports(standing, conversation):
        return False
    understood = understand(said.text)
    complains = bool(complaints(said.text)) or (understood.sure and understood.meaning == "grievance")
    return not complains and len(said.text.split()) <= _SHORT


def wished_unnamed(hearing: Hearing, said: Message, conversation: Conversation) -> bool:
    """Whether it was asked for in this talk, or in one of the last minutes, and nothing was told since."""
    return is_unnamed(conversation) or lately.wished_unnamed(hearing.session, hearing.phone, said.received)


_BY_TEXT = select(Conversation).where(Conversation.channel == by_message.TALK, Conversation.ended_at.is_(None))


def told_by_call(session: Session, phone: Phone, filed: FileGrievance, now: dt.datetime) -> None:
    """End the talk by text of this phone that was on the way to a report: one was told by a call meanwhile, and what is
    written next is of that. Named words of an old talk behind an anonymous call would tell who called."""
    for conversation in session.scalars(_BY_TEXT.where(Conversation.phone_id == phone.id)).all():
        context = by_message.MessageContext(session, conversation, phone, now, NOBODY)
        standing = restore(conversation, context.fresh_caller).talk
        if by_message.reports(standing, conversation) and _is_over(standing, conversation, filed):
            by_message.leave(session, conversation, "continued elsewhere", now)


def _is_over(standing: FlowState, conversation: Conversation, filed: FileGrievance) -> bool:
    """Whether the report ends a talk: one of the same matter, or any by name.

    A talk without a name goes on beside another matter's report: its words would be added to what has a name.
    """
    answers = {turn.screen: turn.answer for turn in standing.turns}
    told_how_urgent = "c2.urgent" in answers
    if told_how_urgent and _urgency(standing) != filed.urgency:
        return False
    same = bool(filed.urgency) or answers.get("c1.category", filed.category) == filed.category
    return same or not _is_unnamed(conversation, standing)


def _is_unnamed(conversation: Conversation, standing: FlowState) -> bool:
    """Whether what a talk reports is to be told without a name."""
    chosen = any((turn.screen, turn.answer) == ("c4.identity", "anonymous") for turn in standing.turns)
    return chosen or is_unnamed(conversation)


def _urgency(standing: FlowState) -> str:
    """What a talk reports, "accident" or "death"; "" for a problem, or while that is not known."""
    told = next((turn.answer for turn in standing.turns if turn.screen == "c2.urgent"), "no")
    return "" if told == "no" else told
