"""What people report: each with a number that can be quoted and a day by which it is answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment

# An anonymous report has a number by chance: one in order would tell between which others it came.
ChanceId = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]


_COUNTED_BY = (
    "urgency",
    "due_on",
    "risk_on",
    "assignee_id",
    "identity",
    "restricted",
    "about",
    "about_unit",
    "unit",
    "kelurahan_code",
    "category",
    "channel",
    "reopened",
    "supervisor_at",
    "closed_at",
)


class Reference(Base):
    """Every number ever given out for a report or a proposal, so that no two are the same."""

    __tablename__ = "reference"
    number: Mapped[str] = mapped_column(primary_key=True, comment="PREFIX-XXXXXC, the last character a check")
    kind: Mapped[str] = mapped_column(comment="grievance | proposal")


class Grievance(Base):
    """One report of a problem. An anonymous one has no phone, no worker and no exact time beside its words."""

    __tablename__ = "grievance"
    id: Mapped[ChanceId]
    number: Mapped[str] = mapped_column(ForeignKey("reference.number"), unique=True)
    category: Mapped[str] = mapped_column(comment="a category of the programme file")
    urgency: Mapped[str | None] = mapped_column(comment="accident | death")
    identity: Mapped[str] = mapped_column(comment="normal | secret | anonymous; anonymous cannot be undone")
    about: Mapped[str | None] = mapped_column(comment="rt_rw | officer: whose conduct it is about")
    about_unit: Mapped[str | None] = mapped_column(comment="the unit it is about, which does not see it")
    restricted: Mapped[bool] = mapped_column(Boolean, comment="only cleared accounts may see it")
    contact: Mapped[str | None] = mapped_column(comment="call | sms | none, once asked")
    state: Mapped[str] = mapped_column(
        server_default=text("'received'"),
        comment="a state of grievances/states.py",
    )
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="rises at each step: two cannot overwrite")
    unit: Mapped[str] = mapped_column(server_default=text("'grievance'"), comment="the unit that owns it")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    origin: Mapped[str] = mapped_column(
        comment="what it came from: report | cover | money | wrong_data | not_me | data"
    )
    field: Mapped[str | None] = mapped_column(comment="which of the data is said to be wrong, or what is asked of it")
    words: Mapped[bytes | None] = mapped_column(comment="sealed: grievance.words")
    language: Mapped[str | None]
    channel: Mapped[str] = mapped_column(comment="ussd | sms | call | counter | open311")
    reporter: Mapped[bytes | None] = mapped_column(comment="sealed: grievance.reporter; the name a caller gave")
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str | None]
    rt: Mapped[str | None]
    inbound: Mapped[bytes] = mapped_column(unique=True, comment="keyed hash of the row it came from")
    once: Mapped[str | None] = mapped_column(comment="while open, there is one of these")
    opened_at: Mapped[Moment] = mapped_column(comment="of an anonymous one only the day")
    verify_by: Mapped[dt.date]
    due_on: Mapped[dt.date] = mapped_column(comment="by which it is answered, in working days of the city")
    clock_from: Mapped[dt.date | None] = mapped_column(comment="the day the clock started, when it was reopened")
    risk_on: Mapped[dt.date | None] = mapped_column(comment="from which four fifths of the time are used")
    next_on: Mapped[dt.date | None] = mapped_column(comment="after this day it goes one rung up the ladder")
    promised_on: Mapped[dt.date | None] = mapped_column(comment="the new day that its reporter was told, once late")
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="rungs it went up")
    verified_at: Mapped[Moment | None]
    waiting_since: Mapped[Moment | None] = mapped_column(comment="while it waits for the citizen the clock stands")
    waiting_for: Mapped[str | None] = mapped_column(comment="the named reason")
    answered_at: Mapped[Moment | None]
    decision: Mapped[str | None] = mapped_column(comment="a decision code of the programme file")
    answer: Mapped[bytes | None] = mapped_column(comment="sealed: grievance.answer; what the citizen is told")
    asked_at: Mapped[Moment | None] = mapped_column(comment="when it was asked whether it is solved; once")
    close_on: Mapped[dt.date | None] = mapped_column(
        comment="after this day an answer that nobody objects to closes it"
    )
    reopened: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="how often")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("grievance.id"))
    referred_to: Mapped[str | None] = mapped_column(comment="a body of the programme file; older ones in words")
    external_number: Mapped[str | None] = mapped_column(comment="its number there")
    supervisor_at: Mapped[Moment | None] = mapped_column(comment="when the reporter asked for a supervisor")
    closed_at: Mapped[Moment | None]
    closed_how: Mapped[str | None] = mapped_column(comment="solved, says the reporter | answered, nothing more heard")
    __table_args__ = (
        Index("uq_grievance_once", "once", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "phone_id", "opened_at"),
        Index(None, "worker_id"),
        Index(None, "closed_at", "due_on"),
        Index("ix_grievance_open", "due_on", "id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_grievance_queue",
            text("(urgency IS NULL)"),
            text("(CASE WHEN state = 'waiting_citizen' THEN 'infinity'::date ELSE due_on END)"),
            "id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        # Holds all that the counts of the desk ask, so that they are read from it alone.
        Index(
            "ix_grievance_state",
            "state",
            "id",
            postgresql_where=text("closed_at IS NULL"),
            postgresql_include=_COUNTED_BY,
        ),
        Index(None, "opened_at", "id"),
        Index("ix_grievance_ladder", "next_on", postgresql_where=text("closed_at IS NULL")),
        Index("ix_grievance_desk", "assignee_id", "due_on", postgresql_where=text("closed_at IS NULL")),
        Index(None, "kelurahan_code", "rw", "rt"),
    )


class GrievanceEvent(Base):
    """What was said or done about a report, in order."""

    __tablename__ = "grievance_event"
    id: Mapped[ChanceId]
    grievance_id: Mapped[int] = mapped_column(ForeignKey("grievance.id"))
    at: Mapped[Moment]
    seq: Mapped[int] = mapped_column(comment="its place in the thread")
    kind: Mapped[str] = mapped_column(comment="a step of grievances/states.py, or what was said")
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), comment="codes, ids and days only")
    by: Mapped[str] = mapped_column(comment="reporter | somebody with the number | officer:ID | clock")
    channel: Mapped[str]
    words: Mapped[bytes | None] = mapped_column(comment="sealed: grievance_event.words")
    inbound: Mapped[bytes | None] = mapped_column(unique=True, comment="keyed hash of the row it came from")
    __table_args__ = (UniqueConstraint("grievance_id", "seq"),)


class GrievanceNotice(Base):
    """What an officer is told about a report: by its clock, once for each opening and rung; and what others did."""

    __tablename__ = "grievance_notice"
    id: Mapped[Id]
    grievance_id: Mapped[int] = mapped_column(ForeignKey("grievance.id"))
    kind: Mapped[str] = mapped_column(
        comment="at_risk | overdue | escalated | unverified, or news of grievances/told.py"
    )
    cycle: Mapped[int] = mapped_column(SmallInteger, comment="how often it had been reopened")
    level: Mapped[int] = mapped_column(SmallInteger)
    seq: Mapped[int] = mapped_column(
        server_default=text("0"),
        comment="place in the thread of what it tells; 0: the clock's, once for each cycle and rung",
    )
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), comment="nobody: whoever supervises")
    at: Mapped[Moment]
    seen_at: Mapped[Moment | None]
    __table_args__ = (
        UniqueConstraint("grievance_id", "kind", "cycle", "level", "seq"),
        Index("ix_grievance_notice_unseen", "officer_id", "id", postgresql_where=text("seen_at IS NULL")),
    )


class SavedFilter(Base):
    """A view of the queue that an officer gave a name."""

    __tablename__ = "saved_filter"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    name: Mapped[str]
    query: Mapped[str] = mapped_column(comment="the filters as the address of the page names them")
    __table_args__ = (UniqueConstraint("officer_id", "name"),)


class KnowledgeAnswer(Base):
    """One answer to the question of what the cover is for, scored for the words that were read before it."""

    __tablename__ = "knowledge_answer"
    id: Mapped[Id]
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"))
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    answer: Mapped[str]
    correct: Mapped[bool] = mapped_column(Boolean)
    again: Mapped[bool] = mapped_column(Boolean, comment="asked a second time, 30 days or more after the first")
    words_version: Mapped[str] = mapped_column(comment="which words of the benefits were in force")
    language: Mapped[str]
    channel: Mapped[str]
    inbound: Mapped[str] = mapped_column(unique=True)
    answered_at: Mapped[Moment]
    __table_args__ = (Index(None, "phone_id", "answered_at"), Index(None, "words_version"))


class NumberTry(Base):
    """Report numbers typed on one phone on one day that led to nothing: a few, then tomorrow."""

    __tablename__ = "number_try"
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(SmallInteger)
