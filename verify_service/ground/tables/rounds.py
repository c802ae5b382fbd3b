"""A verification round: what was fixed at the draw, who was drawn in which order, and what became of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Round(Base):
    """One round. `design` is what the administrator chose, `frozen` what stood at the draw; both stay after it."""

    __tablename__ = "round"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(comment="draft | drawn | sending | open | closing | closed | cancelled")
    seed: Mapped[str]
    design: Mapped[dict[str, Any]] = mapped_column(
        comment="confidence, margin, response_rate, strata, allocation, exclude, plan, per_minute, everyone"
    )
    period: Mapped[dt.date | None] = mapped_column(
        comment="the insurer's newest month at the draw: the reference month"
    )
    frozen: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="at the draw: roster version, words, programme, frame, exclusions"
    )
    opened_at: Mapped[Moment]
    opened_by: Mapped[str]
    drawn_at: Mapped[Moment | None]
    started_at: Mapped[Moment | None] = mapped_column(comment="when the first contact was due")
    paused_at: Mapped[Moment | None] = mapped_column(comment="nothing is sent while it is set")
    closes_at: Mapped[Moment | None] = mapped_column(comment="by the plan; later where more people were drawn")
    closing_at: Mapped[Moment | None] = mapped_column(comment="no contact after this; answers before it are awaited")
    closed_at: Mapped[Moment | None]
    closed_how: Mapped[str | None] = mapped_column(comment="plan over | quota | by hand | cancelled")
    settled_at: Mapped[Moment | None] = mapped_column(comment="when the dispositions were brought up to date")
    settle_ms: Mapped[int | None] = mapped_column(Integer, comment="how long that took: the next waits for longer")
    # A text, a visit and an answer belong to one round: two at work would both count it.
    at_work: Mapped[bool | None] = mapped_column(unique=True, comment="true while sending, open or closing; else null")


def round_of(enrolment: str) -> str:
    """The round that has asked this enrolment by :now and is at work, in SQL; NULL where none has."""
    return f"""(
    SELECT asked.round_id FROM round JOIN round_person asked ON asked.round_id = round.id
    WHERE round.at_work AND asked.sampled AND asked.enrolment_id = {enrolment} AND asked.asked_at <= :now)"""  # noqa: S608  # an expression of our own


class RoundStratum(Base):
    """One stratum of a drawn round: how many it holds, how many answers are wanted, how many are contacted."""

    __tablename__ = "round_stratum"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    stratum: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[int] = mapped_column(Integer)
    completes: Mapped[int] = mapped_column(Integer, comment="answers wanted")
    contacts: Mapped[int] = mapped_column(Integer, comment="drawn at first: a prefix of the order")
    released: Mapped[int] = mapped_column(Integer, comment="the sample: a longer prefix, once fewer answered")
    expected: Mapped[float] = mapped_column(Double, comment="response expected when they were drawn")


class RoundPerson(Base):
    """One person of the frame: the place in the order, what the list said at the draw, and what became of it.

    The whole frame is kept, in the order of the draw: the sample is whoever stands before `released`. Derived facts are
    copied, since lists change while a round is open. Written by one command that joins the enrolment: foreign keys
    would check each of a million rows a second time.
    """

    __tablename__ = "round_person"
    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enrolment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker_id: Mapped[int]
    stratum: Mapped[str]
    position: Mapped[int] = mapped_column(Integer, comment="in the order of the stratum, from 1")
    kecamatan: Mapped[str | None]
    kelurahan: Mapped[str | None] = mapped_column(comment="code")
    rt: Mapped[str | None] = mapped_column(comment="RT/RW")
    sex: Mapped[str | None]
    occupation: Mapped[str | None]
    age: Mapped[str | None] = mapped_column(comment="band: 18-29, 30-39 ...")
    source: Mapped[str | None]
    sampled: Mapped[bool] = mapped_column(server_default=text("false"))
    phone: Mapped[bool] = mapped_column(comment="could be written to at the draw")
    step: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="of the contact plan: the next")
    due_at: Mapped[Moment | None] = mapped_column(comment="of that step; none: no step is left")
    wait_until: Mapped[Moment | None] = mapped_column(comment="the phone is asked of somebody else: look again then")
    asked_at: Mapped[Moment | None] = mapped_column(comment="when the first contact was made")
    texts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="queued for this person")
    disposition: Mapped[str | None] = mapped_column(comment="see rounds/rates.py; null: not settled yet")
    statement: Mapped[str | None] = mapped_column(comment="what the person's own answer says")
    channel: Mapped[str | None] = mapped_column(comment="of that answer")
    assisted: Mapped[bool | None]
    answered_at: Mapped[Moment | None]
    would_be: Mapped[str | None] = mapped_column(comment="of a late answer: what it would have been in time")
    __table_args__ = (
        Index("ix_round_person_due", "round_id", "due_at", "enrolment_id", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_round_person_order", "round_id", "stratum", "position"),
    )


class RoundBackCheck(Base):
    """An answer of an RT head, drawn by lot to be asked again of somebody else, who does not hear what the head said.

    The worker's own word is the second asking where there is one; else a task asks the kelurahan, and the evidence
    that comes of that task is it.
    """

    __tablename__ = "round_back_check"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    enrolment_id: Mapped[int]
    head: Mapped[str] = mapped_column(comment="whose answer: kelurahan code, RW and RT")
    said: Mapped[str] = mapped_column(comment="by the head")
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), comment="asks the kelurahan; null: the worker")
    drawn_at: Mapped[Moment]
