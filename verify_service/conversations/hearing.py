"""What one phone has texted us, heard in order: STOP and MULAI first, then each text for what its writer can have read.

Copies of a text are one, parts that come together are read joined, and a digit counts only where it was offered. A YA
that answers no question of ours is never evidence: nobody can tell what it says yes to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows import spelling
from flows.complaints import kinds
from flows.conversation import ANSWER_LENGTH, printable
from flows.keywords import Keyword, keyword, urgency
from flows.reading import STOPS, beside_stop, command, spoken
from flows.talk import Talk
from flows.understanding import understand
from verify_service import audit
from verify_service.conversations import question, text_talks
from verify_service.conversations.copies import HandledAs, is_copy, is_part, words_of
from verify_service.conversations.known import Known, Named, look_up
from verify_service.conversations.prompts import Prompts
from verify_service.conversations.question import OWN_WORD, STOPPED, UNCLEAR, Later, Question
from verify_service.conversations.stored_talk import restore
from verify_service.conversations.talking import NOBODY
from verify_service.conversations.text_talks import Said, may_be_secret
from verify_service.conversations.texting import say_ending, write
from verify_service.grievances import thread
from verify_service.grievances.opening import ANONYMOUS
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Grievance, InboundMessage, Phone
from verify_service.messaging.consent import stop_phone, welcome_back
from verify_service.messaging.gateway_clock import Clocks
from verify_service.messaging.outbox import Purpose

_A_FEW_WORDS = 2  # more may say something that an officer should know, whatever is answered then


@dataclass
class Hearing:
    """The texts of one phone that are heard now, and those that were heard of it lately, the newest first."""

    session: Session
    phone: Phone
    clocks: Clocks
    now: dt.datetime
    later: Later
    before: list[InboundMessage]
    prompts: Prompts
    asked: Conversation | None  # the newest question
    talk: Conversation | None  # the talk by text, as it was before any of these
    people: Sequence[Named]
    stale: bool = False  # whether verdicts are after it
    moved: bool = False  # whether a text was heard since it was looked up

    def look_again(self) -> None:
        """What a text came to may have ended a talk, begun another, or let go of a worker."""
        self.session.flush()
        known = look_up(self.session, [self.phone.id], ())
        self.asked, self.talk = known.questions.get(self.phone.id), known.talks.get(self.phone.id)
        self.people, self.moved = known.people.get(self.phone.id, ()), False

    def said(self, rows: Sequence[InboundMessage]) -> Said:
        return Said(rows, " ".join(words_of(row) for row in rows), self.clocks.written_at(rows[0]))


def hear_phone(
    session: Session,
    phone: Phone,
    waiting: Sequence[InboundMessage],
    known: Known,
    clocks: Clocks,
    later: Later,
    *,
    now: dt.datetime,
) -> bool:
    """Hear what waits of a phone, whose row is locked; whether verdicts are stale now. What is `later` is the caller's
    to write.

    STOP overtakes all that waits: whoever sends it is written to no more. What was written before it counts all the
    same, and a talk ends where it came. What is said counts from when it was first received.
    """
    hearing = Hearing(
        session,
        phone,
        clocks,
        now,
        later,
        before=list(known.before.get(phone.number_index, ())),
        prompts=known.prompts[phone.id],
        asked=known.questions.get(phone.id),
        talk=known.talks.get(phone.id),
        people=known.people.get(phone.id, ()),
    )
    ordered = sorted(waiting, key=lambda row: (clocks.written_at(row).replace(microsecond=0), row.id))
    wishes = [row for row in ordered if command(words_of(row)) in ("stop", "start")]
    for row in wishes:
        _hear_wish(hearing, row)
    for rows in _together(hearing, [row for row in ordered if row not in wishes]):
        _hear(hearing, rows)
    stops = [row for row in wishes if row.handled_as == HandledAs.STOP]
    if stops and not _waits_before(session, stops[-1]):
        text_talks.end_talks(session, phone, STOPPED, stops[-1].received_at)
    return hearing.stale


_BEFORE_IT = (
    select(InboundMessage.id)
    .where(
        InboundMessage.sender_index == bindparam("sender"),
        InboundMessage.id < bindparam("stop"),
        InboundMessage.handled_at.is_(None),
        InboundMessage.quarantined.is_(None),
    )
    .limit(1)
)


def _waits_before(session: Session, stop: InboundMessage) -> bool:
    """Whether a text that came before this STOP is still to be heard: it may be the last of a talk."""
    return session.scalar(_BEFORE_IT, {"sender": stop.sender_index, "stop": stop.id}) is not None


def _handled(hearing: Hearing, rows: Sequence[InboundMessage], how: HandledAs) -> None:
    """Note what became of a text; further parts of it are parts."""
    for place, row in enumerate(rows):
        row.handled_at = hearing.now
        row.handled_as = how if place == 0 or how in (HandledAs.TRIAGE, HandledAs.COPY) else HandledAs.PART
    hearing.before[:0] = reversed([row for row in rows if row not in hearing.before])


def _begin_handling(hearing: Hearing, rows: Sequence[InboundMessage]) -> None:
    """Only what was handled may be emptied, and it may be in the course of it."""
    for row in rows:
        row.handled_at = hearing.now


# --- STOP and MULAI ---


def _hear_wish(hearing: Hearing, row: InboundMessage) -> None:
    """STOP or MULAI; one that was written before the other, and came later, is over."""
    _begin_handling(hearing, [row])
    how = HandledAs(command(words_of(row)) or "")
    said = hearing.said([row])
    if not _overtaken(hearing, row, lambda one: one.handled_as in (HandledAs.STOP, HandledAs.START)):
        if how is HandledAs.STOP:
            _stop(hearing, said, alone=True)
        elif welcome_back(hearing.session, hearing.phone.id, said.received) is not None:
            _reply(hearing, said, "s7.welcome_back")
    _handled(hearing, [row], how)


def _overtaken(hearing: Hearing, row: InboundMessage, counts: Callable[[InboundMessage], bool]) -> bool:
    """Whether one of these that was heard before was written after this text: texts overtake one another."""
    return any(counts(one) and hearing.clocks.overtaken(row, by=one) for one in hearing.before)


def _stop(hearing: Hearing, said: Said, *, alone: bool = False) -> None:
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


# --- copies and parts ---


def _together(hearing: Hearing, rows: Sequence[InboundMessage]) -> Iterator[list[InboundMessage]]:
    """The texts one after the other; those that came together as one, without copies."""
    parts: list[InboundMessage] = []
    for row in rows:
        if _is_copy(hearing, row, parts):
            continue
        if parts and is_part(row, parts[-1], hearing.prompts):
            parts.append(row)
            continue
        if parts:
            yield parts
        parts = [] if _is_copy(hearing, row, ()) else [row]  # of what was heard meanwhile
    if parts:
        yield parts


_NO_WORDS = (HandledAs.COPY, HandledAs.STOP, HandledAs.START)  # nothing that another text could come behind


def _is_copy(hearing: Hearing, row: InboundMessage, parts: Sequence[InboundMessage]) -> bool:
    """Whether this text was brought before under another id; then it is done with."""
    heard = [one for one in hearing.before if one.handled_as not in _NO_WORDS]
    # The parts of one text count as one: two copies of it may come interleaved.
    behind = next((place for place, one in enumerate(heard) if one.handled_as != HandledAs.PART), -1) + 1
    last = (*parts, *(() if parts else heard[:behind]))
    known = (*parts, *heard)
    original = next(
        (one for one in known if is_copy(row, one, hearing.clocks, hearing.prompts, last=one in last)), None
    )
    if original is None:
        return False
    _begin_handling(hearing, [row])
    row.conversation_id, row.step = original.conversation_id, original.step
    if original.body is None:
        text_talks.empty(row)
    _handled(hearing, [row], HandledAs.COPY)
    return True


# --- one text ---


@dataclass(frozen=True)
class _Talk:
    """The talk by text that goes on, and where it stands."""

    conversation: Conversation
    standing: Talk
    current: bool  # whether what it asks now can have been read
    handed_at: dt.datetime


def _hear(hearing: Hearing, rows: list[InboundMessage]) -> None:
    if hearing.moved:
        hearing.look_again()
    if _stopped_before(hearing, rows[0]):
        text_talks.end_talks(hearing.session, hearing.phone, STOPPED, rows[0].received_at)
        hearing.look_again()
    said, before = hearing.said(rows), hearing.before[0] if hearing.before else None
    _begin_handling(hearing, rows)
    rest = beside_stop(said.text)
    if rest is not None:
        said = replace(said, text=rest)
    if before is not None and before.handled_as in _GOES_ON and is_part(rows[0], before, hearing.prompts):
        how = _go_on(hearing, said, before)
    else:
        how = _hear_said(hearing, said)
    if rest is not None:
        _stop(hearing, said)
        text_talks.end_talks(hearing.session, hearing.phone, STOPPED, said.received)
    hearing.moved = True
    _handled(hearing, rows, how)


def _stopped_before(hearing: Hearing, row: InboundMessage) -> bool:
    """Whether STOP came between the talk and this text: STOP overtakes others, and ends a talk where it came."""
    talk = hearing.talk
    return talk is not None and any(
        one.handled_as == HandledAs.STOP and one.id < row.id and talk.started_at < one.received_at
        for one in hearing.before
    )


def _hear_said(hearing: Hearing, said: Said) -> HandledAs:
    asked, talk = _question(hearing, said), _talk(hearing, said)
    if not (talk and talk.current and text_talks.asks_secret(talk.standing)) and not may_be_secret(said.text):
        said = said.without_secrets()
    free = talk is not None and talk.current and text_talks.asks_words(talk.standing)
    answers = asked is not None and question.read(asked, said.text).stops
    if not free and not answers and _may_be_a_stop(said.text):  # rather too often: an officer reads what else it says
        if asked is not None and (meant := _answers_beside(asked, said.text)):
            hearing.stale |= question.answer(hearing.session, hearing.phone, asked, said, meant, hearing.later)
            return _stopped(hearing, said, HandledAs.ANSWER)
        return _stopped(hearing, said, HandledAs.STOP if len(said.text.split()) <= _A_FEW_WORDS else HandledAs.TRIAGE)
    wanted = keyword(said.text)
    if wanted is not None and wanted.name != "answer" and not (talk and talk.current and _takes(talk, said.text)):
        return _keyword(hearing, said, wanted)
    for one in _by_newest(asked, talk):
        how = _answer(hearing, said, one) if isinstance(one, Question) else _answer_talk(hearing, said, one, asked)
        if how is not None:
            return how
    return _unasked(hearing, said, asked, talk)


# What stops as well.
_OF_LIFE = frozenset(("kontak", "kontrak", "kerja", "pungli", "korupsi", "bus", "lampu", "jualan"))


def _may_be_a_stop(text: str) -> bool:
    """Whether a text that begins or ends with STOP is not surely something else: "CEK STOP", "stop dulu ya pak"."""
    words = spoken(text).split()
    if not words or (words[0] not in STOPS and words[-1] not in STOPS) or not _OF_LIFE.isdisjoint(words):
        return False
    understood = understand(text)
    return not understood.sure or "stop" in (understood.meaning, *understood.also)


def _answers_beside(asked: Question, text: str) -> str:
    """What a text answers beside the STOP that it begins or ends with: "STOP saya tidak terdaftar"; "" for nothing."""
    words = text.split()
    rest = words[1:] if spoken(words[0]) in STOPS else words[:-1]
    read = question.read(asked, " ".join(rest)) if len(rest) > 1 else question.Read()
    return "" if read.grieves or read.others_word else read.option


def _stopped(hearing: Hearing, said: Said, how: HandledAs) -> HandledAs:
    """No more texts; what tells of an accident is a report all the same, and of a problem an officer's to read."""
    if urgency(said.text):
        hearing.stale |= text_talks.file_report(hearing.session, said, hearing.phone, said.text)
        how = HandledAs.REPORT
    elif how is HandledAs.STOP and kinds(" ".join(spelling.read(said.text).words)):
        how = HandledAs.TRIAGE
    _stop(hearing, said)
    text_talks.end_talks(hearing.session, hearing.phone, STOPPED, said.received)
    return how


