"""The rights of the person: what was asked and by when it is due, what was corrected, held, looked at in clear."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment

REQUEST_KINDS = ("export", "correct", "erase", "object")
REQUEST_STATES = ("open", "to_confirm", "done", "refused")


class PersonRequest(Base):
    """What somebody asked of us as is their right, with the moment by which the law has it answered."""

    __tablename__ = "person_request"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    kind: Mapped[str] = mapped_column(comment=" | ".join(REQUEST_KINDS))
    asker: Mapped[str] = mapped_column(comment="self | family | heir | guardian | proxy")
    identity: Mapped[str] = mapped_column(comment="how it was checked: ktp | ktp_kk | known | proxy_letter | visit")
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment] = mapped_column(comment="three times 24 hours after it was asked")
    received_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    words: Mapped[bytes | None] = mapped_column(comment="sealed for the person: person_request.words")
    state: Mapped[str] = mapped_column(comment=" | ".join(REQUEST_STATES))
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="rises at each step: two cannot overwrite")
    proposed_by: Mapped[str | None] = mapped_column(comment="of an erasure: who proposed it; another confirms")
    proposed_at: Mapped[Moment | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[Moment | None]
    reason: Mapped[str | None] = mapped_column(comment="a code: why it was done, or refused")
    note: Mapped[bytes | None] = mapped_column(comment="sealed for the person: person_request.note")
    __table_args__ = (
        CheckConstraint(f"kind IN {REQUEST_KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {REQUEST_STATES!r}", name="state"),
        Index("ix_person_request_open", "due_at", postgresql_where=text("state IN ('open', 'to_confirm')")),
        Index(None, "asked_at", "id"),
        Index(
            "uq_person_request_open",
            "worker_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('open', 'to_confirm')"),
        ),
    )


class PersonCorrection(Base):
    """A field that was put right on request: it stands before what a list says, until it is ended."""

    __tablename__ = "person_correction"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("person_request.id"))
    field: Mapped[str] = mapped_column(comment="name | birth_date | sex | kk | kpj | address | phone")
    was: Mapped[bytes | None] = mapped_column(comment="sealed for the person: person_correction.was")
    value: Mapped[bytes] = mapped_column(comment="sealed for the person: person_correction.value")
    reason: Mapped[str] = mapped_column(comment="a code: what it rests on")
    note: Mapped[bytes | None] = mapped_column(comment="sealed for the person: person_correction.note")
    corrected_at: Mapped[Moment]
    corrected_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    ended_at: Mapped[Moment | None]
    ended_how: Mapped[str | None] = mapped_column(comment="corrected again | erased")
    __table_args__ = (
        Index(
            "uq_person_correction_stands",
            "worker_id",
            "field",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class PersonLook(Base):
    """One number of one person shown in clear to one officer: why, and when; an officer has so many a day."""

    __tablename__ = "person_look"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    what: Mapped[str] = mapped_column(comment="nik | phone")
    reason: Mapped[str] = mapped_column(comment="a code")
    note: Mapped[bytes | None] = mapped_column(comment="sealed for the person: person_look.note")
    day: Mapped[dt.date] = mapped_column(comment="as the city counts days")
    at: Mapped[Moment]
    __table_args__ = (Index(None, "officer_id", "day"),)


class PersonHold(Base):
    """Nothing of this person is erased while a court, an inspection or a claim needs it."""

    __tablename__ = "person_hold"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    reason: Mapped[str] = mapped_column(comment="a code: court | inspection | claim | audit")
    set_at: Mapped[Moment]
    set_by: Mapped[str]
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str | None]
    __table_args__ = (
        Index("uq_person_hold_stands", "worker_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


BREACH_STATES = ("open", "told", "closed")


class Breach(Base):
    """People's data came into hands they are not for: the law has them and the authority told within 3x24 hours."""

    __tablename__ = "breach"
    id: Mapped[Id]
    noticed_at: Mapped[Moment]
    happened_on: Mapped[dt.date]
    due_at: Mapped[Moment] = mapped_column(comment="three times 24 hours after it was noticed")
    data: Mapped[str] = mapped_column(comment="which data, by code: name,nik,phone ...")
    what: Mapped[bytes] = mapped_column(comment="sealed: breach.what; what happened, in words")
    measures: Mapped[bytes | None] = mapped_column(comment="sealed: breach.measures; what was done about it")
    people: Mapped[int] = mapped_column(comment="how many, as far as is known")
    scope: Mapped[str] = mapped_column(comment="all | kelurahan | people: who is told by text")
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    state: Mapped[str] = mapped_column(comment=" | ".join(BREACH_STATES))
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="rises at each step: two cannot overwrite")
    made_by: Mapped[str] = mapped_column(comment="officer:ID | command line")
    authority_at: Mapped[Moment | None] = mapped_column(comment="when the authority was told")
    authority_by: Mapped[str | None]
    authority_reference: Mapped[bytes | None] = mapped_column(comment="sealed: breach.authority_reference")
    telling_at: Mapped[Moment | None] = mapped_column(comment="when the texts were asked for; a job queues them")
    telling_by: Mapped[str | None]
    told_to: Mapped[int] = mapped_column(server_default=text("0"), comment="the last worker it went through")
    texts: Mapped[int] = mapped_column(server_default=text("0"), comment="texts queued")
    without_phone: Mapped[int] = mapped_column(
        server_default=text("0"), comment="people whom no text can reach: told by letter or in public"
    )
    told_at: Mapped[Moment | None] = mapped_column(comment="when all of them were gone through")
    others_at: Mapped[Moment | None] = mapped_column(comment="when those without a phone were told otherwise")
    others_by: Mapped[str | None]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    __table_args__ = (
        CheckConstraint(f"state IN {BREACH_STATES!r}", name="state"),
        Index("ix_breach_open", "due_at", postgresql_where=text("closed_at IS NULL")),
    )


class BreachPerson(Base):
    """Somebody whose data a breach laid open, where it is not everybody of a place."""

    __tablename__ = "breach_person"
    breach_id: Mapped[int] = mapped_column(ForeignKey("breach.id"), primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), primary_key=True, index=True)
