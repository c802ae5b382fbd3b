"""What a phone writes back to the notice that its worker is to be taken off the list: an objection, never anonymous."""

from __future__ import annotations

from flows.accidents import urgency
from flows.objecting import objects, only_says_no
from flows.unnamed import asks_not_to_be_named
from verify_service.conversations import by_message, lately
from verify_service.conversations.by_keyword import reported
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import anonymous_just_made
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.what_is_asked import Talk, takes


def objects_to_a_removal(hearing: Hearing, said: Message, talk: Talk | None) -> HandledAs | None:
    """File an objection as a report by name, or nobody could tell to whose removal it is; None for anything else.

    A bare no is one where the notice came last. Words that object are, where they would go to an anonymous report of
    minutes ago or be one, and where a menu offers nothing of the kind; anywhere else they reach an officer under the
    phone as any report does, and that is enough.
    """
    if hearing.prompts.notice is None or urgency(said.text):
        return None
    words = reported(said.text) or said.text
    if only_says_no(words):
        objects_now = hearing.prompts.told_of_a_removal(said.received, last=True)
    else:
        elsewhere = _would_be_nameless(hearing, said) or _at_a_menu(said, talk)
        objects_now = elsewhere and hearing.prompts.told_of_a_removal(said.received) and objects(words)
    if not objects_now:
        return None
    stale, _ = by_message.file_grievance(hearing.session, said, hearing.phone, words, by_name=True)
    hearing.stale |= stale
    return HandledAs.REPORT


def _at_a_menu(said: Message, talk: Talk | None) -> bool:
    return talk is not None and talk.current and not takes(talk, said)


def _would_be_nameless(hearing: Hearing, said: Message) -> bool:
    return (
        anonymous_just_made(hearing, said)
        or asks_not_to_be_named(said.text)
        or lately.agreed_unnamed(hearing.session, hearing.phone, said.received)
        or lately.agreed_and_told_nothing(hearing.session, hearing.phone, said.received)
    )
