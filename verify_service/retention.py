"""Letting go of what is no longer needed, so that it cannot be read by anybody later: how talks went, the words of
texts, who said what in a report that is long closed, whom the files of old months named. Figures stay."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CursorResult, Date, Select, and_, delete, func, literal_column, or_, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from verify_service import audit
from verify_service.conversations.by_message import SOLVED
from verify_service.grievances.steps import CLOCK
from verify_service.ground.programme import programme
from verify_service.ground.tables import (
    BEFORE,
    NEWEST_PERIOD,
    Ask,
    AskPerson,
    CodeGuess,
    Conversation,
    DeliveryNotice,
    FileImport,
    Grievance,
    GrievanceEvent,
    ImportLine,
    ImportProblem,
    InboundMessage,
    InsurerRecord,
    LinkTry,
    LookUp,
    NumberTry,
    OptOutNotice,
    OutboxMessage,
    Payment,
    SessionEnd,
    SignInAttempt,
)
from verify_service.messaging.outbox import OutboxState, Purpose

SCREENS_KEPT = dt.timedelta(hours=24)  # far longer than any gateway repeats a hop, far shorter than anybody's memory
SCREENS_KEPT_AFTER_THE_END = dt.timedelta(minutes=15)  # the number of an anonymous report stands on one of them
A_REPORT = "c"  # what is left of any screen of a talk about a report
COUNTS_KEPT = dt.timedelta(days=2)
GUESSES_KEPT = dt.timedelta(days=30)  # wrong codes for one NIK
WORDS_KNOWN = dt.timedelta(hours=24)  # for so long a network may bring a text once more
# What waits for a person is kept until one has dealt with it: nothing is emptied unread.
_WAS_READ = or_(
    InboundMessage.settled_at.is_not(None),
    and_(
        InboundMessage.handled_at.is_not(None),
        InboundMessage.quarantined.is_(None),
        InboundMessage.handled_as.is_distinct_from("triage"),
    ),
)


# PostgreSQL keeps with each row which transaction wrote it and where it lies among others. Rows of an anonymous report
# are written once more, all of a week at once: then neither tells which hop or text they came with, nor between which
# others. Their place in the trail is taken a day later, by chance, for the same reason.
_APART = tuple(
    text(statement)
    for statement in (
        "UPDATE grievance SET number = number WHERE identity = 'anonymous' AND opened_at >= :since",
        """UPDATE grievance_event said SET words = said.words FROM grievance report
           WHERE report.id = said.grievance_id AND report.identity = 'anonymous' AND said.at >= :since
             AND said.by NOT LIKE 'officer:%'""",
        """UPDATE reference SET kind = kind WHERE number IN (
               SELECT number FROM grievance WHERE identity = 'anonymous' AND opened_at >= :since)""",
    )
)
_TRAIL = text(
    """
INSERT INTO audit (at, actor, action, object, detail)
SELECT report.opened_at, 'anonymous', 'report opened', 'grievance:' || report.id, '{}' FROM grievance report
WHERE report.identity = 'anonymous' AND report.opened_at < :today
  AND NOT EXISTS (SELECT 1 FROM audit WHERE object = 'grievance:' || report.id AND action = 'report opened')
