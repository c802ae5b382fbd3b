"""Words for a report: what is filed at once, and what belongs to one that was made before."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from flows.accidents import urgency
from flows.complaints import complaints
from flows.reading import COURTESIES, pressed, spoken, word_set
from flows.second_thoughts import corrects_what_was_told, thinks_again
from flows.understanding import understand
from flows.unnamed import asks_not_to_be_named
from flows.wishes import asks_after_a_report, asks_for_its_number
from verify_service.conversations import by_message, lately
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.nameless import nameless
from verify_service.conversations.one_phone import Hearing
from verify_service.grievances import thread
from verify_service.grievances.opening import ANONYMOUS
from verify_service.grievances.states import GrievanceState
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Grievance
from verify_service.messaging.compose import say_ending

_A_THOUGHT = 8  # words
A_FEW_WORDS = 2  # more may say something that an officer should know, whatever is answered then


_SAYS_THANKS = word_set(
    "kasih makasih makasi mksh mksih trims tks thx thanks thank tq terimakasih nuhun suwun nuwun ok oke okay siap baik"
    " sip mantap alhamdulillah"
)
_BESIDE_THANKS = word_set("terima ya iya sama hatur matur banyak sekali banget atas infonya bantuannya you eh oh wah")
_THANKS = COURTESIES | _SAYS_THANKS | _BESIDE_THANKS


def file(hearing: Hearing, said: Message, words: str) -> HandledAs:
    """File words at once. Within minutes of an anonymous report they belong to it, or they would name who made it; but
    of an accident an officer has to know whom to call."""
    if anonymous_just_made(hearing, said):
        return add(hearing, replace(said, text=words), few=True) or HandledAs.ANSWER
    behind = _made_anonymously(hearing, said) is not None
    named = behind and not asks_not_to_be_named(words)
    stale, unnamed = by_message.file_grievance(hearing.session, said, hearing.phone, words, by_name=named)
    hearing.stale |= stale
    return HandledAs.ANSWER if unnamed else HandledAs.REPORT


def keep_nameless(hearing: Hearing, said: Message) -> HandledAs | None:
    """Keep words from officers who would see whose phone they came from, in the minutes around an anonymous report.

    They go to that report, or are one where somebody agreed to report so and has not written yet. None at any other
    time, and for thanks.
    """
    if anonymous_just_made(hearing, said) and not only_thanks(said) and not tells_of_nothing(said):
        return add(hearing, said, few=True)
    if len(said.text.split()) <= A_FEW_WORDS or only_thanks(said):
        return None
    if lately.agreed_unnamed(hearing.session, hearing.phone, said.received):
        return file(hearing, said, said.text)
    return None


def file_unless_told(hearing: Hearing, said: Message) -> HandledAs:
    """File a complaint beside an answer, unless it belongs to a report that is open."""
    goes_on = goes_on_with(hearing, said) and not urgency(said.text)
    how = add(hearing, said, few=True) if goes_on else None
    if how is None and not urgency(said.text) and not tells_of_money(hearing, said):
        how = add(hearing, said)
    return how or file(hearing, said, said.text)


def follow(hearing: Hearing, said: Message) -> HandledAs:
    """Somebody asks what became of a report: it goes to the one that is open, else we ask for its number.

    It makes no report: of one that was told anonymously nothing may lead to this phone, the question least of all. An
    officer reads what it is about, where that is told as well, and "belum ada kabar" of nothing that is named.
    """
    nameless = anonymous_just_made(hearing, said)
    if how := add(hearing, said, few=nameless):
        return how
    if not asks_for_its_number(said.text):
        hearing.reply(said, "s5.received")
        return HandledAs.TRIAGE
    said.empty()
    hearing.stale |= by_message.begin(hearing.session, said, hearing.phone, "status")
    return HandledAs.KEYWORD


def add(hearing: Hearing, said: Message, *, few: bool = False, held: int | None = None) -> HandledAs | None:
    """Put words into the thread of the report they belong to, or of `held`; of an anonymous one nothing leads back to
    the phone."""
    held = held if held is not None else grievance_of(hearing, said, few=few)
    if held is None:
        return None
    report = hearing.session.get_one(Grievance, held)
    thread.add_words(
        hearing.session,
        held,
        nameless(hearing.session, hearing.phone, said.text) if report.identity == ANONYMOUS else said.text,
        by="reporter",
        channel="sms",
        inbound=f"message:{said.first.id}",
        now=said.received,
    )
    said.empty()
    if report.identity == "normal" and not report.restricted:
        shown = {"case": report.number}
        say_ending(hearing.session, hearing.phone, "c28.added", shown, cause=said.cause, now=said.received)
    else:  # a phone is shared: the number of what was told in confidence is not sent again
        hearing.reply(said, "s5.received")
    return HandledAs.ANSWER if report.identity == ANONYMOUS else HandledAs.THREAD


_ASKS = COURTESIES | word_set("status cek nomor nomer no laporan aduan kasus saya tolong mohon kode pengaduan")


def tells_more(text: str) -> bool:
    """Whether what stands beside a report's number tells something, and does not only ask after the report."""
    return not _ASKS.issuperset(spoken(text).split()) and not asks_after_a_report(text)


def tells_of_nothing(said: Message) -> bool:
    """Whether it is a digit, or takes an answer back in a word or two: no part of any report."""
    few = len(spoken(said.text).split()) <= _A_THOUGHT
    again = few and thinks_again(said.text) and not corrects_what_was_told(said.text)
    return pressed(said.text) is not None or again


