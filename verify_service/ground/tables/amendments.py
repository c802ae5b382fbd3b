"""What was changed in rules, words and prepared answers since their files were written, by whom and from when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class AmendmentRow(Base):
    """One change: proposed by one person, confirmed by another, in force from a day on. It is never altered after that.

    Of those in force about one key the newest by its day counts.
    """

    __tablename__ = "amendment"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="rule | words | answer")
    key: Mapped[str] = mapped_column(comment="path in the programme file, screen, or category.code")
    was: Mapped[Any] = mapped_column(JSONB, comment="what stood when it was proposed")
    value: Mapped[Any] = mapped_column(JSONB)
    reason: Mapped[str]
    source: Mapped[str] = mapped_column(comment="decree, letter or minutes that it rests on")
    applies_from: Mapped[dt.date]
    state: Mapped[str] = mapped_column(comment="proposed | confirmed | refused | withdrawn")
    proposed_at: Mapped[Moment]
    proposed_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[str | None] = mapped_column(comment="officer:ID; whoever confirms is not who proposed")
    answer: Mapped[str] = mapped_column(server_default=text("''"), comment="why it was refused or withdrawn")

    __table_args__ = (
        CheckConstraint("kind IN ('rule', 'words', 'answer')", name="kind"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="two_people"),
        Index("ix_amendment_open", "kind", "key", unique=True, postgresql_where=text("state = 'proposed'")),
        Index("ix_amendment_in_force", "kind", "key", "applies_from", postgresql_where=text("state = 'confirmed'")),
    )
