"""What a talk about a report changes: it is filed, followed, and said to be solved or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import bindparam, select
from sqlalchemy import text as sql

from flows import outcomes as said
from flows import reading
from flows.caller import Caller, Concern, GrievanceStatus
from flows.conversation import Outcome, one_line
from flows.gsm import septets
from verify_service.conversations import lately
from verify_service.conversations.context import Context, Next, Over
from verify_service.conversations.nameless import nameless
from verify_service.conversations.prompts import prompts_of
from verify_service.conversations.tries import number_tries, numbers_tried
from verify_service.grievances import thread
from verify_service.grievances.clock import days_allowed
from verify_service.grievances.notify import RECEIPT_SCREENS
from verify_service.grievances.opening import ANONYMOUS, NewGrievance, Opened, Spoken, filed_under, note, open_grievance
from verify_service.ground.crypto import keyed_hash, unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance
from verify_service.ground.working_days import short_date
from verify_service.messaging.compose import write
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.outbox import Purpose

OUTCOMES = (
    said.FileGrievance,
    said.SetContact,
    said.OpenGrievances,
    said.ChoseGrievance,
    said.FindGrievance,
    said.GrievanceSays,
    said.TellMore,
    said.StopReminders,
    said.AskForData,
)
PART_SEPTETS = 84  # as wide as {part} is declared
ANONYMOUS_RECEIPT = "c30.anonymous_receipt"
_FOR_CONTACT = dt.timedelta(minutes=3)  # so long the receipt waits for the answer to how they want to be reached

# What a worker says on the way that is a report of its own: (category, origin, who may know).
_OPENS = {
    ("asks_officer", ""): ("not_active", "cover", "normal"),
    ("asked_money", "yes"): ("asked_money", "money", "secret"),
    ("not_me", ""): ("wrong_data", "not_me", "secret"),
}


def apply(context: Context, outcome: Outcome) -> Next | Over:
    """Do what the reporter meant."""
    match outcome:
        case said.FileGrievance():
            return _file(context, outcome)
        case said.SetContact(contact):
            return _contact(context, contact)
        case said.OpenGrievances():
            return _reports(context)
        case said.ChoseGrievance(number):
            return _follow(context, number.rpartition("-")[2])
        case said.FindGrievance(number):
            if numbers_tried(context) >= programme().reports.number_tries_per_day:
                return Over("c31.too_many")  # for a right one too, or the next guess would be free
            return _follow(context, number)
        case said.GrievanceSays(mark):
            return _says(context, mark)
        case said.TellMore(words):
            return _tells_more(context, words)
        case said.StopReminders():
            stop_phone(context.session, context.phone.id, context.now)
            return Over("a12.stopped")
        case said.AskForData(wish):
            opened = _open(context, "data", "data", "normal", what=wish, once=_same_wish(context, wish))
            return Over("a16.data_asked", {"case": opened.number})
    raise AssertionError(f"no use case for {type(outcome).__name__}")


def is_report(outcome: said.WorkerSays) -> bool:
    """Whether this statement of a worker opens a report."""
    return outcome.statement == "wrong_field" or (outcome.statement, outcome.detail) in _OPENS


def report_said(context: Context, outcome: said.WorkerSays, worker_id: int) -> Next:
    """A statement that somebody must act on: it opens a report, whose number is shown before the talk goes on."""
    if outcome.statement == "wrong_field":
        category, origin, identity = "wrong_data", "wrong_data", "normal"
    else:
        category, origin, identity = _OPENS[outcome.statement, outcome.detail]
    once = f"{origin}:worker:{worker_id}:{outcome.detail}"
    opened = _open(context, category, origin, identity, what=outcome.detail, once=once, worker_id=worker_id)
    if outcome.statement == "not_me":  # whoever has this number now is told nothing of that worker's report
        return Next(outcome.then or "main", context.caller)
    if identity == "normal" and opened.new:
        _acknowledge(context, opened)
    shown = GrievanceStatus(opened.number, days=str(opened.days), secret=identity != "normal")
    return Next("noted", about(context.caller, report=shown, then=outcome.then))


def about(caller: Caller, **concern: Any) -> Caller:
    """The caller, with what the talk is about now."""
    return replace(caller, concern=Concern(**concern))


def _open(
    context: Context,
    category: str,
    origin: str,
    identity: str,
    *,
    words: str = "",
    what: str = "",
    once: str = "",
    urgency: str = "",
    whose: str = "",
    worker_id: int | None = None,
) -> Opened:
    person = context.caller.person
    report = NewGrievance(
        category,
        origin,
        context.channel,
        context.inbound,
        words=words,
        identity=identity,
        urgency=urgency,
        about=whose,
        what=what,
        once=once,
        language=context.phone.language,
        phone_id=context.phone.id,
        worker_id=worker_id if worker_id is not None else person.worker if person else None,
    )
    return open_grievance(context.session, report, now=context.now)


def _file(context: Context, filed: said.FileGrievance) -> Next | Over:
    """The report is stored before anything else is asked; an anonymous one gets its number and nothing more."""
    if filed.identity == ANONYMOUS:
        filed = replace(filed, words=nameless(context.session, context.phone, filed.words))
    told, since = _told_before(context, filed), None
    if told is not None and told.identity != ANONYMOUS:  # the same words behind a notice object to it
        since = prompts_of(context.session, [context.phone.id])[context.phone.id].notice
    if (told is not None and since is not None and told.opened_at < since) or (
        told is None and (told := _told_at_another_door(context, filed)) is not None
    ):
        again = Spoken("reporter", context.channel, context.now, filed.words, context.inbound)
        note(context.session, told, "repeated", again)  # news for its officer, and an objection where one can be made
    if told is not None:
        context.filed = told.id
        if reading.spoken(unseal_or_blank(told.words, "grievance.words")) != reading.spoken(filed.words):
            inbound, now = context.inbound, context.now
            thread.add_words(
                context.session, told.id, filed.words, by="reporter", channel=context.channel, inbound=inbound, now=now
            )
        days = str(days_allowed(programme().categories[told.category], urgent=told.urgency is not None))
        if told.identity == ANONYMOUS:
            return Over(ANONYMOUS_RECEIPT, {"case": told.number, "days": days})
        report = GrievanceStatus(told.number, due=short_date(told.due_on), days=days)
        return Next("contact", about(context.caller, report=report))
    opened = _open(
        context,
        filed.category,
        "report",
        filed.identity,
        words=filed.words,
        urgency=filed.urgency,
        whose=filed.about,
        once=_same_words(context, filed),
    )
    context.filed = opened.id
    shown = {"case": opened.number, "days": str(opened.days)}
    if filed.identity == "anonymous":
        return Over(ANONYMOUS_RECEIPT, shown)
    if filed.urgency:
        _acknowledge(context, opened)
        return Over("c25.urgent_receipt", shown)
    _acknowledge(context, opened, filed.identity, not_before=context.now + _FOR_CONTACT)
    report = GrievanceStatus(opened.number, due=short_date(opened.due_on), days=str(opened.days))
    return Next("contact", about(context.caller, report=report))


def _told_before(context: Context, filed: said.FileGrievance) -> Grievance | None:
    """The report that this phone made minutes ago in the same words: its last screen was lost on the way, or the call
    broke off before the words, and they came by text: then in nearly the same words, once it is taken up again.

    Of one by name or in confidence that was filed by its category, `once` says so; here only of a text, which had none.
    """
    unnamed, words = filed.identity == ANONYMOUS, reading.spoken(filed.words)
    kept_as = filed_under(filed.category, filed.about)
    if (begun := _begun_before(context, filed, kept_as)) is not None:
        return begun
    for made in lately.grievances_just_made(context.session, context.phone, context.now):
        report = context.session.get_one(Grievance, made)
        told = reading.spoken(unseal_or_blank(report.words, "grievance.words"))
        by_text = report.category == "other" and report.channel == "sms"
        taken_up = by_text and context.conversation.resumes_id is not None
        same = told == words or (taken_up and fuzz.token_set_ratio(told, words) >= _NEARLY)
        alike = by_text or (unnamed and (report.category, report.about or "") == kept_as)
        if same and alike and (report.identity == ANONYMOUS) == unnamed:
            return report
    return None


_NEARLY = 80  # of 100: what is told once more behind a call that broke off is told in nearly the same words

_TOLD_LATELY = (
    select(Grievance)
    .where(
        Grievance.phone_id == bindparam("phone"),
        Grievance.closed_at.is_(None),
        Grievance.urgency.is_(None),
        Grievance.origin == "report",
        Grievance.opened_at >= bindparam("since"),
    )
    .order_by(Grievance.id.desc())
)
_BROKEN_OFF = _TOLD_LATELY.where(Grievance.contact.is_(None))


def _begun_before(context: Context, filed: said.FileGrievance, kept_as: tuple[str, str]) -> Grievance | None:
    """The report in the same category whose talk broke off behind its words, the last hour: who starts again tells the
    same, in these words or others, and was never shown that number."""
    if filed.identity == ANONYMOUS or filed.urgency:
        return None
    since = context.now - dt.timedelta(minutes=programme().sessions.resume_minutes)
    worker = context.caller.person.worker if context.caller.person else None
    for report in context.session.scalars(_BROKEN_OFF, {"phone": context.phone.id, "since": since}):
        same = (report.category, report.about or "", report.identity, report.worker_id)
        again = reading.spoken(unseal_or_blank(report.words, "grievance.words")) == reading.spoken(filed.words)
        if same == (*kept_as, filed.identity, worker) and not again:  # the same words are known by `once`
            return report
    return None


_A_SENTENCE = 3  # words


def _told_at_another_door(context: Context, filed: said.FileGrievance) -> Grievance | None:
    """The open report of this phone and day in the very same words, by text or by call, whatever kind it was filed as:
    who tells a thing by LAPOR and then in the menu has told of one thing.

    Not where it is about somebody else's conduct, or in confidence this time: that decides who may read it.
    """
    words = reading.spoken(filed.words)
    if filed.identity == ANONYMOUS or filed.urgency or len(words.split()) < _A_SENTENCE:
        return None
    kept_as = filed_under(filed.category, filed.about)
    by_default = context.message is not None and filed.category == "other" and not filed.about
    since = context.now - dt.timedelta(hours=programme().texting.talk_hours)
    worker = context.caller.person.worker if context.caller.person else None
    for report in context.session.scalars(_TOLD_LATELY, {"phone": context.phone.id, "since": since}):
        as_open = filed.identity == "normal" or report.identity == filed.identity or by_default
        same_person = worker is None or report.worker_id in (None, worker)
        if not as_open or not same_person or (filed.about or report.about or "") != (report.about or ""):
            continue
        if (report.category, report.about or "", report.identity) == (*kept_as, filed.identity):
            continue  # of its own kind: `once` knows it
        if reading.spoken(unseal_or_blank(report.words, "grievance.words")) == words:
            return report
    return None


def _same_words(context: Context, filed: said.FileGrievance) -> str:
    """Who tells the same once more, because the line dropped or nobody came, has told of one thing.

    Told of somebody, or in confidence this time, it is another: who may read the first one was decided without that.
    """
    if filed.identity == "anonymous":
        return ""
    told = (filed.category, filed.about, filed.identity, filed.urgency, reading.spoken(filed.words))
    words = keyed_hash("\0".join(told), "report.words").hex()
    return f"report:phone:{context.phone.id}:{words}"


def _same_wish(context: Context, wish: str) -> str:
    """One person asks for one thing once; the others on a family's phone ask for themselves."""
    person = context.caller.person
    whose = f":worker:{person.worker}" if person else ""
    return f"data:{wish}:phone:{context.phone.id}{whose}"