def _question(hearing: Hearing, said: Said) -> Question | None:
    """The question that this text may answer. What was written before an answer does not take it back."""
    before_stop = _overtaken(hearing, said.first, lambda one: one.handled_as == HandledAs.STOP)
    asked = question.find(hearing.asked, hearing.people, said, hearing.prompts, before_stop=before_stop)
    if asked is None or (asked.corrects and _overtaken(hearing, said.first, asked.heard)):
        return None
    return asked


def _takes(talk: _Talk, text: str) -> bool:
    return text_talks.takes(talk.standing, text)


def _talk(hearing: Hearing, said: Said) -> _Talk | None:
    """The talk by text that this phone is in. Texts overtake one another: what was written before the last answer
    answers something else."""
    conversation = text_talks.while_it_lasts(hearing.talk, said.received)
    if conversation is None:
        return None
    prompt = hearing.prompts.answered_by(conversation.id, said.received)
    overtaken = _overtaken(hearing, said.first, lambda one: one.conversation_id == conversation.id)
    talking = text_talks.TextTalking(hearing.session, conversation, hearing.phone, said.received, NOBODY)
    standing = restore(conversation, talking.fresh_caller)
    current = prompt is not None and prompt.step == conversation.hops and not overtaken
    return _Talk(conversation, standing.talk, current, prompt.handed_at if prompt else conversation.started_at)


