"""What people said, what it amounts to, and where somebody must act."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Evidence(Base):
    """Who said what about which enrolment. Append-only: the application's role cannot change or delete a row."""

    __tablename__ = "evidence"
    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    source: Mapped[str] = mapped_column(comment="worker | rt_head | visit: nobody could be asked")
    statement: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default=text("''"))
    assisted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    channel: Mapped[str] = mapped_column(comment="ussd | sms | console | visit")
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    period: Mapped[dt.date | None] = mapped_column(comment="newest insurer month when it was said; none yet: null")
    round_id: Mapped[int | None] = mapped_column(comment="the round that had asked, while it was at work")
    inbound: Mapped[str] = mapped_column(comment="the row it came from: conversation:ID:HOP or message:ID")
    screen: Mapped[str | None] = mapped_column(comment="the question that was on the phone")
    received_at: Mapped[Moment] = mapped_column(comment="first receipt of the answer")
    __table_args__ = (
        Index("uq_evidence_inbound", "inbound", "enrolment_id", "source", "statement", unique=True),
        Index("ix_evidence_latest", "enrolment_id", "source", "received_at", "id"),
        # Rows come in the order of their time: this costs a hop nothing, and finds the last days.
        Index("ix_evidence_received", "received_at", postgresql_using="brin"),
    )


class StaleEnrolment(Base):
    """Work to do: this enrolment's verdicts must be computed again. A row per cause, so that writers never wait."""

    __tablename__ = "stale_enrolment"
    id: Mapped[Id]
    enrolment_id: Mapped[int]
    since: Mapped[Moment]


class DecisionRow(Base):
    """One row of the decision table, written by the pure function; the set-based job joins it."""

    __tablename__ = "decision_row"
    list: Mapped[str] = mapped_column(primary_key=True)
    insurer: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str] = mapped_column(primary_key=True)
    rt_head: Mapped[str] = mapped_column(primary_key=True)
    duplicate: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    owner: Mapped[str]
    at_risk: Mapped[bool] = mapped_column(comment="whether that month's premium may be lost")


class Verdict(Base):
    """What one enrolment's month amounts to, with the case it was computed from.

    Derived, and written by one command that joins the enrolment: a foreign key would check each row a second time.
    """

    __tablename__ = "verdict"
    enrolment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[dt.date] = mapped_column(primary_key=True)
    list: Mapped[str]
    insurer: Mapped[str]
    worker: Mapped[str]
    rt_head: Mapped[str]
    duplicate: Mapped[str]
    assisted: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="what the worker says was said with an RT head's help: counted apart"
    )
    paid_by: Mapped[str] = mapped_column(comment="payments: a payment file of that month; plan: the roster's plan")
    verdict: Mapped[str]
    owner: Mapped[str]
    rupiah: Mapped[int] = mapped_column(comment="at risk that month")
    computed_at: Mapped[Moment]
    __table_args__ = (Index(None, "period", "verdict"),)


class Discrepancy(Base):
    """Somebody must act: opened, updated and closed by reconciliation, one open at a time for an enrolment."""

    __tablename__ = "discrepancy"
    id: Mapped[Id]
    enrolment_id: Mapped[int]
    period: Mapped[dt.date]
    verdict: Mapped[str]
    owner: Mapped[str]
    rupiah: Mapped[int]
    opened_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    __table_args__ = (
        Index("uq_discrepancy_open", "enrolment_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "closed_at", "opened_at"),
    )


class DiscrepancyAnswer(Base):
    """What an owner says of an open discrepancy. Append-only: the application's role cannot change or delete a row.

    One for each state that the discrepancy was in: `stood_since` is its `updated_at` when it was answered. Where it is
    a word on a resident it is evidence as well, whose inbound names it (answer:ID).
    """

    __tablename__ = "discrepancy_answer"
    id: Mapped[Id]
    discrepancy_id: Mapped[int]
    stood_since: Mapped[Moment] = mapped_column(comment="updated_at of the discrepancy as it was answered")
    enrolment_id: Mapped[int]
    period: Mapped[dt.date]
    verdict: Mapped[str]
    owner: Mapped[str] = mapped_column(comment="the list: programme | dinsos | insurer | kelurahan | officer")
    answer: Mapped[str]
    note: Mapped[bytes | None] = mapped_column(comment="sealed with the person's key: discrepancy_answer.note")
    by: Mapped[str] = mapped_column(comment="officer:ID")
    answered_at: Mapped[Moment]
    how: Mapped[str] = mapped_column(comment="browser | file")
    __table_args__ = (
        Index("uq_discrepancy_answer_state", "discrepancy_id", "stood_since", unique=True),
        Index(None, "enrolment_id"),
    )


class CoverGap(Base):
    """Months in a row to the newest reported one of which the insurer has no premium; one open at a time for a worker.

    The texts that told of it are those of the outbox whose cause is lapse:WORKER:PHONE:MONTH:GAP:TIMES.
    """

    __tablename__ = "cover_gap"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    unpaid_from: Mapped[dt.date] = mapped_column(comment="first of the months")
    unpaid_to: Mapped[dt.date] = mapped_column(comment="the newest reported month when it was last looked at")
    lapses_on: Mapped[dt.date] = mapped_column(comment="first day without cover, if no premium comes before it")
    lapsed: Mapped[bool]
    opened_at: Mapped[Moment]
    told_at: Mapped[Moment | None] = mapped_column(comment="when the worker was seen to, once for each gap")
    told_how: Mapped[str | None] = mapped_column(comment="text | task: no phone can be written to | known: has seen it")
    ended_at: Mapped[Moment | None]
    ended_how: Mapped[str | None] = mapped_column(comment="paid: a later month | corrected: that month | removed")
    __table_args__ = (
        Index("uq_cover_gap_open", "worker_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_cover_gap_untold", "lapses_on", postgresql_where=text("ended_at IS NULL AND told_at IS NULL")),
    )