def _acknowledge(
    context: Context, opened: Opened, identity: str = "normal", not_before: dt.datetime | None = None
) -> None:
    """A text with the number, for whoever was cut off before it was on the screen; its words tell nobody anything."""
    if context.message is not None and not_before is None:
        return  # the answer to their own text has it
    write(
        context.session,
        context.phone,
        RECEIPT_SCREENS[identity],
        {"case": opened.number, "days": str(opened.days)},
        purpose=Purpose.CASE,
        cause=_receipt_of(opened.id),
        now=context.now,
        not_before=not_before,
    )


def _receipt_of(grievance_id: int) -> str:
    return f"report:{grievance_id}:received"


_AT_ONCE = sql("UPDATE outbox SET due_at = :now WHERE cause = :cause AND state = 'waiting' AND due_at > :now")
_NOT_AT_ALL = sql("UPDATE outbox SET state = 'cancelled', reason = :why WHERE cause = :cause AND state = 'waiting'")


def _contact(context: Context, contact: str) -> Over:
    """How the reporter may be reached; who wants no texts gets no receipt by text either."""
    report = context.caller.concern.report if context.caller.concern else None
    known = report and context.session.scalar(
        select(Grievance).where(Grievance.number == report.number, Grievance.phone_id == context.phone.id)
    )
    if not report or not known:
        return Over("a6.end")
    thread.set_contact(context.session, known.id, contact)
    cause = {"cause": _receipt_of(known.id)}
    if contact == "none" or context.message is not None:  # the answer to their own text has it
        why = "wants none" if contact == "none" else "answered"
        context.session.execute(_NOT_AT_ALL, cause | {"why": why})
    else:
        context.session.execute(_AT_ONCE, cause | {"now": context.now})
    return Over("c9.receipt", {"case": report.number, "days": report.days})


