"""Officers and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Officer(Base):
    """Somebody who signs in to the console."""

    __tablename__ = "officer"
    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True, comment="lower case")
    name: Mapped[str]
    role: Mapped[str] = mapped_column(comment="officer | supervisor | kelurahan | admin | auditor")
    unit: Mapped[str] = mapped_column(server_default=text("'grievance'"), comment="a unit of the programme file")
    area: Mapped[str | None] = mapped_column(comment="a kecamatan's or a kelurahan's code; none: the whole city")
    cleared: Mapped[bool] = mapped_column(
        Boolean, server_default=text("false"), comment="may see reports about money, harassment or conduct"
    )
    password_hash: Mapped[str] = mapped_column(comment="argon2id")
    password_set_at: Mapped[Moment | None] = mapped_column(comment="none: made up by somebody else, to be changed")
    totp_secret: Mapped[bytes | None] = mapped_column(comment="sealed: officer.totp_secret")
    totp_at: Mapped[Moment | None] = mapped_column(comment="when the second factor was confirmed")
    totp_step: Mapped[int | None] = mapped_column(comment="the last code's time step: no code counts twice")
    calendar_hash: Mapped[bytes | None] = mapped_column(unique=True, comment="of the token in the calendar's address")
    language: Mapped[str] = mapped_column(server_default=text("'id'"))
    digest: Mapped[bool] = mapped_column(
        Boolean, server_default=text("true"), comment="wants one mail a working day while notices wait"
    )
    digest_at: Mapped[Moment | None] = mapped_column(comment="when the last one went")
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


class RecoveryCode(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[Moment | None]


class ApiKey(Base):
    """Another system of the city that may file and follow reports; the key itself is shown once."""

    __tablename__ = "api_key"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    created_at: Mapped[Moment]
    used_at: Mapped[Moment | None] = mapped_column(comment="to the hour")
    calls: Mapped[int] = mapped_column(server_default=text("0"), comment="in that hour")
    disabled_at: Mapped[Moment | None]


class ApiFiling(Base):
    """A report that another system filed under a key of its own, so that sending it again files no second one."""

    __tablename__ = "api_filing"
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    once: Mapped[bytes] = mapped_column(primary_key=True, comment="keyed hash of the sender's Idempotency-Key")
    body: Mapped[bytes] = mapped_column(comment="keyed hash of what was sent")
    grievance_id: Mapped[int] = mapped_column(ForeignKey("grievance.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]


class SignInAttempt(Base):
    """Failed sign-ins, counted per address and per account so that guessing is slow and nobody can be locked out."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[Id]
    email_index: Mapped[bytes]
    address_index: Mapped[bytes]
    at: Mapped[Moment]
    __table_args__ = (Index(None, "email_index", "at"), Index(None, "address_index", "at"))
