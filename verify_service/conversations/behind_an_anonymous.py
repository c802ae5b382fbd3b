"""What a phone writes minutes behind an anonymous report, and what fits something else better: our question, an
officer's, or whether a report by name is solved."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.complaints import complaints
from flows.reading import COURTESIES, spoken
from flows.short_answers import is_bare
from verify_service.conversations import lately, question
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import add, anonymous_just_made
from verify_service.conversations.officers_texts import asked_by_an_officer
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Grievance

_LEADS = re.compile(
    rf"\s*(?P<word>\w+)(?:\s+(?:{'|'.join(sorted(COURTESIES))}))*\s*[,.]?\s+"
    r"(?P<rest>(?:makanya|mangkanya|tapi|tp|gara2|gara-gara|gara gara|soalnya|karena|krn|padahal)\b.*)",
    re.IGNORECASE | re.DOTALL,
)


def answers_our_question(hearing: Hearing, said: Message, asked: Question) -> HandledAs | None:
    """Take "belum pak makanya saya lapor" for the answer to a question that came behind the report; what it complains
    of besides goes to the report. None for anything else."""
    made_at = lately.told_at(hearing.session, hearing.phone, said.received)
    found = _LEADS.fullmatch(said.text)
    if made_at is None or found is None or not asked.open or asked.prompt.handed_at < made_at:
        return None
    read = question.read(asked, found["word"])
    if read.option not in ("yes", "no") or not anonymous_just_made(hearing, said):
        return None
    hearing.answer(asked, said, read.option)
    if complaints(found["rest"]) and not found["rest"].casefold().startswith(("makanya", "mangkanya")):
        add(hearing, replace(said, text=found["rest"], part=":report"), few=True)
    return HandledAs.ANSWER


def replies_to_an_officer_before(hearing: Hearing, said: Message) -> HandledAs | None:
    """Put a bare "udah" into the report in which an officer waits: an anonymous report asked nothing."""
    if not is_bare(said.text) or not anonymous_just_made(hearing, said):
        return None
    waiting = asked_by_an_officer(hearing)
    return add(hearing, said, held=waiting.id) if waiting is not None else None


def is_of_the_solved_one(hearing: Hearing, said: Message, held: int | None) -> HandledAs | None:
    """Put words into the report of which we asked whether it is solved, where they speak of it rather than of the
    anonymous one."""
    made = lately.grievance_just_made(hearing.session, hearing.phone, said.received)
    if held is None or made is None or not anonymous_just_made(hearing, said):
        return None
    theirs = _stems(said.text)
    named = hearing.session.get_one(Grievance, held)
    of_it = theirs & _stems(f"{_words(named)} {unseal_or_blank(named.answer, 'grievance.answer')}")
    of_the_other = theirs & _stems(_words(hearing.session.get_one(Grievance, made)))
    return add(hearing, said, held=held) if len(of_it) > len(of_the_other) else None


def _words(report: Grievance) -> str:
    return unseal_or_blank(report.words, "grievance.words")


_A_WORD = 4  # letters
_SAID_OF_ANYTHING = frozenset({"sudah", "belum", "saya", "tidak", "masih", "juga", "kami", "bapak", "untuk", "yang"})


def _stems(text: str) -> frozenset[str]:
    stems = (word.removesuffix("nya") for word in spoken(text).split())
    return frozenset(stem for stem in stems if len(stem) >= _A_WORD) - _SAID_OF_ANYTHING