def _by_newest(asked: Question | None, talk: _Talk | None) -> list[Question | _Talk]:
    """What a text may answer, first what was asked last. A question that was answered comes behind an open talk."""
    if asked is None or talk is None:
        return [one for one in (asked, talk) if one is not None]
    first = talk.current and (asked.corrects or talk.handed_at >= asked.prompt.handed_at)
    return [talk, asked] if first else [asked, talk]


def _answer(hearing: Hearing, said: Said, asked: Question) -> HandledAs | None:
    """Take a text for the answer to our question; None when it says something else."""
    read = question.read(asked, said.text)
    if read.others_word:
        return _ask_for_the_own_word(hearing, said, asked)
    if not read.option:
        return None
    if read.stops:
        _stop(hearing, said)
    if read.grieves:  # first, since its receipt is the one reply
        hearing.stale |= text_talks.file_report(hearing.session, said, hearing.phone, said.text)
    hearing.stale |= question.answer(hearing.session, hearing.phone, asked, said, read.option, hearing.later)
    return HandledAs.REPORT if read.grieves else HandledAs.ANSWER


def _ask_for_the_own_word(hearing: Hearing, said: Said, asked: Question) -> HandledAs:
    """Somebody else speaks: an officer reads it, and the worker is asked for by name, once."""
    if not question.ask_back(hearing.session, hearing.phone, asked, said, OWN_WORD):
        _reply(hearing, said, "s5.received")
    return HandledAs.TRIAGE


