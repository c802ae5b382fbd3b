"""What a text asks for by its first word: CEK, LAPOR with or without words, STATUS, SYARAT and the others."""

from __future__ import annotations

from flows.complaints import complaints
from flows.conversation import ANSWER_LENGTH, printable
from flows.keywords import Keyword, keyword
from flows.reading import command, names_our_texts
from flows.understanding import understand
from flows.unnamed import asks_not_to_be_named
from verify_service import audit
from verify_service.conversations import by_message
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.grievance_words import A_FEW_WORDS, file
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.stopping import stopped
from verify_service.ground.programme import programme
from verify_service.messaging.compose import say_ending, write
from verify_service.messaging.outbox import Purpose


def reported(text: str) -> str:
    """The words behind LAPOR, where there are more than a few."""
    wanted = keyword(text)
    words = wanted.words if wanted is not None and wanted.name == "report" else ""
    return words if len(words.split()) > A_FEW_WORDS else ""


def obey(hearing: Hearing, said: Message, wanted: Keyword) -> HandledAs:
    """Do what a keyword asks for."""
    session, phone = hearing.session, hearing.phone
    if wanted.words and wanted.name == "report":
        # A keyword is looked for in the beginning alone; the text is emptied, so that its end must be filed as well.
        end = printable(said.text[len(said.text[:ANSWER_LENGTH].rstrip()) :])
        return _report_now(hearing, said, (wanted.words + end).rstrip())
    if wanted.words:
        hearing.stale |= by_message.follow_grievance(session, said, phone, wanted.words)
    elif wanted.name == "help":
        hearing.reply(said, "s10.help")
    elif wanted.name == "rules":
        _rules(hearing, said)
    elif wanted.name != "answer":
        unnamed = wanted.name == "report" and asks_not_to_be_named(said.text)
        hearing.stale |= by_message.begin(session, said, phone, wanted.name, unnamed=unnamed)
    return HandledAs.KEYWORD


def _report_now(hearing: Hearing, said: Message, words: str) -> HandledAs:
    """LAPOR with words: a report, unless they ask for no more texts and nothing else."""
    understood = understand(words)
    stops = understood.sure and understood.meaning == "stop" and (names_our_texts(words) or not reported(said.text))
    if command(words) == "stop" or (stops and not complaints(words)):
        return stopped(hearing, said, HandledAs.STOP)
    how = file(hearing, said, words)
    return HandledAs.KEYWORD if how is HandledAs.REPORT else how


def _rules(hearing: Hearing, said: Message) -> None:
    """The rules in force today; the trail keeps which ones were sent."""
    session, phone = hearing.session, hearing.phone
    decree = programme().decree_on(said.received.astimezone(programme().zone).date())
    if decree is None:
        say_ending(session, phone, "f31.criteria", {}, cause=said.cause, now=said.received)
        return
    shown = {"decree": decree.number, "date": decree.date.strftime("%d/%m/%y")}
    write(session, phone, "s11.rules", shown, purpose=Purpose.REPLY, cause=said.cause, now=said.received)
    audit.record(
        session,
        now=said.received,
        actor=f"phone:{phone.id}",
        action="rules sent",
        on=f"phone:{phone.id}",
        decree=decree.number,
    )
