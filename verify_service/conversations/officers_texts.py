"""What a phone writes back to an officer, whose text is the newest that asks something: it belongs to his report."""

from __future__ import annotations

import datetime as dt
import re

from flows.accidents import urgency
from flows.keywords import Keyword, keyword
from flows.reading import COURTESIES, pressed, spoken, word_set
from flows.short_answers import is_bare, short_answer
from verify_service.conversations import lately
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import (
    A_FEW_WORDS,
    add,
    anonymous_just_made,
    only_thanks,
    told_before,
)
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.prompts import OfficersText
from verify_service.grievances import thread
from verify_service.grievances.states import GrievanceState
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance
from verify_service.ground.working_days import short_date
from verify_service.messaging.compose import say_ending

_SOLVED = "c13.satisfied"  # how people say that it is, or is not
_ASKED_WHETHER_SOLVED, _NOT_SOLVED = "g22.solved", ("2", "3")  # its digits for "in part" and "no"


def reply_to_an_officer(hearing: Hearing, said: Message) -> HandledAs | None:
    """Put a reply to an officer's answer or question into its report, however few words it has; None for anything else.

    "belum" to an answer opens the report again, "sudah beres" closes it, as by the menu. A bare "sudah" or "iya" to an
    answer that asked nothing ("silakan ke kelurahan") says of nothing that it is done: the officer reads it. An
    accident that was not told before is a report of its own. A question waits for days, as its report does; to an
    answer nobody replies a day later any more: but a short no is of it, while it stands.
    """
    told = hearing.prompts.officer_wrote_last(said.received)
    if told is None or (report := _written_of(hearing, told)) is None:
        return None
    waits = report.state == GrievanceState.WAITING
    late = said.received - told.handed_at > dt.timedelta(hours=programme().texting.talk_hours)
    if late and not waits and not _says_no_to(report, said):
        return None
    own = bool(urgency(said.text)) and told_before(hearing, said) is None
    same = waits and _THE_SAME.fullmatch(spoken(said.text)) is not None
    if own or (only_thanks(said) and not _agrees(said.text) and not same):
        return None
    if anonymous_just_made(hearing, said) and not _came_behind(hearing, said, told.handed_at):
        return reply_behind_a_question(hearing, said, answered=True)  # else the words are of the anonymous one
    if _says_no_to(report, said):
        return _mark(hearing, said, report, "still")
    if report.state == GrievanceState.ANSWERED and short_answer(_SOLVED, said.text) == "yes":
        asked = "?" in unseal_or_blank(report.answer, "grievance.answer")
        if asked or not is_bare(said.text):
            return _mark(hearing, said, report, "solved")
    return add(hearing, said, held=report.id)


_THE_SAME = re.compile(rf"(?:(?:iya|ya|masih|tetap|tetep) )*sama(?: (?:{'|'.join(sorted(COURTESIES))}))*")


def reply_past_a_menu(hearing: Hearing, said: Message, *, asked_at: dt.datetime | None) -> HandledAs | None:
    """Put a reply to an officer who wrote before a menu was shown into his report, where it is none of the menu's
    options; None for a digit, where a question of ours came behind his text (`asked_at`), and for anything else."""
    told = hearing.prompts.officers
    if told is None or not told.asks or pressed(said.text) is not None or (asked_at and asked_at > told.handed_at):
        return None
    report = _written_of(hearing, told)
    late = said.received - told.handed_at > dt.timedelta(hours=programme().texting.talk_hours)
    if report is None or late or only_thanks(said) or urgency(said.text):
        return None
    if _says_no_to(report, said):
        return _mark(hearing, said, report, "still")
    return add(hearing, said, held=report.id) if report.state == GrievanceState.WAITING else None


def _written_of(hearing: Hearing, told: OfficersText) -> Grievance | None:
    """The report of this phone that an officer's text is about, while it is open."""
    report = hearing.session.get(Grievance, told.grievance)
    if report is None or report.closed_at is not None or report.phone_id != hearing.phone.id:
        return None
    return report


def _says_no_to(report: Grievance, said: Message) -> bool:
    """Whether it says in a few words that an answer has not solved the problem."""
    if report.state != GrievanceState.ANSWERED:
        return False
    words = spoken(said.text)
    still = _STILL.search(words) is not None and len(words.split()) <= _A_SHORT_ONE
    return still or short_answer(_SOLVED, said.text) == "no"


# Keywords that are words of an answer as well: "RT" to "who asked for it?". Nobody calls CEK or LAPOR so.
_WORDS_TOO = frozenset({"rt_head", "help", "settings", "benefits", "rules", "propose"})


def replies_by_a_keyword(hearing: Hearing, said: Message, wanted: Keyword) -> HandledAs | None:
    """Put a bare "RT" or "data" into the report in which an officer asked last; None for anything else."""
    if wanted.name not in _WORDS_TOO or wanted.words:
        return None
    told = hearing.prompts.officer_wrote_last(said.received)
    waiting = asked_by_an_officer(hearing)
    if told is None or waiting is None or waiting.id != told.grievance:
        return None
    return reply_to_an_officer(hearing, said)


# What is said of being registered as well: such a word alone leads to no officer.
_SAID_OF_THE_LIST = COURTESIES | word_set(
    "apakah sudah belum tidak pernah masih tetap kapan kenapa bagaimana gimana siapa mana berapa saja kartu kartunya"
    " bpjs jaminan terima diterima nerima dapat dapet terdaftar daftar didaftarkan peserta aktif punya kerja bekerja"
    " tinggal alamat nomor nama bapak saya anda kami yang untuk dari dengan juga lagi sekarang kemarin bulan tahun"
)
_A_WORD = 4  # letters