def _answer_talk(hearing: Hearing, said: Said, talk: _Talk, asked: Question | None) -> HandledAs | None:
    """Take a text for the next answer of a talk; None when it is none of its options and may be something else."""
    if not talk.current:
        return None
    unreadable = text_talks.cannot_read(talk.standing, said.text)
    if unreadable and asked is not None and (read := question.read(asked, said.text)) and read.answers:
        return None
    urgent = urgency(said.text) and not text_talks.asks_who_may_know(talk.standing)
    if unreadable and text_talks.reports(talk.standing, talk.conversation) and not urgent:
        unreadable = _means(said.text) == "stop"  # words come last, once it is said who may know who reports
    if unreadable and (_is_for_somebody(hearing, said) or (asked is not None and asked.open)):
        return None
    hearing.stale |= text_talks.go_on(hearing.session, said, hearing.phone, talk.conversation)
    return HandledAs.ANSWER


def _is_for_somebody(hearing: Hearing, said: Said) -> bool:
    """Whether words that are none of a menu's ask for STOP, tell of a problem, or belong to a report."""
    return _means(said.text) in ("stop", "grievance") or _report_of(hearing, said) is not None


def _unasked(hearing: Hearing, said: Said, asked: Question | None, talk: _Talk | None) -> HandledAs:
    """What answers nothing of ours: a wish, a report, an unclear answer, or something for an officer."""
    means = _means(said.text)
    if means == "stop":
        return _stopped(hearing, said, HandledAs.STOP)
    if may_be_secret(said.text):  # a PIN or a NIK that comes late, or twice: nobody need read it
        said.empty()
        _reply(hearing, said, "s6.check")
        return HandledAs.UNCLEAR
    if talk is not None and not talk.current and text_talks.reports(talk.standing, talk.conversation):
        said.belongs_to(talk.conversation, talk.conversation.hops - 1)
        return HandledAs.EARLY  # who may know who reports is not said yet
    alone = bool(urgency(said.text)) and not _anonymous_just_made(hearing, said)  # an accident is a report of its own
    goes_on = asked is None or means == "grievance" or _goes_on_with(hearing, said)
    if not alone and goes_on and (how := _added(hearing, said)):
        return how
    if means == "grievance":
        hearing.stale |= text_talks.file_report(hearing.session, said, hearing.phone, said.text)
        return HandledAs.REPORT
    if talk is not None and not talk.current and len(spoken(said.text).split()) <= _A_FEW_WORDS:
        said.belongs_to(talk.conversation, talk.conversation.hops - 1)
        return HandledAs.EARLY
    if asked is not None and asked.open and question.ask_back(hearing.session, hearing.phone, asked, said, UNCLEAR):
        return HandledAs.TRIAGE if len(said.text.split()) > _A_FEW_WORDS else HandledAs.UNCLEAR
    wanted = keyword(said.text)
    if asked is None and wanted is not None and wanted.name == "answer":
        _reply(hearing, said, "s6.check")
        return HandledAs.KEYWORD
    _reply(hearing, said, "s5.received")
    return HandledAs.TRIAGE