def grievance_of(hearing: Hearing, said: Message, *, few: bool = False) -> int | None:
    """The report that words belong to: the one made on this phone minutes ago, else the one that waits for an answer of
    its reporter, else the one open one.

    "terima kasih" adds nothing, nor do a word or two that complain of nothing; of several open ones it is the one that
    complains of the same, or nobody could tell which. But a `few` words that go on with a text of that report belong to
    it, and words of a death that was told belong to its report.
    """
    short = len(said.text.split()) <= A_FEW_WORDS and not _complains(said.text)
    if not few and (short or only_thanks(said)):
        return None
    if not anonymous_just_made(hearing, said) and (told := told_before(hearing, said)) is not None:
        return told
    made = lately.grievance_just_made(hearing.session, hearing.phone, said.received)
    if made is not None or few:
        return made
    open_reports = thread.open_grievances_of(hearing.session, hearing.phone)
    asked = [one.id for one in open_reports if one.state == GrievanceState.WAITING]
    alike = [one.id for one in open_reports if _complains_of_the_same(one, said.text)] if open_reports[1:] else []
    return next((ids[0] for ids in (asked, [one.id for one in open_reports], alike) if len(ids) == 1), None)


def _complains(text: str) -> bool:
    understood = understand(text)
    return understood.sure and understood.meaning == "grievance"


def _complains_of_the_same(report: Grievance, text: str) -> bool:
    """Whether a text speaks of what a report was first told about: of the card, or of money."""
    told = complaints(unseal_or_blank(report.words, "grievance.words"))
    return not set(told).isdisjoint(complaints(text))


_HELP = re.compile(
    r"\b(?:belum|blm|blom|ga|gak|tidak|tdk|nggak|teu|dereng|durung)(?: \w+){0,3} (?:telepon|telpon|telp|tlp|nelpon"
    r"|nelepon|ditelpon|datang|dateng|hubungi|dihubungi|ngehubungi|kabar\w*|ditindak\w*|ditangani|respon|cair|diproses|nolong"
    r"|jenguk|dijenguk)\b"
)


def waits_for_help(text: str) -> bool:
    """Whether somebody says that nobody called, came or did anything yet: of a report, where there is one."""
    return _HELP.search(spoken(text)) is not None


def tells_of_money(hearing: Hearing, said: Message) -> bool:
    """Whether it tells of money that was asked for, and would land in a report that was told by name and that any
    officer reads: then it is one of its own, in confidence."""
    if "money" not in complaints(said.text):
        return False
    held = grievance_of(hearing, said)
    report = hearing.session.get_one(Grievance, held) if held is not None else None
    return report is not None and report.identity == "normal" and not report.restricted


_THE_SAME_ACCIDENT = dt.timedelta(hours=24)


def told_before(hearing: Hearing, said: Message) -> int | None:
    """The one open report of this phone that tells of this death, or of an accident of the last day: who writes more of
    it ("almarhum umurnya 52") does not report another."""
    urgent = urgency(said.text)
    if not urgent:
        return None
    told = [
        one.id
        for one in thread.open_grievances_of(hearing.session, hearing.phone)
        if one.urgency == urgent and (urgent == "death" or said.received - one.opened_at <= _THE_SAME_ACCIDENT)
    ]
    return told[0] if len(told) == 1 else None


def only_thanks(said: Message) -> bool:
    """Whether it is courtesy and nothing else."""
    return _THANKS.issuperset(spoken(said.text).split())


def thanks(said: Message) -> bool:
    """Whether somebody thanks us, or says that all is well: no officer need read it."""
    return only_thanks(said) and not _SAYS_THANKS.isdisjoint(spoken(said.text).split())


def told_by_name(hearing: Hearing, said: Message, within: dt.timedelta) -> int | None:
    """The newest open report that this phone told by name, or in confidence, so long ago at most."""
    told = thread.open_grievances_of(hearing.session, hearing.phone)
    return next((one.id for one in told if said.received - one.opened_at <= within), None)


def goes_on_with(hearing: Hearing, said: Message) -> bool:
    """Whether a report was made on this phone minutes ago."""
    return lately.grievance_just_made(hearing.session, hearing.phone, said.received) is not None


def anonymous_just_made(hearing: Hearing, said: Message) -> bool:
    """Whether an anonymous report was made on this phone minutes ago, to which what is written on belongs: all but an
    accident or a death of one's own."""
    made = _made_anonymously(hearing, said)
    return made is not None and not _is_an_accident_of_its_own(made, said.text)


def _made_anonymously(hearing: Hearing, said: Message) -> Grievance | None:
    made = lately.grievance_just_made(hearing.session, hearing.phone, said.received)
    report = hearing.session.get_one(Grievance, made) if made is not None else None
    return report if report is not None and report.identity == ANONYMOUS else None


# "suami meninggal, pak RT malah minta uang": of the people whom the report is about.
_OF_SOMEBODY = re.compile(
    r"\b(?:rt|rw|lurah|kader|petugas|mandor|bos|majikan|calo|oknum|dia|orang(?:nya|itu)|mereka|beliau|dipukul|dianiaya"
    r"|dikeroyok|dipersulit|diancam)\w*"
)
_OF_AN_ACCIDENT = frozenset({"harm", "death", "claim", "card"})


def _is_an_accident_of_its_own(report: Grievance, text: str) -> bool:
    """Whether a text tells of an accident or a death, and of nobody who did something: the report tells of none."""
    if not urgency(text) or asks_not_to_be_named(text) or not _OF_AN_ACCIDENT.issuperset(complaints(text)):
        return False
    told = unseal_or_blank(report.words, "grievance.words")
    return not report.urgency and not urgency(told) and _OF_SOMEBODY.search(spoken(text)) is None
