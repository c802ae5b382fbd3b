"""Officers and their sessions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, text
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
    password_hash: Mapped[str] = mapped_column(comment="argon2id; empty until the holder has chosen one by a link")
    password_set_at: Mapped[Moment | None] = mapped_column(comment="none: the holder has yet to choose it")
    totp_secret: Mapped[bytes | None] = mapped_column(comment="sealed: officer.totp_secret")
    totp_at: Mapped[Moment | None] = mapped_column(comment="when the second factor was confirmed")
    passkey_at: Mapped[Moment | None] = mapped_column(comment="since when the account has a passkey; none: it has none")
    totp_step: Mapped[int | None] = mapped_column(comment="the last code's time step: no code counts twice")
    calendar_hash: Mapped[bytes | None] = mapped_column(unique=True, comment="of the token in the calendar's address")
    language: Mapped[str] = mapped_column(server_default=text("'id'"))
    digest: Mapped[bool] = mapped_column(
        Boolean, server_default=text("true"), comment="wants one mail a working day while notices wait"
    )
    digest_at: Mapped[Moment | None] = mapped_column(comment="when the last one went")
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]
    made_by: Mapped[str | None] = mapped_column(comment="officer:ID | command line:NAME; none: before this was kept")
    vouched_by: Mapped[str | None] = mapped_column(comment="a second person who knows the holder")
    renewed_by: Mapped[str | None] = mapped_column(comment="who reset it alone since; none once somebody vouched again")
    decides_from: Mapped[Moment] = mapped_column(
        server_default=text("now()"), comment="a new or reset account decides nothing before, by the database's clock"
    )


class OneTimeLink(Base):
    """A link by which the holder of an account, and nobody else, chooses its password, once."""

    __tablename__ = "one_time_link"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    until: Mapped[Moment]
    used_at: Mapped[Moment | None] = mapped_column(comment="or voided by a newer one")


class AccountMail(Base):
    """A mail to the holder of an account that has yet to leave, or has left."""

    __tablename__ = "account_mail"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(comment="welcome | reset | notice")
    token: Mapped[bytes | None] = mapped_column(comment="sealed: account_mail.token; emptied once it has left")
    at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    try_at: Mapped[Moment] = mapped_column(server_default=text("now()"), comment="not before")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    left_at: Mapped[Moment | None] = mapped_column(comment="handed to the mail server, or given up")
    __table_args__ = (Index("ix_account_mail_waiting", "try_at", postgresql_where=text("left_at IS NULL")),)


class AccountRequest(Base):
    """Something with an account that needs a second administrator."""

    __tablename__ = "account_request"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(comment="scope | password | factor")
    wanted: Mapped[dict[str, Any]] = mapped_column(comment="of a scope: role, unit, area, cleared")
    asked_by: Mapped[str]
    asked_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    state: Mapped[str] = mapped_column(server_default=text("'open'"), comment="open | done | refused | withdrawn")
    decided_by: Mapped[str | None]
    decided_at: Mapped[Moment | None]
    __table_args__ = (
        Index("ix_account_request_open", "officer_id", "kind", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("state <> 'done' OR decided_by <> asked_by", name="two_people"),
    )


class AccountNotice(Base):
    """What happened to an account, told to one who has to know: an administrator, an auditor, its holder."""

    __tablename__ = "account_notice"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), comment="who is told")
    about_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(comment="as the trail calls it")
    by: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[Moment | None]
    __table_args__ = (Index(None, "officer_id", "id"),)


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


class Passkey(Base):
    """A key that an authenticator of an officer holds: it signs what we ask, for our address alone."""

    __tablename__ = "passkey"
    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    credential: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(comment="of the authenticator; 0 where it does not count")
    name: Mapped[str]
    made_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    used_at: Mapped[Moment | None]


class PasskeyChallenge(Base):
    """What an authenticator was asked to sign: once, and within minutes."""

    __tablename__ = "passkey_challenge"
    challenge: Mapped[bytes] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(comment="make | prove")
    until: Mapped[Moment]


class LookUp(Base):
    """How often an officer looked people up by NIK on one day of the city, and how often nobody had it."""

    __tablename__ = "look_up"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    asked: Mapped[int]
    missed: Mapped[int]


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