def _means(text: str) -> str:
    """What a text says that is no option's own word; "other" when it cannot be told for sure."""
    understood = understand(text)
    means = understood.meaning if understood.sure else "other"
    return "grievance" if means == "other" and urgency(text) and "?" not in text else means


# --- the second part of a text that was heard already ---

_GOES_ON = frozenset(
    {
        HandledAs.ANSWER,
        HandledAs.REPORT,
        HandledAs.THREAD,
        HandledAs.UNCLEAR,
        HandledAs.TRIAGE,
        HandledAs.PART,
        HandledAs.KEYWORD,
    }
)


def _go_on(hearing: Hearing, said: Said, before: InboundMessage) -> HandledAs:
    """Words that go on with a text which was heard already: with its report, or read once more as one text."""
    if before.body is None:
        return _added(hearing, said, few=True) or _hear_said(hearing, said)
    asked = _question(hearing, said)
    if asked is None or before.conversation_id not in (None, asked.asked.id):
        return _hear_said(hearing, said)
    whole = Said(said.rows, f"{words_of(before)} {said.text}", said.written)
    read = question.read(asked, whole.text)
    if read.others_word:
        return _ask_for_the_own_word(hearing, whole, asked)
    if read.option and not read.grieves:
        if question.read(asked, words_of(before)).option != read.option or not asked.corrects:
            hearing.stale |= question.answer(hearing.session, hearing.phone, asked, whole, read.option, hearing.later)
        return HandledAs.PART
    if read.grieves or _means(whole.text) == "grievance":
        hearing.stale |= text_talks.file_report(hearing.session, whole, hearing.phone, whole.text)
        return HandledAs.REPORT
    return _hear_said(hearing, said)