ORDER BY random()
"""
)
_DAYS_APART = dt.timedelta(days=7)  # longer than a service is ever down


def part_anonymous(session: Session, *, now: dt.datetime) -> None:
    """Take away what in the tables themselves leads from an anonymous report to the call it came in.

    In a transaction of its own, or it would lead to whatever else was written in that one.
    """
    today = dt.datetime.combine(now.astimezone(programme().zone).date(), dt.time(), programme().zone)
    for rewrite in _APART:
        session.execute(rewrite, {"since": today - _DAYS_APART})
    session.execute(_TRAIL, {"today": today})


def _over_for_long(now: dt.datetime) -> Select[int]:
    """Talks by text whose end is past, and of which nothing more can be answered."""
    return select(Conversation.id).where(
        Conversation.channel == "talk", Conversation.ended_at < now - SCREENS_KEPT_AFTER_THE_END
    )


def _left_for_long(now: dt.datetime) -> Select[int]:
    """Talks by text on the way to a report that nobody went on with."""
    return select(Conversation.id).where(
        Conversation.channel == "talk",
        Conversation.ended_at.is_(None),
        Conversation.session.endswith(":report"),
        Conversation.touched_at < now - dt.timedelta(hours=programme().texting.talk_hours),
    )


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Empty the screens and answers of old talks and the words of old texts, and drop conversations past their
    retention; returns rows changed.

    Evidence is untouched: it holds what was said, not how the talk went.
    """
    held = or_(Conversation.screen.is_not(None), Conversation.talk.is_not(None))
    emptied = session.execute(
        update(Conversation)
        .where(held)
        .where(
            or_(
                and_(Conversation.touched_at < now - SCREENS_KEPT, ~Conversation.session.startswith(SOLVED)),
                Conversation.touched_at < now - dt.timedelta(days=2 * programme().sla.close_days),
                Conversation.ended_at < now - SCREENS_KEPT_AFTER_THE_END,
            )
        )
        .values(screen=None, talk=None, heard_hash=None)
    )
    past = now - dt.timedelta(days=programme().retention.ussd_conversations)
    gone = [
        session.execute(delete(Conversation).where(Conversation.touched_at < past)),
        session.execute(delete(SessionEnd).where(SessionEnd.received_at < past)),
        session.execute(delete(LinkTry).where(LinkTry.day < (now - COUNTS_KEPT).date())),
        session.execute(delete(CodeGuess).where(CodeGuess.not_before < func.now() - GUESSES_KEPT)),
        session.execute(delete(LookUp).where(LookUp.day < (now - COUNTS_KEPT).date())),
        session.execute(delete(NumberTry).where(NumberTry.day < (now - COUNTS_KEPT).date())),
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - COUNTS_KEPT)),
    ]
    texts = now - dt.timedelta(days=programme().retention.sms_texts)
    over = select(Ask.id).where(Ask.ended_at < texts)
    gone += [
        session.execute(delete(AskPerson).where(AskPerson.ask_id.in_(over))),  # whom it was: the counts stay
        session.execute(
            update(InboundMessage)
            .where(InboundMessage.received_at < texts, InboundMessage.sender.is_not(None), _WAS_READ)
            .values(body=None, sender=None, raw=None)
        ),
        session.execute(
            update(InboundMessage)  # the same words would be known again by it, those of an anonymous report too
            .where(InboundMessage.received_at < now - WORDS_KNOWN, InboundMessage.body.is_(None))
            .where(InboundMessage.body_hash.is_not(None))
            .values(body_hash=None)
        ),
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.created_at < texts, OutboxMessage.body.is_not(None))
            .values(body=None)
        ),
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.created_at < now - SCREENS_KEPT_AFTER_THE_END, OutboxMessage.body.is_not(None))
            .where(OutboxMessage.screen.startswith("c"), OutboxMessage.purpose == Purpose.REPLY.value)
            .where(OutboxMessage.state.not_in((OutboxState.WAITING.value, OutboxState.SENDING.value)))
            # The number of an anonymous report, or that it was one, leads to the phone that it was told to.
            .values(body=None, screen=A_REPORT)
        ),
        # How many prompts a talk had that is over would tell what it came to.
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.conversation_id.in_(_over_for_long(now)))
            .values(conversation_id=None, step=None)
        ),
        session.execute(
            update(InboundMessage)
            .where(InboundMessage.conversation_id.in_(_over_for_long(now)))
            .values(conversation_id=None, step=None)
        ),
        session.execute(  # what was typed on the way to a report that was never made
            update(InboundMessage)
            .where(InboundMessage.conversation_id.in_(_left_for_long(now)), InboundMessage.body.is_not(None), _WAS_READ)
            .values(body=None, raw=None)
        ),
        session.execute(delete(DeliveryNotice).where(DeliveryNotice.received_at < texts)),
        session.execute(
            update(OptOutNotice)
            .where(OptOutNotice.received_at < texts, OptOutNotice.phone.is_not(None))
            .values(phone=None)
        ),
    ]
    return sum(result.rowcount for result in [emptied, *gone] if isinstance(result, CursorResult))


