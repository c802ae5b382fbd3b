"""Texts that answer no question of ours: put to a report, answered, made a report, or set aside with a reason.

Each is dealt with once. What goes into a report is kept there alone; nobody need read the number to answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from flows import gsm
from flows.conversation import one_line
from flows.references import read_reference
from verify_service.grievances.acting import Acting
from verify_service.grievances.notify import RECEIPT_SCREENS, sensitive
from verify_service.grievances.numbers import full_number
from verify_service.grievances.opening import ANONYMOUS, NewGrievance, open_grievance
from verify_service.grievances.states import CLOSED, GrievanceState
from verify_service.grievances.thread import add_words, open_grievances_of
from verify_service.grievances.visibility import seen_by
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import AuditEntry, Grievance, InboundMessage, Phone, PhoneLink
from verify_service.messaging.compose import write
from verify_service.messaging.consent import known_phone_of, phone_of
from verify_service.messaging.inbox import empty_message
from verify_service.messaging.outbox import Purpose, queue_text, unreachable, unwanted_by

REPLY_SEPTETS: Final = 306  # two parts of an SMS
REPLY_SCREEN: Final = "reply"  # words of an officer, not of the catalogue
DISMISSED: Final = ("wrong_number", "thanks", "spam", "unreadable", "by_phone")
IDENTITIES: Final = ("secret", "normal")
URGENCIES: Final = ("", "accident", "death")
_KEPT: Final = or_(InboundMessage.handled_as == "triage", InboundMessage.quarantined.is_not(None))  # for a person
_WAITING: Final = (_KEPT, InboundMessage.settled_at.is_(None))


class Unsettled(StrEnum):
    """Why a text was not dealt with; the page says what to do next."""

    UNKNOWN = "unknown"  # there is none, or it waits for nobody
    TAKEN = "taken"  # somebody else was quicker
    NO_CASE = "no_case"  # no report with this number that this account may see
    CLOSED = "closed"  # the report is over
    ANONYMOUS = "anonymous"  # a number beside an anonymous report would lead to its reporter
    NO_WORDS = "no_words"  # there is nothing to put anywhere
    EMPTY = "empty"  # the reply has no words
    TOO_LONG = "too_long"
    NO_ANSWER = "no_answer"  # no text of ours goes to this number
    CHOICE = "choice"  # something from a list is missing


def waiting(session: Session) -> int:
    """How many texts wait for an officer."""
    return session.scalar(select(func.count()).select_from(InboundMessage).where(*_WAITING)) or 0


def longest_waiting(session: Session, *, first: int, most: int) -> Sequence[InboundMessage]:
    """A page of the texts that wait for an officer, the oldest first: they have waited longest."""
    wanted = select(InboundMessage).where(*_WAITING).order_by(InboundMessage.id)
    return session.scalars(wanted.offset(first).limit(most)).all()


def masked_sender(message: InboundMessage) -> str:
    """Who wrote, as far as a page tells before somebody has a reason to know; not once a report says so."""
    if in_a_report(message):
        return "–"
    number = sender_of(message)
    if number is not None:
        return number.masked
    raw = unseal_or_blank(message.sender, "inbound_message.sender")
    return f"{raw[:3]}***" if raw else "–"


def read(acting: Acting, number: int) -> InboundMessage | None:
    """A text whose page an officer opens, which the trail keeps; None for one that was handled."""
    held = find(acting.session, number)
    if held is not None:
        acting.record("text read", f"message:{number}")
    return held


def find(session: Session, number: int, *, lock: bool = False) -> InboundMessage | None:
    """A text that was kept for a person; None for one that was handled."""
    wanted = select(InboundMessage).where(InboundMessage.id == number, _KEPT)
    if lock:  # as it is once the lock is held, whatever was read before
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def sender_of(message: InboundMessage) -> Number | None:
    """Who wrote, where it is a phone; None for a name, a short code, or what cannot be read."""
    read = read_gateway_phone(unseal_or_blank(message.sender, "inbound_message.sender"))
    return read if isinstance(read, Number) else None


def words_of(message: InboundMessage) -> str:
    """What was written; nothing where it was put into a report, or cannot be read."""
    return unseal_or_blank(message.body, "inbound_message.body")


def in_a_report(message: InboundMessage) -> bool:
    """Whether its words are in a report by now: who wrote is that report's affair, and opened there, with a reason."""
    return message.settled_at is not None and message.body is None