# --- keywords ---


def _keyword(hearing: Hearing, said: Said, wanted: Keyword) -> HandledAs:
    """Do what a keyword asks for."""
    session, phone = hearing.session, hearing.phone
    if wanted.words and wanted.name == "report":
        # A keyword is looked for in the beginning alone; the text is emptied, so that its end must be filed as well.
        end = printable(said.text[len(said.text[:ANSWER_LENGTH].rstrip()) :])
        return _report(hearing, said, (wanted.words + end).rstrip())
    if wanted.words:
        hearing.stale |= text_talks.follow_report(session, said, phone, wanted.words)
    elif wanted.name == "help":
        _reply(hearing, said, "s10.help")
    elif wanted.name == "rules":
        _rules(hearing, said)
    elif wanted.name != "answer":
        hearing.stale |= text_talks.begin(session, said, phone, wanted.name)
    return HandledAs.KEYWORD


def _report(hearing: Hearing, said: Said, words: str) -> HandledAs:
    """LAPOR with words; within minutes of an anonymous report they belong to it, or they would name who made it."""
    understood = understand(words)
    stops = understood.sure and understood.meaning == "stop"
    if stops and not kinds(" ".join(spelling.read(words).words)):
        return _stopped(hearing, said, HandledAs.STOP)
    if stops:
        _stop(hearing, said)
    if _anonymous_just_made(hearing, said):
        return _added(hearing, replace(said, text=words), few=True) or HandledAs.KEYWORD
    hearing.stale |= text_talks.file_report(hearing.session, said, hearing.phone, words)
    return HandledAs.KEYWORD


def _anonymous_just_made(hearing: Hearing, said: Said) -> bool:
    made = text_talks.report_just_made(hearing.session, hearing.phone, said.received)
    return made is not None and hearing.session.get_one(Grievance, made).identity == ANONYMOUS


def _rules(hearing: Hearing, said: Said) -> None:
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


# --- words for a report ---


def _added(hearing: Hearing, said: Said, *, few: bool = False) -> HandledAs | None:
    """Put words into the thread of the report they belong to; of an anonymous one nothing leads back to the phone."""
    held = _report_of(hearing, said, few=few)
    if held is None:
        return None
    thread.add_words(
        hearing.session,
        held,
        said.text,
        by="reporter",
        channel="sms",
        inbound=f"message:{said.first.id}",
        now=said.received,
    )
    said.empty()
    report = hearing.session.get_one(Grievance, held)
    if report.identity == "normal" and not report.restricted:
        shown = {"case": report.number}
        say_ending(hearing.session, hearing.phone, "c28.added", shown, cause=said.cause, now=said.received)
    else:  # a phone is shared: the number of what was told in confidence is not sent again
        _reply(hearing, said, "s5.received")
    return HandledAs.ANSWER if report.identity == ANONYMOUS else HandledAs.THREAD


def _goes_on_with(hearing: Hearing, said: Said) -> bool:
    """Whether a report was made on this phone minutes ago."""
    return text_talks.report_just_made(hearing.session, hearing.phone, said.received) is not None


def _report_of(hearing: Hearing, said: Said, *, few: bool = False) -> int | None:
    """The report that words belong to: the one made on this phone minutes ago, else the one open one that it made.

    "terima kasih" adds nothing, and of several open ones nobody could tell which. But a `few` words that go on with a
    text of that report belong to it.
    """
    if len(said.text.split()) <= _A_FEW_WORDS and not few:
        return None
    made = text_talks.report_just_made(hearing.session, hearing.phone, said.received)
    if made is not None or few:
        return made
    open_reports = thread.open_reports_of(hearing.session, hearing.phone)
    return open_reports[0] if len(open_reports) == 1 else None


def _reply(hearing: Hearing, said: Said, screen: str) -> None:
    write(hearing.session, hearing.phone, screen, purpose=Purpose.REPLY, cause=said.cause, now=said.received)