def forget_closed_reports(session: Session, *, now: dt.datetime) -> int:
    """Empty reports that were closed long ago: their words, the reporter's name, and what leads to a phone or a worker.

    What figures count stays: the category, the place, the days, each step of the thread. Returns how many reports; the
    trail has a line.
    """
    past = now - dt.timedelta(days=programme().retention.grievances_after_close)
    held = (Grievance.words, Grievance.answer, Grievance.reporter, Grievance.phone_id, Grievance.worker_id)
    said = select(GrievanceEvent.id).where(
        GrievanceEvent.grievance_id == Grievance.id, GrievanceEvent.words.is_not(None)
    )
    full = or_(*(column.is_not(None) for column in held), said.exists())
    reports = session.scalars(
        select(Grievance.id).where(Grievance.closed_at < past, full).with_for_update(skip_locked=True)
    ).all()
    if not reports:
        return 0
    ours = [f"report:{report}:%" for report in reports]  # texts about it stand under the phone
    for statement in (
        update(Grievance)
        .where(Grievance.id.in_(reports))
        .values({column.key: None for column in held} | {"once": None}),  # which may be made of a phone or a worker
        update(GrievanceEvent).where(GrievanceEvent.grievance_id.in_(reports)).values(words=None),
        delete(OutboxMessage).where(OutboxMessage.cause.like(func.any(ours))),
    ):
        session.execute(statement)
    audit.record(session, now=now, actor=CLOCK, action="old reports emptied", on="grievance", reports=len(reports))
    return len(reports)


_FORGETTING = text("SELECT set_config('verify.forgetting', :now, true)")  # else what goes were kept as it stood


def forget_payments(session: Session, *, now: dt.datetime) -> int:
    """Drop what payment and insurer files said of months past their retention, and empty the refused rows of all files
    of that age. The newest month stays, however old it is: verdicts rest on it.

    Verdicts of the months dropped stay as they are (reconciliation leaves them alone). Returns how many rows; the trail
    has a line.
    """
    first = programme().payments_kept_from(now)
    begun = dt.datetime.combine(first, dt.time(), programme().zone)
    old_files = select(FileImport.id).where(FileImport.imported_at < begun)
    newest = literal_column(NEWEST_PERIOD, Date())
    gone: dict[str, UpdateBase] = {
        "payments": delete(Payment).where(Payment.period < first, Payment.period < newest),
        "insurer_records": delete(InsurerRecord).where(InsurerRecord.period < first, InsurerRecord.period < newest),
        "refused_values": update(ImportProblem)
        .where(ImportProblem.import_id.in_(old_files), ImportProblem.found.is_not(None))
        .values(found=None),
        "lines": update(ImportLine)
        .where(ImportLine.import_id.in_(old_files), ImportLine.line.is_not(None))
        .values(line=None, said=None, nik_index=None),
        **{table.name: delete(table).where(table.c.ended_at < begun) for table in BEFORE.values()},
    }
    session.execute(_FORGETTING, {"now": "yes"})
    counts = {name: _rows(session, statement) for name, statement in gone.items()}
    session.execute(_FORGETTING, {"now": "no"})
    if any(counts.values()):
        detail = counts | {"before": f"{first:%Y-%m}"}
        audit.record(session, now=now, actor=CLOCK, action="payment evidence dropped", on="payment", **detail)
    return sum(counts.values())


def _rows(session: Session, statement: UpdateBase) -> int:
    done = session.execute(statement)
    return done.rowcount if isinstance(done, CursorResult) else 0