def answerable(session: Session, message: InboundMessage) -> bool:
    """Whether a reply would go: not abroad, not to a short code, not to whoever wants no text at all."""
    number = sender_of(message)
    if number is None or not number.indonesian or unreachable(number.e164) is not None:
        return False
    held = known_phone_of(session, number)
    phone = session.get(Phone, held) if held is not None else None
    return phone is None or unwanted_by(phone.refused_at, phone.stopped_at, Purpose.REPLY) is None


def suggested(acting: Acting, message: InboundMessage) -> Sequence[Grievance]:
    """The open reports that this phone made by name and this account may see, the newest first.

    One that was told in confidence would show beside the number who told it: whoever has its own number may enter that.
    """
    number = sender_of(message)
    held = known_phone_of(acting.session, number) if number is not None else None
    if held is None:
        return []
    open_ones = [one.id for one in open_grievances_of(acting.session, acting.session.get_one(Phone, held))]
    wanted = select(Grievance).where(
        Grievance.id.in_(open_ones), Grievance.identity == "normal", seen_by(acting.viewer)
    )
    return acting.session.scalars(wanted.order_by(Grievance.id.desc())).all()


def _take(session: Session, number: int) -> InboundMessage | Unsettled:
    message = find(session, number, lock=True)
    if message is None:
        return Unsettled.UNKNOWN
    return message if message.settled_at is None else Unsettled.TAKEN


def attach(acting: Acting, number: int, case: str) -> Unsettled | None:
    """Put the words into the thread of an open report; they are kept there alone."""
    message = _take(acting.session, number)
    if isinstance(message, Unsettled):
        return message
    report = _report(acting, case)
    if isinstance(report, Unsettled):
        return report
    words = words_of(message)
    if not words.strip():
        return Unsettled.NO_WORDS
    phone = _phone(acting.session, message)
    own = phone is not None and report.phone_id == phone.id
    by = "reporter" if own else "somebody with the number"
    from_text = f"message:{message.id}"
    add_words(acting.session, report.id, words, by=by, channel="sms", inbound=from_text, now=message.received_at)
    empty_message(message)
    _settle(acting, message, "text attached", case=report.id)
    return None


def _report(acting: Acting, case: str) -> Grievance | Unsettled:
    body = read_reference(case)
    seen = select(Grievance).where(Grievance.number == full_number(body or ""), seen_by(acting.viewer))
    report = acting.session.scalar(seen) if body is not None else None
    if report is None:
        return Unsettled.NO_CASE
    if report.identity == ANONYMOUS:
        return Unsettled.ANONYMOUS
    return Unsettled.CLOSED if GrievanceState(report.state) in CLOSED else report


def reply(acting: Acting, number: int, words: str) -> Unsettled | None:
    """Answer in words of the officer's own, once; the number need not be known for it."""
    message = _take(acting.session, number)
    if isinstance(message, Unsettled):
        return message
    said = one_line(words)
    if not said:
        return Unsettled.EMPTY
    body = f"{programme().brand}: {said}"
    if gsm.septets(body) > REPLY_SEPTETS:
        return Unsettled.TOO_LONG
    phone = _phone(acting.session, message) if answerable(acting.session, message) else None
    if phone is None:
        return Unsettled.NO_ANSWER
    cause = f"message:{message.id}:officer"
    sent = queue_text(
        acting.session,
        phone_id=phone.id,
        screen=REPLY_SCREEN,
        body=body,
        purpose=Purpose.REPLY,
        cause=cause,
        now=acting.now,
    )
    if sent is None:
        return Unsettled.NO_ANSWER
    _settle(acting, message, "text answered", text=sent)
    return None


