"""What this phone answered since a question was asked: it may be another worker's, or another question's."""

from __future__ import annotations

import datetime as dt

from flows.reading import spoken
from flows.second_thoughts import thinks_again
from flows.speaker import names_of
from verify_service.conversations import lately
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import tells_of_nothing
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.ground.programme import programme


def answered_for_another(hearing: Hearing, said: Message, asked: Question) -> bool:
    """Whether this phone, which several share, answered for another worker since the question was asked or answered:
    some minutes ago, or, where this text takes something back, some hours."""
    if not asked.others:
        return False
    texting = programme().texting
    of_late = dt.timedelta(minutes=texting.correct_minutes)
    if thinks_again(said.text):
        of_late = dt.timedelta(hours=texting.talk_hours)
    heard = [one.received_at for one in hearing.before if asked.heard(one) and one.handled_as == HandledAs.ANSWER]
    since = max(asked.prompt.handed_at, said.received - of_late, *heard)
    worker = lately.answered_for(hearing.session, hearing.phone, since)
    return worker is not None and worker != asked.asked.worker_id


def answered_since(hearing: Hearing, asked: Question) -> bool:
    """Whether the newest text that answered anything answered something else than this question."""
    answers = (one for one in hearing.before if one.handled_as == HandledAs.ANSWER and one.conversation_id is not None)
    newest = next(answers, None)
    return newest is not None and not asked.heard(newest)


_A_LONG_ONE = 6  # words


def is_no_part_of_it(said: Message, asked: Question | None) -> bool:
    """Whether a text behind an anonymous report tells nothing, or names the one whom we asked: that is said to us."""
    names_him = asked is not None and asked.open and not names_of(asked.name).isdisjoint(spoken(said.text).split())
    return tells_of_nothing(said) or (names_him and len(said.text.split()) <= _A_LONG_ONE)
