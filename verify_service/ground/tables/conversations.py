"""Where each talk stands. The transcript itself is never stored: it carries secrets."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Conversation(Base):
    """One USSD session, question by SMS or talk by text: how much was heard, where it stands, what was said last."""

    __tablename__ = "conversation"
    id: Mapped[Id]
    gateway: Mapped[str]
    session: Mapped[str] = mapped_column(comment="the provider's session id; of a question by SMS what it is about")
    channel: Mapped[str] = mapped_column(
        server_default=text("'ussd'"), comment="ussd | sms (a question) | talk (held by text)"
    )
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"))
    heard_length: Mapped[int] = mapped_column(server_default=text("0"), comment="characters of the transcript")
    heard_number: Mapped[str | None] = mapped_column(
        comment="one more than the highest number of a hop, in digits: some networks count beyond any integer"
    )
    heard_hash: Mapped[bytes | None] = mapped_column(comment="keyed hash of the transcript heard so far")
    hops: Mapped[int] = mapped_column(server_default=text("0"))
    talk: Mapped[bytes | None] = mapped_column(comment="sealed: conversation.talk; emptied when over")
    screen: Mapped[bytes | None] = mapped_column(
        comment="sealed: conversation.screen; the last answer, CON/END included"
    )
    resumes_id: Mapped[int | None] = mapped_column(comment="the dropped conversation it may continue")
    worker_id: Mapped[int | None] = mapped_column(comment="who is answering, once chosen")
    rt_head_id: Mapped[int | None] = mapped_column(comment="as head of which RT somebody speaks, once chosen")
    pin_at: Mapped[Moment | None] = mapped_column(comment="when the RT head's PIN was right in this session")
    receipt: Mapped[str | None] = mapped_column(unique=True)
    started_at: Mapped[Moment]
    touched_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    ended_how: Mapped[str | None] = mapped_column(
        comment="said goodbye | continued elsewhere | started again | stopped | let go"
    )
    __table_args__ = (
        UniqueConstraint("gateway", "session", "phone_id"),
        Index(None, "phone_id", "touched_at"),
        # One open question a phone: a bare YA could not be tied to one of two.
        Index(
            "uq_conversation_open_question",
            "phone_id",
            unique=True,
            postgresql_where=text("channel = 'sms' AND ended_at IS NULL"),
        ),
    )


class SessionEnd(Base):
    """The provider's word that a session is over: early, late, twice or never, so nothing depends on it."""

    __tablename__ = "session_end"
    id: Mapped[Id]
    gateway: Mapped[str]
    session: Mapped[str]
    status: Mapped[str | None]
    cost: Mapped[str | None]
    duration_ms: Mapped[int | None]
    hops: Mapped[int | None]
    received_at: Mapped[Moment]
    times: Mapped[int] = mapped_column(server_default=text("1"), comment="how often it was reported")
    __table_args__ = (UniqueConstraint("gateway", "session"),)


class CodeGuess(Base):
    """Wrong codes for one NIK, from whichever phones: each makes the next one wait for longer."""

    __tablename__ = "code_guess"
    nik_index: Mapped[bytes] = mapped_column(primary_key=True)
    wrong: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[Moment] = mapped_column(comment="until then not even the right code counts")


class LinkTry(Base):
    """Tries at NIK and code from one phone on one day (Jakarta): three, then tomorrow."""

    __tablename__ = "link_try"
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(SmallInteger)