def make_case(acting: Acting, number: int, category: str, identity: str, urgency: str) -> Grievance | Unsettled:
    """Open a report with these words, in the name of the phone they came from, which gets its receipt."""
    message = _take(acting.session, number)
    if isinstance(message, Unsettled):
        return message
    if category not in programme().categories or identity not in IDENTITIES or urgency not in URGENCIES:
        return Unsettled.CHOICE
    words = words_of(message)
    if not words.strip():
        return Unsettled.NO_WORDS
    phone = _phone(acting.session, message)
    told = NewGrievance(
        category,
        "report",
        "sms",
        f"message:{message.id}",
        words=words,
        identity=identity,
        urgency=urgency,
        language=phone.language if phone else None,
        phone_id=phone.id if phone else None,
        worker_id=_only_worker(acting.session, phone),
    )
    made = open_grievance(acting.session, told, now=message.received_at)
    if phone is not None:
        shown = {"case": made.number, "days": str(made.days)}
        cause = f"report:{made.id}:received"
        secret = sensitive(acting.session.get_one(Grievance, made.id))
        write(
            acting.session,
            phone,
            RECEIPT_SCREENS["secret" if secret else identity],
            shown,
            purpose=Purpose.CASE,
            cause=cause,
            now=acting.now,
        )
    empty_message(message)
    _settle(acting, message, "text made a report", case=made.id)
    return acting.session.get_one(Grievance, made.id)


def _only_worker(session: Session, phone: Phone | None) -> int | None:
    """The worker whom this phone answers for, where it is one alone."""
    if phone is None:
        return None
    linked = select(PhoneLink.worker_id).where(PhoneLink.phone_id == phone.id, PhoneLink.unlinked_at.is_(None))
    workers = session.scalars(linked.limit(2)).all()
    return workers[0] if len(workers) == 1 else None


def dismiss(acting: Acting, number: int, reason: str) -> Unsettled | None:
    """There is nothing to do about it, or it was done by a call; the reason is kept."""
    message = _take(acting.session, number)
    if isinstance(message, Unsettled):
        return message
    if reason not in DISMISSED:
        return Unsettled.CHOICE
    _settle(acting, message, "text set aside", reason=reason)
    return None


def look_at_number(acting: Acting, number: int, reason: str) -> str | Unsettled:
    """The number in clear, for whoever has to call: with a reason, and the trail keeps that it was looked at."""
    message = find(acting.session, number)
    if message is None:
        return Unsettled.UNKNOWN
    if in_a_report(message):
        return Unsettled.TAKEN
    if reason not in ("call", "not_ours"):
        return Unsettled.CHOICE
    acting.record("identity looked at", f"message:{number}", reason=reason)
    read = sender_of(message)
    return read.e164 if read is not None else unseal_or_blank(message.sender, "inbound_message.sender")


def _phone(session: Session, message: InboundMessage) -> Phone | None:
    number = sender_of(message)
    if number is None:
        return None
    return session.get_one(Phone, phone_of(session, number, now=message.received_at))


def _settle(acting: Acting, message: InboundMessage, action: str, **detail: int | str) -> None:
    message.settled_at, message.settled_by = acting.now, acting.by
    acting.session.flush()
    acting.record(action, f"message:{message.id}", **detail)


def dealt_with(session: Session, message: InboundMessage) -> tuple[str, dt.datetime] | None:
    """What was done about it, as the trail names it, and when; None while it waits."""
    if message.settled_at is None:
        return None
    done = select(AuditEntry.action).where(
        AuditEntry.object == f"message:{message.id}", AuditEntry.at == message.settled_at
    )
    return session.scalars(done.order_by(AuditEntry.id.desc()).limit(1)).first() or "", message.settled_at
