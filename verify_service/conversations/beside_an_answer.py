"""A complaint that stands beside the answer to a screen: "sudah tapi rusak" is both, and neither is lost."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.complaints import complaints
from flows.conversation import Menu
from flows.flow_state import current
from flows.understanding import understand
from verify_service.conversations import by_message
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import file_unless_told
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.what_is_asked import Talk

_TURNS = re.compile(r"\s*(?:[,.;:!\n]+|\b(?:tapi|tp|tetapi|cuma|cuman|padahal|soalnya|but)\b)\s*", re.IGNORECASE)
_CARD = "b9.card"  # "rusak" is said of the card there


def answer_and_complaint(hearing: Hearing, said: Message, talk: Talk) -> HandledAs | None:
    """Take the first words for the answer to the screen, and file the whole for what else it complains of; None where
    it is not both. The report has its own receipt, and the talk goes on."""
    _, screen = current(talk.standing)
    another = by_message.is_ours(talk.conversation) or talk.standing.flow.startswith("rt_")
    if not isinstance(screen, Menu) or another or "stop" in _meanings(said.text):
        return None
    parts = _TURNS.split(said.text.strip(), maxsplit=1)
    if len(parts) < 2 or not all(parts):
        return None
    first = replace(said, text=parts[0])
    option = by_message.in_a_sentence(talk.standing, first)
    if option is None and not by_message.cannot_read(talk.standing, parts[0]):
        option = first
    about = "kartu " if screen.screen == _CARD else ""
    if option is None or not complaints(f"{about}{parts[1]}"):
        return None
    file_unless_told(hearing, replace(said, part=":report"))
    hearing.stale |= by_message.go_on(hearing.session, option, hearing.phone, talk.conversation)
    return HandledAs.ANSWER


def _meanings(text: str) -> tuple[str, ...]:
    understood = understand(text)
    return (understood.meaning, *understood.also) if understood.sure else ()
