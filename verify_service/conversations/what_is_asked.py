"""What a text may answer: our question, or the talk that its phone is in, and which of the two was asked last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from flows.flow_state import FlowState
from flows.reading import pressed
from verify_service.conversations import by_message, question
from verify_service.conversations.answered_since import answered_for_another, answered_since
from verify_service.conversations.by_message import Message
from verify_service.conversations.context import NOBODY
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import A_FEW_WORDS, goes_on_with
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.conversations.stored_state import restore
from verify_service.grievances.states import GrievanceState
from verify_service.ground.tables import Conversation, Grievance


@dataclass(frozen=True)
class Talk:
    """The talk by text that goes on, and where it stands."""

    conversation: Conversation
    standing: FlowState
    current: bool  # whether what it asks now can have been read
    handed_at: dt.datetime
    behind: bool = False  # whether other screens were shown since: a digit is for those


def question_for(hearing: Hearing, said: Message) -> Question | None:
    """The question that this text may answer. What was written before an answer does not take it back."""
    before_stop = hearing.overtaken(said.first, lambda one: one.handled_as == HandledAs.STOP)
    heard = hearing.before
    asked = question.find(hearing.asked, hearing.people, said, hearing.prompts, heard, before_stop=before_stop)
    if asked is None or (asked.corrects and hearing.overtaken(said.first, asked.heard)):
        return None
    if asked.corrects and answered_since(hearing, asked) and not question.names_the_cover(said.text):
        return None  # "eh belum" may take back either answer
    return replace(asked, answered_for_another=answered_for_another(hearing, said, asked))


def talk_of(hearing: Hearing, said: Message) -> Talk | None:
    """The talk by text that this phone is in. Texts overtake one another: what was written before the last answer
    answers something else."""
    conversation = by_message.while_it_lasts(hearing.session, hearing.talk, said.received)
    if conversation is None and hearing.talk is not None:  # another may wait behind one that was left
        hearing.look_again()
        conversation = by_message.while_it_lasts(hearing.session, hearing.talk, said.received)
    if conversation is None:
        return None
    prompt = hearing.prompts.answered_by(conversation.id, said.received)
    overtaken = hearing.overtaken(said.first, lambda one: one.conversation_id == conversation.id)
    context = by_message.MessageContext(hearing.session, conversation, hearing.phone, said.received, NOBODY)
    standing = restore(conversation, context.fresh_caller)
    current = prompt is not None and prompt.step == conversation.hops and not overtaken
    behind = prompt is not None and hearing.prompts.screens_since(prompt, said.received)
    return Talk(conversation, standing.talk, current, prompt.handed_at if prompt else conversation.started_at, behind)


def by_newest(hearing: Hearing, said: Message, asked: Question | None, talk: Talk | None) -> list[Question | Talk]:
    """What a text may answer, first what was asked last: who answered the newer one may take that back. The same answer
    once more takes nothing back: it is to the older, where that is still open."""
    if asked is None or talk is None:
        return [one for one in (asked, talk) if one is not None]
    newer = talk.handed_at >= asked.prompt.handed_at
    again = not by_message.asks_words(talk.standing) and takes(talk, said) and _says_it_again(hearing, said, asked)
    first = talk.current and (newer or again)
    return [talk, asked] if first else [asked, talk]


def takes(talk: Talk, said: Message) -> bool:
    return (
        not by_message.cannot_read(talk.standing, said.text)
        or by_message.in_a_sentence(talk.standing, said) is not None
    )


def _says_it_again(hearing: Hearing, said: Message, asked: Question) -> bool:
    """Whether a word is the answer that was given already: "belum", and two minutes later "belum"."""
    read = question.read(asked, said.text)
    if not asked.corrects or not read.option or read.others_word or read.grieves or question.names_the_cover(said.text):
        return False
    return question.stands(hearing.session, hearing.phone, read.option)


def is_of_the_older(hearing: Hearing, said: Message, talk: Talk) -> bool:
    """Whether a text behind a talk that is over says whether an answered report is solved, which we had asked before
    that talk: no digit, which a network brings again, nor a sentence behind a report that was just made in it."""
    about = by_message.grievance_asked_about(hearing.session, talk.conversation, talk.standing, hearing.phone)
    if about is None or pressed(said.text) is not None or not takes(talk, said):
        return False
    if hearing.session.get_one(Grievance, about).state != GrievanceState.ANSWERED:
        return False
    return len(said.text.split()) <= A_FEW_WORDS or not goes_on_with(hearing, said)


def is_for_the_question(asked: Question, text: str) -> bool:
    """Whether words that are none of a menu's answer our question all the same: they name the list, or nobody there.

    A bare yes or no is of the newest screen, though it offers none: it may be about another worker of this phone.
    """
    read = question.read(asked, text)
    return read.answers if read.option == "not_me" or question.names_the_cover(text) else False
