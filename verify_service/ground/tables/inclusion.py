"""Which groups were told to officers as lagging behind, since when, and who has seen to it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class InclusionLook(Base):
    """One weekly look at all groups: a week has one, since each look spends its part of the year's level."""

    __tablename__ = "inclusion_look"
    week: Mapped[dt.date] = mapped_column(primary_key=True, comment="its Monday, as the city counts days")
    made_at: Mapped[Moment]
    judged: Mapped[int] = mapped_column(comment="groups, measure by measure, that were held against the others")
    too_few: Mapped[int] = mapped_column(comment="those that were not judged")


class InclusionNotice(Base):
    """A group that lags behind the others beyond chance, from the look that found it; counts of the newest look."""

    __tablename__ = "inclusion_notice"
    id: Mapped[Id]
    measure: Mapped[str]
    dimension: Mapped[str] = mapped_column(comment="by what the list is divided: sex, occupation, age ...")
    group_code: Mapped[str] = mapped_column(comment="which part of it")
    noticed_on: Mapped[dt.date] = mapped_column(comment="the Monday of the look that found it")
    opened_at: Mapped[Moment]
    looked_at: Mapped[Moment] = mapped_column(comment="when these were counted")
    yes: Mapped[int]
    people: Mapped[int]
    others_yes: Mapped[int]
    others: Mapped[int]
    seen_at: Mapped[Moment | None] = mapped_column(comment="when a supervisor took it on; shown again after some weeks")
    seen_by: Mapped[str | None] = mapped_column(comment="officer:ID")
    ended_at: Mapped[Moment | None]
    ended_how: Mapped[str | None] = mapped_column(comment="caught up | too few")
    __table_args__ = (
        Index(
            "uq_inclusion_notice_open",
            "measure",
            "dimension",
            "group_code",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
