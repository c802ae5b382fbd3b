"""The trail: every change, decision and look at an identity, written in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class AuditEntry(Base):
    """Who did what to which object. Append-only, and free of personal data: ids, codes and counts."""

    __tablename__ = "audit"
    id: Mapped[Id]
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(comment="officer:ID | phone:ID | api_key:ID | command line | clock")
    action: Mapped[str]
    object: Mapped[str]
    detail: Mapped[dict[str, Any]]
    __table_args__ = (
        Index(None, "object", "at"),
        Index("ix_audit_accounts", "id", postgresql_where=text("left(object, 8) = 'officer:'")),
    )
