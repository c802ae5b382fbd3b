"""Who is proposed, who is to be taken off the list, and what two officers decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Proposal(Base):
    """Somebody who should perhaps be covered: a place on the waiting list, never a registration."""

    __tablename__ = "proposal"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(ForeignKey("reference.number"), unique=True)
    proposer: Mapped[str] = mapped_column(comment="self | neighbour | rt_head")
    nik: Mapped[bytes] = mapped_column(comment="sealed: proposal.nik")
    nik_index: Mapped[bytes] = mapped_column(index=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    job: Mapped[str]
    sex: Mapped[str | None] = mapped_column(comment="L | P, as the NIK has it: figures go by it")
    birth_year: Mapped[int | None] = mapped_column(SmallInteger, comment="as the NIK has it")
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str | None]
    rt: Mapped[str | None]
    member: Mapped[str] = mapped_column(comment="no | employer | self | unsure: covered already, as they say")
    help_needed: Mapped[bytes | None] = mapped_column(
        comment="sealed: proposal.help_needed; given freely, may be erased"
    )
    state: Mapped[str] = mapped_column(
        server_default=text("'received'"), comment="received | asked | read (by a first reader) | accepted | refused"
    )
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="rises at each step: two cannot overwrite")
    points: Mapped[int | None] = mapped_column(SmallInteger, comment="by the published priority; more comes first")
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


class Removal(Base):
    """Somebody who is to be taken off the list: noticed first, and nothing ends before the days for objecting do."""

    __tablename__ = "removal"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(ForeignKey("reference.number"), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    reason: Mapped[str] = mapped_column(comment="a reason code of the programme file")
    evidence: Mapped[dict[str, Any]] = mapped_column(comment="ids of the evidence and the verdict it rests on")
    note: Mapped[bytes | None] = mapped_column(comment="sealed: removal.note")
    state: Mapped[str] = mapped_column(
        comment="proposed | noticed | objected | kept | upheld | appealed | removed | withdrawn"
    )
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="rises at each step: two cannot overwrite")
    from_month: Mapped[dt.date] = mapped_column(comment="the first month no longer paid")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    opened_at: Mapped[Moment]
    noticed_at: Mapped[Moment | None] = mapped_column(comment="when the second reader agreed and the worker was told")
    object_by: Mapped[dt.date | None] = mapped_column(comment="the last day for objecting")
    objected_at: Mapped[Moment | None]
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("grievance.id"), comment="the report that objects")
    appealed_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    __table_args__ = (
        Index("uq_removal_open", "enrolment_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "state", "object_by"),
    )


class Decision(Base):
    """What an officer said of a proposal or a removal, with the reason: the first reader, the second, an appeal."""

    __tablename__ = "decision"
    id: Mapped[Id]
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removal.id"), index=True)
    step: Mapped[str] = mapped_column(comment="first | second | question | answer | notice | objection | appeal")
    says: Mapped[str] = mapped_column(
        comment="accept | refuse | ask | heard | agree | disagree | told | objects | uphold | keep | withdraw"
    )
    reason: Mapped[str] = mapped_column(comment="a reason code of the programme file")
    note: Mapped[bytes | None] = mapped_column(comment="sealed: decision.note")
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[Moment]
