"""What somebody of the kelurahan or the office must do by a day, beside the discrepancies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Task(Base):
    """One thing to do: a death to check today, a head of an RT to let in again, a worker to visit."""

    __tablename__ = "task"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(
        comment="death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers | missing_from_list"
        " | cover_gap | rt_term_ends | round_visit | back_check"
    )
    subject: Mapped[str] = mapped_column(
        comment="what it is about: enrolment:ID | rt_head:ID | worker:ID | SIGNAL:phone:ID"
    )
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str | None]
    rt: Mapped[str | None]
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    rt_head_id: Mapped[int | None] = mapped_column(ForeignKey("rt_head.id"))
    reference: Mapped[str | None] = mapped_column(comment="the number that people were given for it")
    detail: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="what a signal counted, and the evidence it knew; ids and counts only"
    )
    due_on: Mapped[dt.date] = mapped_column(comment="the day by which it must be done, as the city counts days")
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    closed_how: Mapped[str | None] = mapped_column(comment="confirmed | not so | done | withdrawn")
    closed_by: Mapped[str | None] = mapped_column(comment="officer:ID | phone:ID | command line")
    __table_args__ = (
        Index("uq_task_open", "kind", "subject", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index(None, "closed_at", "due_on"),
        Index(None, "enrolment_id", postgresql_where=text("enrolment_id IS NOT NULL")),
    )
