"""STOP: alone, or in a text that says something else as well."""

from __future__ import annotations

import re

from flows.accidents import urgency
from flows.complaints import complaints
from flows.reading import STOPS, names_our_texts, pressed, spoken, stops_something_else
from flows.understanding import understand
from flows.wishes import asks_to_be_erased
from verify_service.conversations import question
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import file, keep_nameless
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.messaging.compose import write
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.outbox import Purpose

_AN_ANSWER = 2  # words


def stop(hearing: Hearing, said: Message, *, alone: bool = False) -> None:
    """Confirmed once; a second STOP from somebody who is angry is not answered with another text."""
    if stop_phone(hearing.session, hearing.phone.id, said.received):
        write(
            hearing.session,
            hearing.phone,
            "g18.stopped",
            purpose=Purpose.REPLY,
            cause=said.cause if alone else f"{said.cause}:stop",  # what else it says has its own reply
            now=said.received,
        )


def stopped(hearing: Hearing, said: Message, how: HandledAs) -> HandledAs:
    """No more texts; what tells of an accident is a report all the same, and of a problem an officer's to read, as is
    that somebody wants his data erased: whether we may is not a machine's to say."""
    if urgency(said.text):
        how = file(hearing, said, said.text)
    elif how is HandledAs.STOP and (complaints(said.text) or asks_to_be_erased(said.text)):
        how = HandledAs.TRIAGE
    if how is HandledAs.TRIAGE:
        how = keep_nameless(hearing, said) or how
    stop(hearing, said)
    hearing.end_talks(said.received)
    return how


def may_be_a_stop(text: str) -> bool:
    """Whether a text that begins or ends with STOP is not surely something else: "CEK STOP", "stop dulu ya pak"."""
    words = spoken(text).split()
    if not words or (words[0] not in STOPS and words[-1] not in STOPS) or stops_something_else(text):
        return False
    understood = understand(text)
    return not understood.sure or "stop" in (understood.meaning, *understood.also)


def answers_beside(asked: Question, text: str) -> str:
    """What a text answers beside the STOP that it begins or ends with: "STOP saya tidak terdaftar"; "" for nothing."""
    words = text.split()
    rest = words[1:] if spoken(words[0]) in STOPS else words[:-1]
    read = question.read(asked, " ".join(rest)) if len(rest) > 1 or pressed(" ".join(rest)) else question.Read()
    return "" if read.grieves or read.others_word else read.option


_CLAUSES = re.compile(r"[,.;:!\n]+")


def _answers_in_a_clause(asked: Question, text: str) -> str:
    """What the clauses beside a STOP in plain words answer: "ga usah dikirimin lagi ya mas, blm dapet"; "" for nothing.

    A single word is none: "udah, jangan sms lagi" stresses it.
    """
    clauses = [clause.strip() for clause in _CLAUSES.split(text) if clause.strip()]
    rest = [clause for clause in clauses if understand(clause).meaning != "stop" and not names_our_texts(clause)]
    if len(rest) == len(clauses) or len(spoken(" ".join(rest)).split()) < _AN_ANSWER:
        return ""
    read = question.read(asked, ", ".join(rest))
    return read.option if read.option in ("yes", "no", "not_me") and not read.grieves and not read.others_word else ""


def stopped_and_answered(hearing: Hearing, said: Message, asked: Question | None) -> HandledAs:
    """STOP in plain words; what its other clauses answer counts."""
    if asked is None or not (meant := _answers_in_a_clause(asked, said.text)):
        return stopped(hearing, said, HandledAs.STOP)
    hearing.answer(asked, said, meant)
    return stopped(hearing, said, HandledAs.ANSWER)
