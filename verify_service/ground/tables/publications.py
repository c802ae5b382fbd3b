"""What was published of the people, week by week."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Publication(Base):
    """One publication as it was printed, or why it was not. What is printed is read from here, never counted again."""

    __tablename__ = "publication"
    id: Mapped[Id]
    week: Mapped[dt.date] = mapped_column(comment="its day of the week, as the programme file has it")
    made_at: Mapped[Moment]
    basis: Mapped[str] = mapped_column(comment="the month, and the imports that its counts rest on")
    counts: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="exact, by name; for the attack alone, and emptied after some weeks"
    )
    printed: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="the page: rounded counts by name, exact city totals, money, rounds"
    )
    refused: Mapped[str | None] = mapped_column(comment="why it was not printed")
    brief: Mapped[bytes | None] = mapped_column(deferred=True, comment="the PDF written from it")
    __table_args__ = (
        Index("uq_publication_week", "week", unique=True, postgresql_where=text("refused IS NULL")),
        Index(None, "made_at"),
    )
