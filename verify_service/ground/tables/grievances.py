"""What people report and whom they propose: each with a number that can be quoted and a day by which it is answered."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Reference(Base):
    """Every number ever given out for a report or a proposal, so that no two are the same."""

    __tablename__ = "reference"
    number: Mapped[str] = mapped_column(primary_key=True, comment="PREFIX-XXXXXC, the last character a check")
    kind: Mapped[str] = mapped_column(comment="grievance | proposal")


class Grievance(Base):
    """One report of a problem. An anonymous one has no phone, no worker and no exact time beside its words."""

    __tablename__ = "grievance"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(ForeignKey("reference.number"), unique=True)
    category: Mapped[str] = mapped_column(comment="a category of the programme file")
    urgency: Mapped[str | None] = mapped_column(comment="accident | death")
    identity: Mapped[str] = mapped_column(comment="normal | secret | anonymous; anonymous cannot be undone")
    about: Mapped[str | None] = mapped_column(comment="rt_rw | officer: whose conduct it is about")
    restricted: Mapped[bool] = mapped_column(Boolean, comment="no account that is bound to an area may see it")
    contact: Mapped[str | None] = mapped_column(comment="call | sms | none, once asked")
    state: Mapped[str] = mapped_column(server_default=text("'received'"))
    origin: Mapped[str] = mapped_column(
        comment="what it came from: report | cover | money | wrong_data | not_me | data"
    )
    field: Mapped[str | None] = mapped_column(comment="which of the data is said to be wrong, or what is asked of it")
    words: Mapped[bytes | None] = mapped_column(comment="sealed: grievance.words")
    language: Mapped[str | None]
    channel: Mapped[str] = mapped_column(comment="ussd | sms | console")
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
    supervisor_at: Mapped[Moment | None] = mapped_column(comment="when the reporter asked for a supervisor")
    closed_at: Mapped[Moment | None]
    closed_how: Mapped[str | None] = mapped_column(comment="solved, says the reporter")
    __table_args__ = (
        Index("uq_grievance_once", "once", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "phone_id", "opened_at"),
        Index(None, "worker_id"),
        Index(None, "closed_at", "due_on"),
    )


class GrievanceEvent(Base):
    """What was said or done about a report, in order."""

    __tablename__ = "grievance_event"
    id: Mapped[Id]
    grievance_id: Mapped[int] = mapped_column(ForeignKey("grievance.id"), index=True)
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(comment="received | added | still | solved | supervisor | repeated")
    by: Mapped[str] = mapped_column(comment="reporter | somebody with the number | officer:ID | clock")
    channel: Mapped[str]
    words: Mapped[bytes | None] = mapped_column(comment="sealed: grievance_event.words")
    inbound: Mapped[bytes | None] = mapped_column(unique=True, comment="keyed hash of the row it came from")


class Proposal(Base):
    """Somebody who should perhaps be covered: a place on the waiting list, never a registration."""

    __tablename__ = "proposal"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(ForeignKey("reference.number"), unique=True)
    proposer: Mapped[str] = mapped_column(comment="self | neighbour | rt_head")
    nik: Mapped[bytes] = mapped_column(comment="sealed: proposal.nik")
    nik_index: Mapped[bytes] = mapped_column(index=True)
    nik_last4: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    job: Mapped[str]
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str | None]
    rt: Mapped[str | None]
    member: Mapped[str] = mapped_column(comment="no | employer | self | unsure: covered already, as they say")
    help_needed: Mapped[bytes | None] = mapped_column(
        comment="sealed: proposal.help_needed; given freely, may be erased"
    )
    state: Mapped[str] = mapped_column(server_default=text("'received'"), comment="received | accepted | refused")
    reason: Mapped[str | None] = mapped_column(comment="reason code of the decision")
    on_roster: Mapped[bool] = mapped_column(Boolean, comment="the NIK was on the list already")
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), comment="proposed earlier by another")
    rt_head_id: Mapped[int | None] = mapped_column(ForeignKey("rt_head.id"))
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"))
    channel: Mapped[str]
    inbound: Mapped[bytes] = mapped_column(unique=True)
    opened_at: Mapped[Moment]
    due_on: Mapped[dt.date]
    decided_at: Mapped[Moment | None]
    __table_args__ = (
        Index("ix_proposal_waiting", "state", "due_on"),
        Index(None, "phone_id", "opened_at"),
        Index(
            "uq_proposal_of_phone",
            "phone_id",
            "nik_index",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )


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
