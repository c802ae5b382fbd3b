"""The programme's question put to a group: whom, and what became of each of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment

ASK_STATES = ("asking", "done", "stopped")


class Ask(Base):
    """One ask: what was chosen and expected when somebody said yes, and how far it is."""

    __tablename__ = "ask"
    id: Mapped[Id]
    question: Mapped[str] = mapped_column(comment="text: answered by a text | dial: asks to dial")
    whom: Mapped[dict[str, Any]] = mapped_column(comment="which part of the list: codes and numbers")
    most: Mapped[int | None] = mapped_column(Integer, comment="no more than these are asked")
    state: Mapped[str] = mapped_column(comment=" | ".join(ASK_STATES))
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    people: Mapped[int] = mapped_column(Integer, comment="in the group when it was asked")
    rupiah: Mapped[int] = mapped_column(comment="what it was expected to cost")
    over_budget: Mapped[int | None] = mapped_column(comment="rupiah by which it exceeds the month's budget")
    over_why: Mapped[bytes | None] = mapped_column(comment="sealed: ask.over_why; why it went all the same")
    asked: Mapped[int] = mapped_column(Integer, server_default=text("0"), comment="texts queued so far")
    ended_at: Mapped[Moment | None] = mapped_column(comment="nobody is asked any more: all were, or it was stopped")
    ended_by: Mapped[str | None] = mapped_column(comment="of one that was stopped: officer:ID | command line")
    taken_back: Mapped[int | None] = mapped_column(Integer, comment="texts that had not left when it was stopped")
    heard: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="answers by what they say, as last counted"
    )
    heard_at: Mapped[Moment | None] = mapped_column(comment="when they were counted")
    __table_args__ = (
        CheckConstraint(f"state IN {ASK_STATES!r}", name="state"),
        Index("ix_ask_work", "id", postgresql_where=text("state = 'asking'")),
    )


class AskPerson(Base):
    """One worker of the group. Written by one command that joins the list: a foreign key would check each row again."""

    __tablename__ = "ask_person"
    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id", ondelete="CASCADE"), primary_key=True)
    worker_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phone_id: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(comment="null: still to be asked; asked; else why not, in a word")
    settled_at: Mapped[Moment | None]
    __table_args__ = (
        Index(
            "ix_ask_person_waiting",
            "ask_id",
            "phone_id",
            "worker_id",
            postgresql_where=text("outcome IS NULL"),
        ),
    )
