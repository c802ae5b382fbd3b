"""Officers and their sessions."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Officer(Base):
    """Somebody who signs in to the console."""

    __tablename__ = "officer"
    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True, comment="lower case")
    name: Mapped[str]
    role: Mapped[str] = mapped_column(comment="officer | supervisor | kelurahan | admin | auditor")
    password_hash: Mapped[str] = mapped_column(comment="argon2id")
    language: Mapped[str] = mapped_column(server_default=text("'id'"))
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]


class OfficerSession(Base):
    """A signed-in browser. The cookie holds a random token, the row its hash: revoked by deleting the row."""

    __tablename__ = "officer_session"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class SignInAttempt(Base):
    """Failed sign-ins, counted per address and per account so that guessing is slow and nobody can be locked out."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[Id]
    email_index: Mapped[bytes]
    address_index: Mapped[bytes]
    at: Mapped[Moment]
    __table_args__ = (Index(None, "email_index", "at"), Index(None, "address_index", "at"))