def _reports(context: Context) -> Next:
    """The reports of this phone that may be listed; else the number is asked for."""
    listed = thread.listed_on(context.session, context.phone)
    if not listed:
        return Next("ask_report", context.caller)
    return Next("my_reports", about(context.caller, reports=tuple(listed)))


def _follow(context: Context, body: str) -> Next | Over:
    """What a number leads to; a wrong one is counted, so that nobody finds one by trying."""
    held = thread.find(context.session, body, context.phone)
    if held is None:
        number_tries(context)
        return Next("report_unknown", context.caller)
    if held.anonymous:  # what is told next is of it, and must name nobody
        context.filed = held.id
    shown = GrievanceStatus(
        held.number,
        held.state,
        due=short_date(held.due_on),
        over=held.over,
        secret=held.secret,
        proposal=held.proposal,
        answer=screenfuls(held.answer),
        asked=screenfuls(held.asked),
    )
    return Next("report_status", about(context.caller, report=shown))


def screenfuls(words: str) -> tuple[str, ...]:
    """What an officer wrote, cut between words into what one screen shows beside its number."""
    parts: list[str] = []
    for word in one_line(words).split():
        joined = f"{parts[-1]} {word}" if parts else word
        if parts and septets(joined) <= PART_SEPTETS:
            parts[-1] = joined
        else:
            parts += _cut(word)
    return tuple(parts)


