"""Which texts are one: brought twice by a network, sent once more by somebody, or cut in two on the way."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Final

from flows.keywords import keyword
from flows.reading import pressed, spoken, without_courtesies, word_set
from flows.speaker import introduces_somebody, speaks_of_another
from flows.unnamed import asks_not_to_be_named
from verify_service.conversations.prompts import Prompts
from verify_service.ground.crypto import unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import InboundMessage
from verify_service.messaging.gateway_clock import Clocks

COPIED: Final = dt.timedelta(seconds=10)  # the same word twice within it, with nothing new to answer
COPIED_LONG: Final = dt.timedelta(minutes=10)  # nobody types a sentence again letter by letter
COPIED_REPORT: Final = dt.timedelta(hours=24)  # the words of a report, which are in it already
COPIED_SECOND: Final = dt.timedelta(hours=1)  # with the same time by a clock that is right
_A_MINUTE: Final = dt.timedelta(minutes=1)
_LONG: Final = 4  # words of a sentence
WORDS_WANTED: Final = frozenset({"c7.text", "c16.urgent_words", "c43.more"})  # screens that ask for them


class HandledAs(StrEnum):
    """What became of a text."""

    ANSWER = "answer"
    STOP = "stop"
    START = "start"
    KEYWORD = "keyword"
    REPORT = "report"  # free words that tell of a problem: a confidential report
    THREAD = "thread"  # added to the open report of the phone
    UNCLEAR = "unclear"  # asked back, once, or thanked
    TRIAGE = "triage"  # waits for an officer
    COPY = "copy"  # the same text, brought twice
    PART = "part"  # read with the text before it
    EARLY = "early"  # an answer to nothing that could have been read: what is asked now waits for one


def words_of(row: InboundMessage) -> str:
    """What was written; nothing where it was emptied."""
    return unseal(row.body, "inbound_message.body") if row.body else ""


def is_copy(row: InboundMessage, one: InboundMessage, clocks: Clocks, prompts: Prompts, *, last: bool) -> bool:
    """Whether a text is the same as one before it, under another id; `last` says that nothing else came between.

    A person who got something new to answer may well send the same word again, and who said no in between may take that
    back.
    """
    if one.body_hash != row.body_hash or one is row or one.handled_as in (HandledAs.STOP, HandledAs.START):
        return False
    apart = abs(row.received_at - one.received_at)
    written, written_then = clocks.told_by(row), clocks.told_by(one)
    if written and written_then and one.gateway == row.gateway:
        vague = row.gateway in clocks.whole_minutes and apart <= _A_MINUTE
        if written == written_then and apart <= COPIED_SECOND and not vague:
            return True
        apart = max(apart, abs(written - written_then))
    long = len(words_of(row).split()) >= _LONG
    wanted = keyword(words_of(row))
    if long and one.body is None and (wanted is None or wanted.words):
        # They are in a report, or answered in a talk that is over. Within minutes only where words are asked for are
        # they written anew; later, wherever something new was asked: people have stock sentences.
        if apart > COPIED_SECOND and wanted is not None and not asks_not_to_be_named(words_of(row)):
            return False  # "LAPOR ..." once more, hours later: it is told that it is known
        only = WORDS_WANTED if apart <= COPIED_LONG else None
        return apart <= COPIED_REPORT and not prompts.new_between(one.received_at, row.received_at, only=only)
    if prompts.new_between(one.received_at, row.received_at):
        return False
    return apart <= COPIED_LONG if long else last and apart <= COPIED


def is_part(row: InboundMessage, before: InboundMessage, prompts: Prompts) -> bool:
    """Whether a text goes on with the one before it: words behind words, within seconds, and nothing new to answer.

    Nobody reads what we ask back and types words within these seconds; a word of ours stands alone, unless the text
    before it says of whom: "buat suami saya", "sudah".
    """
    words, earlier = words_of(row), words_of(before)
    apart = abs(row.received_at - before.received_at)
    if apart > dt.timedelta(seconds=programme().texting.parts_seconds) or not _has_words(words):
        return False
    if introduces_somebody(words) or (before.body is not None and not _may_go_on(earlier)):
        return False
    unread = before.handled_as in (None, HandledAs.UNCLEAR, HandledAs.TRIAGE)
    if (ours := keyword(words)) is not None:
        begun = is_left_open(earlier) or (unread and speaks_of_another(earlier))
        return ours.name == "answer" and keyword(earlier) is None and begun
    answers_us = not unread and prompts.new_between(before.received_at, row.received_at)
    return not answers_us and not _thinks_again(earlier, words)


_LEFT_OPEN = re.compile(r"\b(?:atau|ato|atawa|utawa|or)\W*$", re.IGNORECASE)  # "ga tau udah atau", "belum"


_YES = word_set("ya iya y yes sudah udah sdh udh betul benar nggih muhun sampun")
_NO = word_set("tidak tdk gak ga nggak enggak no belum blm bukan henteu teu mboten dereng")
_WAIT = word_set("eh maaf salah ralat oh ups sorry maksudnya maksud saya")


def _thinks_again(before: str, text: str) -> bool:
    """Whether a whole answer is followed by the other one: "ya", "eh belum". "tidak", "terdaftar" is one sentence."""
    whole = set(without_courtesies(spoken(before)).split())
    first = next((word for word in spoken(text).split() if word not in _WAIT), "")
    return bool(whole) and ((whole <= _YES and first in _NO) or (whole <= _NO and first in _YES))


def _has_words(text: str) -> bool:
    return pressed(text) is None and sum(map(str.isalpha, text)) > 1


def is_left_open(text: str) -> bool:
    """Whether a text ends in "or": what comes behind it is half of a doubt."""
    return _LEFT_OPEN.search(text) is not None


def _may_go_on(text: str) -> bool:
    """Whether words behind it could be its own: not behind a digit, nor behind CEK."""
    wanted = keyword(text)
    return _has_words(text) and (wanted is None or wanted.name in ("report", "answer"))
