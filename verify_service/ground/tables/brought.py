"""Files that somebody brought in the browser, until it is decided whether they become an import."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment

UPLOAD_STATES = ("waiting", "asks", "checked", "taken", "accepted", "refused", "failed")


class Upload(Base):
    """One file on its way to an import: read and reported first, taken only when somebody accepts it."""

    __tablename__ = "upload"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="roster | payments | insurer | rt_heads")
    filename: Mapped[str] = mapped_column(comment="as its sender calls it: shown, and no path of ours")
    size: Mapped[int] = mapped_column(comment="bytes")
    period: Mapped[dt.date | None]
    terms: Mapped[dict[str, Any]] = mapped_column(comment="of a roster: paid_from, months, decree, whole")
    headings: Mapped[dict[str, Any]] = mapped_column(comment="which column a heading is, as somebody told: no values")
    state: Mapped[str] = mapped_column(comment=" | ".join(UPLOAD_STATES))
    step: Mapped[int] = mapped_column(
        server_default=text("0"), comment="one more at each decision: who saw an older one is told"
    )
    valid_only: Mapped[bool] = mapped_column(server_default=text("false"), comment="accepted without its rejected rows")
    report: Mapped[bytes | None] = mapped_column(deferred=True, comment="sealed: upload.report; masked as reports are")
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_all: Mapped[int] = mapped_column(server_default=text("0"), comment="0 until they are counted")
    tries: Mapped[int] = mapped_column(server_default=text("0"), comment="how often a worker took it up in this state")
    leased_until: Mapped[Moment | None] = mapped_column(comment="a worker is at it; past: that worker is gone")
    uploaded_at: Mapped[Moment]
    uploaded_by: Mapped[str] = mapped_column(comment="officer:ID")
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[str | None] = mapped_column(comment="officer:ID; clock: nobody did")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("file_import.id"))
    __table_args__ = (
        CheckConstraint(f"state IN {UPLOAD_STATES!r}", name="state"),
        Index("ix_upload_work", "id", postgresql_where=text("state IN ('waiting', 'taken')")),
    )


class UploadPart(Base):
    """Some megabytes of the file, sealed; all of them go when it is decided."""

    __tablename__ = "upload_part"
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, comment="from 0")
    content: Mapped[bytes] = mapped_column(comment="sealed: upload_part.content, with the place")