def asked_by_an_officer(hearing: Hearing) -> Grievance | None:
    """The one report of this phone in which an officer waits for words of its reporter."""
    waiting = [
        one for one in thread.open_grievances_of(hearing.session, hearing.phone) if one.state == GrievanceState.WAITING
    ]
    return waiting[0] if len(waiting) == 1 else None


def reply_behind_a_question(
    hearing: Hearing, said: Message, *, again: bool = False, answered: bool = False
) -> HandledAs | None:
    """Put a reply to an officer into his report, though a question of ours came behind his; None for anything else.

    It has a word of his that is none of the list's ("belum pernah ke kelurahan"), or says in more words what was
    answered before (`again`). With `answered` it may reply to an answer of his as well.
    """
    if len(said.text.split()) <= A_FEW_WORDS or only_thanks(said):
        return None
    waiting = asked_by_an_officer(hearing)
    if again and waiting is not None:
        return add(hearing, said, held=waiting.id)
    said_too = _plain_words(said.text)
    may_be = {GrievanceState.WAITING, GrievanceState.ANSWERED} if answered else {GrievanceState.WAITING}
    alike = [
        one.id
        for one in thread.open_grievances_of(hearing.session, hearing.phone)
        if one.state in may_be and not said_too.isdisjoint(_plain_words(_officers_words(hearing, one)))
    ]
    return add(hearing, said, held=alike[0]) if len(alike) == 1 else None


def _officers_words(hearing: Hearing, report: Grievance) -> str:
    """What an officer wrote last to the reporter: a question that waits, or the answer that stands."""
    if report.state == GrievanceState.ANSWERED:
        return unseal_or_blank(report.answer, "grievance.answer")
    return thread.asked_last(hearing.session, report)


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(word for word in spoken(text).split() if len(word) >= _A_WORD) - _SAID_OF_THE_LIST


def _came_behind(hearing: Hearing, said: Message, handed_at: dt.datetime) -> bool:
    """Whether an officer's text came behind the report that was just made: it is answered then."""
    made_at = lately.told_at(hearing.session, hearing.phone, said.received)
    return made_at is not None and handed_at >= made_at


_STILL = re.compile(
    r"\b(?:masih|msh|tetep|tetap) (?:\w+ )?(?:bermasalah|masalah|masalahnya|belum|blm|blom|belom|sama|gitu|begitu|error"
    r"|rusak)\b|\b(?:masih|msh|tetep|tetap) (?:kaya|kayak|kyk|kek|seperti) (?:kemarin|kmrn|kemaren|dulu|biasa|awal)\b"
    r"|\b(?:belum|blm|blom|belom|tidak|tdk|ga|gak|nggak) (?:beres|selesai|kelar|rampung|tuntas|solved)\b"
)
_A_SHORT_ONE = 7  # words


def of_a_report_before(hearing: Hearing, said: Message, *, asked: bool) -> HandledAs | None:
    """What is said, outside of any talk, of a report that is not the last one: to an officer who asked before an
    anonymous one was made, or "eh masih bermasalah" of one that was closed minutes ago; None for anything else."""
    if (
        anonymous_just_made(hearing, said)
        and (how := reply_behind_a_question(hearing, said, answered=True)) is not None
    ):
        return how
    return _reopen(hearing, said, asked=asked)


def _reopen(hearing: Hearing, said: Message, *, asked: bool) -> HandledAs | None:
    """Open a report again that this phone closed minutes ago as solved: "eh masih bermasalah"; None for anything else.

    Where a question of ours may be answered as well (`asked`), a bare "eh belum" is to that one.
    """
    words = spoken(said.text)
    plain = _STILL.search(words) is not None or _presses_otherwise(hearing, words)
    if not plain and (asked or short_answer(_SOLVED, words.removeprefix("eh ")) != "no"):
        return None
    report = lately.closed_as_solved(hearing.session, hearing.phone, said.received)
    if report is None or len(words.split()) > _A_SHORT_ONE or urgency(said.text):
        return None
    return _mark(hearing, said, report, "still")


def _presses_otherwise(hearing: Hearing, words: str) -> bool:
    """Whether it is the digit of "sebagian" or "belum", and what asked whether it is solved is still the newest."""
    newest = hearing.prompts.handed[0].screen if hearing.prompts.handed else ""
    return newest == _ASKED_WHETHER_SOLVED and pressed(words.removeprefix("eh ")) in _NOT_SOLVED


def _agrees(text: str) -> bool:
    """Whether it is "iya" or the like: courtesy elsewhere, but behind an officer's words it is said to them."""
    wanted = keyword(text)
    return wanted is not None and wanted.name == "answer"


def _mark(hearing: Hearing, said: Message, report: Grievance, mark: str) -> HandledAs | None:
    held = thread.find(hearing.session, report.number.rpartition("-")[2], hearing.phone)
    if held is None or held.joined:
        return add(hearing, said, held=report.id)
    inbound = f"message:{said.first.id}"
    session, phone, now = hearing.session, hearing.phone, said.received
    thread.mark(session, held, mark, channel="sms", inbound=inbound, now=now, phone=phone)
    thread.add_words(session, report.id, said.text, by="reporter", channel="sms", inbound=f"{inbound}:words", now=now)
    said.empty()  # its words are in the thread
    shown = {"case": report.number}
    if mark == "still":
        shown["date"] = short_date(held.due_on)
    say_ending(session, phone, "c27.solved" if mark == "solved" else "c26.still", shown, cause=said.cause, now=now)
    return HandledAs.THREAD
