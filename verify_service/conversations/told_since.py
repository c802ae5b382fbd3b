"""What came behind our question and can be answered with its words: a text of ours that is no question, or a screen of
a call that dropped. "Belum" to a warning that a premium is missing says nothing of the list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flows.flow_state import current
from flows.reading import spoken
from verify_service.conversations import by_message, lately, question
from verify_service.conversations.asking_back import ask_what_is_meant
from verify_service.conversations.by_message import Message
from verify_service.conversations.context import NOBODY
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import A_FEW_WORDS, only_thanks
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.conversations.stored_state import restore
from verify_service.ground.programme import programme

_A_SHORT_ONE = 3  # words; more are said of a text of ours only where they name what it is about
_DONE = r"\b(?:sudah|udah|sdh|udh|dah|belum|blm|blom|belom|tos|atos|acan|sampun|dereng|wis|durung)\b"
# What each text is about, in words that a reply may name.
_ABOUT: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "g10.cover_gap": re.compile(r"\b\w*(?:bayar|mayar|mbayar|bayr|iuran|setor)\w*|\b(?:duit|uang|artos)\w*"),
        "g4.card_ready": re.compile(r"\b\w*(?:ambil|jupuk|cokot|candak|kelurahan)\w*"),
        "g15.rt_answer_notice": re.compile(r"\b\w*(?:pindah|tinggal|rumah|ngontrak)\w*|\b(?:salah|bohong)\b"),
        "g1.invite": re.compile(r"\b(?:sempat|sempet|cek|ngecek|dicek|telepon|telpon|pulsa)\b"),
        "g2.remind": re.compile(r"\b(?:sempat|sempet|cek|ngecek|dicek|telepon|telpon|pulsa)\b"),
        "g14.rt_task": re.compile(r"\b(?:warga\w*|konfirmasi|data|ndata|nyatet)\b"),
        "g29.rw_task": re.compile(r"\b(?:warga\w*|konfirmasi|data|ndata|nyatet)\b"),
        "g19.antiscam": re.compile(r"\b\w*(?:minta|uang|duit|pungut|nagih)\w*"),
        "g13.proposal_no": re.compile(r"\b(?:umur|usia|ktp|kerja|keberatan)\w*"),
        "g24.proposal_question": re.compile(r"\b(?:umur|usia|ktp|kerja\w*|rumah|telp\w*)\b"),
        "g26.removal_upheld": re.compile(r"\b(?:banding|keberatan|setuju|pindah)\b"),
    }
)
# Whoever objects to one of these is read by an officer, however few words it takes.
_FOR_AN_OFFICER: Final = frozenset(
    {"g10.cover_gap", "g15.rt_answer_notice", "g13.proposal_no", "g24.proposal_question"}
)
_OF_THE_SAME: Final = frozenset({"g1.invite", "g2.remind"})  # "ya" to these is as good as to the question


def is_of_what_came_since(hearing: Hearing, said: Message, asked: Question, read: question.Read) -> HandledAs | None:
    """Ask back what may be said of a newer text of ours, or of the screen of a call that dropped minutes ago; None for
    what can only be the answer."""
    if read.others_word or read.option == "not_me" or question.names_the_cover(said.text):
        return None
    if read.grieves and (read.option or len(said.text.split()) > A_FEW_WORDS):  # "salah" alone is no report yet
        return None
    if only_thanks(said) and not read.option:
        return None
    told = hearing.prompts.told_since(asked.prompt, said.received)
    if told is not None and _is_said_of(told, said.text, read.option):
        how = _ask_back(hearing, said, asked)
        return HandledAs.TRIAGE if told in _FOR_AN_OFFICER else how
    if read.option in ("yes", "no", "unsure") and _answers_a_dropped_call(hearing, said, asked):
        return _ask_back(hearing, said, asked)
    return None


def _is_said_of(screen: str, text: str, option: str) -> bool:
    said = spoken(text)
    if _ABOUT[screen].search(said):
        return bool(option) or screen in _FOR_AN_OFFICER
    if len(said.split()) > _A_SHORT_ONE:
        return False
    if screen in _OF_THE_SAME:
        return bool(option) and re.search(_DONE, said) is not None
    return bool(option)


def _ask_back(hearing: Hearing, said: Message, asked: Question) -> HandledAs:
    if asked.open:
        return ask_what_is_meant(hearing, said, asked)
    hearing.reply(said, "s5.received")  # the answer stands
    return HandledAs.TRIAGE


def _answers_a_dropped_call(hearing: Hearing, said: Message, asked: Question) -> bool:
    """Whether the screen at which a call dropped, behind our question and minutes ago, takes this word as well."""
    soon = dt.timedelta(minutes=programme().texting.continue_minutes)
    since = max(asked.prompt.handed_at, said.received - soon)
    call = lately.dropped_call(hearing.session, hearing.phone, since)
    if call is None or call.touched_at > said.received:
        return False
    context = by_message.MessageContext(hearing.session, call, hearing.phone, said.received, NOBODY)
    standing, _ = current(restore(call, context.fresh_caller).talk)
    return (
        not by_message.cannot_read(standing, said.text) and not by_message.asks_words(standing)
    ) or by_message.in_a_sentence(standing, said) is not None