def _cut(word: str) -> list[str]:
    """A word that fills a screen alone, in pieces; each of its letters may count two."""
    half = PART_SEPTETS // 2
    return [word] if septets(word) <= PART_SEPTETS else [word[at : at + half] for at in range(0, len(word), half)]


def _tells_more(context: Context, words: str) -> Over:
    """The reporter answers what an officer asked: the clock goes on, and the officer reads it."""
    report = context.caller.concern.report if context.caller.concern else None
    held = report and thread.find(context.session, report.number.rpartition("-")[2], context.phone)
    if not held or held.proposal:
        return Over("a6.end")
    thread.add_words(
        context.session,
        held.id,
        nameless(context.session, context.phone, words) if held.anonymous else words,
        by="reporter" if held.own and not held.joined else "somebody with the number",
        channel=context.channel,
        inbound=context.inbound,
        now=context.now,
    )
    return Over("c28.added", {"case": held.number})


def _says(context: Context, said_of_it: str) -> Next | Over:
    """What the reporter says of the report this talk is about."""
    report = context.caller.concern.report if context.caller.concern else None
    held = report and thread.find(context.session, report.number.rpartition("-")[2], context.phone)
    if not held or held.proposal:
        return Next("ask_report", context.caller)
    state = thread.mark(
        context.session,
        held,
        said_of_it,
        channel=context.channel,
        inbound=context.inbound,
        now=context.now,
        phone=context.phone,
    )
    if said_of_it == "supervisor":
        return Over("c12.external", {"case": held.number})
    weighed = (said_of_it == "still" and state == "rejected") or (said_of_it == "solved" and held.joined)
    if not held.own or weighed:  # an officer weighs it; it is not open again
        return Over("c28.added", {"case": held.number})
    if said_of_it == "solved":
        return Over("c27.solved", {"case": held.number})
    return Over("c26.still", {"case": held.number, "date": short_date(held.due_on)})
