"""Asking once more where a text may be the answer or not, and what is said where nothing is asked."""

from __future__ import annotations

from flows.keywords import keyword
from flows.reading import COURTESIES, spoken, word_set
from flows.second_thoughts import forgets, is_sorry, thinks_again
from verify_service.conversations import question
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import A_FEW_WORDS, add, goes_on_with, thanks, waits_for_help
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import OWN_WORD, UNCLEAR, Question
from verify_service.messaging.compose import say_ending


def behind_a_clear_answer(hearing: Hearing, said: Message, asked: Question, read: question.Read) -> HandledAs | None:
    """Hear what takes nothing back behind a yes or a no; None for anything else.

    Who is sorry that he forgot is thanked for what he answered. What may be said of the answer ("lupa", "salah ketik")
    or go on with it is asked back, and it stands until then.
    """
    if is_sorry(said.text):
        hearing.reply(said, question.THANKS)
        said.belongs_to(asked.asked, asked.prompt.step)
        return HandledAs.ANSWER
    if read.option == "no" and waits_for_help(said.text) and not question.names_the_cover(said.text):
        hearing.reply(said, "s5.received")  # "ga pernah ada petugas dateng" takes no answer back
        return HandledAs.TRIAGE
    if _is_of_the_report_just_made(hearing, said, read.option) and (how := add(hearing, said, few=True)) is not None:
        return how
    rest = read.option == "yes" and _is_the_rest_of_a_no(said.text)
    if rest and not question.stands(hearing.session, hearing.phone, "yes"):
        return ask_what_is_meant(hearing, said, asked)  # "belum", and half a minute later "terdaftar"
    if (read.option == "unsure" and forgets(said.text)) or (not read.option and thinks_again(said.text)):
        return ask_what_is_meant(hearing, said, asked)
    return None


def _is_of_the_report_just_made(hearing: Hearing, said: Message, option: str) -> bool:
    """Whether it says again what was answered, in more words, minutes behind a report: "ternyata udah ada kartunya"."""
    if option not in ("yes", "no") or len(said.text.split()) <= A_FEW_WORDS or question.names_the_cover(said.text):
        return False
    return goes_on_with(hearing, said) and question.stands(hearing.session, hearing.phone, option)


_THE_REST = word_set(
    "terdaftar daftar didaftar didata dapat dapet dpt punya terima nerima ikut aktif kedaftar registered"
)


def _is_the_rest_of_a_no(text: str) -> bool:
    """Whether it is "terdaftar" and nothing else, which goes on with a "belum" as well as it takes it back."""
    return set(spoken(text).split()) <= _THE_REST | COURTESIES


def ask_what_is_meant(hearing: Hearing, said: Message, asked: Question) -> HandledAs:
    """Ask in digits, whatever was answered; an officer reads what was asked before, or says more."""
    if hearing.stopping:
        return HandledAs.TRIAGE
    asks = question.ask_back(hearing.session, hearing.phone, asked, said, UNCLEAR)
    if not asks:
        hearing.reply(said, "s5.received")
    return HandledAs.UNCLEAR if asks and len(said.text.split()) <= A_FEW_WORDS else HandledAs.TRIAGE


def ask_for_the_own_word(hearing: Hearing, said: Message, asked: Question) -> HandledAs:
    """Somebody else speaks: an officer reads it, and the worker is asked for by name, once."""
    if hearing.stopping:
        return HandledAs.TRIAGE
    said.belongs_to(asked.asked, asked.prompt.step)  # so that it is known who spoke last
    if not question.ask_back(hearing.session, hearing.phone, asked, said, OWN_WORD):
        hearing.reply(said, "s5.received")
    return HandledAs.TRIAGE


def unclear(hearing: Hearing, said: Message, asked: Question | None) -> HandledAs:
    """Ask back, once; else an officer reads it. Nothing is asked or said of what stands beside a STOP."""
    for_an_officer = len(said.text.split()) > A_FEW_WORDS
    if hearing.stopping:
        return HandledAs.TRIAGE if for_an_officer else HandledAs.UNCLEAR
    if asked is not None and asked.open and question.ask_back(hearing.session, hearing.phone, asked, said, UNCLEAR):
        return HandledAs.TRIAGE if for_an_officer else HandledAs.UNCLEAR
    if thanks(said):
        said.empty()
        say_ending(hearing.session, hearing.phone, "a6.end", {}, cause=said.cause, now=said.received)
        return HandledAs.UNCLEAR
    wanted = keyword(said.text)
    if asked is None and wanted is not None and wanted.name == "answer":
        hearing.reply(said, "s6.check")
        return HandledAs.KEYWORD
    hearing.reply(said, "s5.received")
    return HandledAs.TRIAGE
