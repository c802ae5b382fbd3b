"""What gateways told us beside USSD hops: stored once, before anything is made of it."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class InboundMessage(Base):
    """A text as it came. What we cannot use is quarantined, never refused: refused texts come again for 12 hours."""

    __tablename__ = "inbound_message"
    id: Mapped[Id]
    gateway: Mapped[str]
    provider_id: Mapped[str | None]
    sender: Mapped[bytes | None] = mapped_column(comment="sealed: inbound_message.sender")
    sender_index: Mapped[bytes | None] = mapped_column(index=True)
    recipient: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(comment="sealed: inbound_message.body")
    sent_at: Mapped[Moment | None] = mapped_column(comment="the provider's time")
    received_at: Mapped[Moment]
    handled_at: Mapped[Moment | None]
    quarantined: Mapped[str | None] = mapped_column(comment="why it cannot be used")
    raw: Mapped[bytes | None] = mapped_column(comment="sealed, for quarantined ones: inbound_message.raw")
    __table_args__ = (
        UniqueConstraint("gateway", "provider_id"),
        Index("ix_inbound_waiting", "id", postgresql_where=text("handled_at IS NULL AND quarantined IS NULL")),
    )


class DeliveryNotice(Base):
    """A delivery report, kept whether or not its message is known yet: it may overtake our own send."""

    __tablename__ = "delivery_notice"
    id: Mapped[Id]
    gateway: Mapped[str]
    provider_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(comment="normalised; unknown when the provider says something new")
    raw_status: Mapped[str]
    failure_reason: Mapped[str | None]
    received_at: Mapped[Moment]
    times: Mapped[int] = mapped_column(server_default=text("1"))
    __table_args__ = (UniqueConstraint("gateway", "provider_id", "raw_status", postgresql_nulls_not_distinct=True),)


class OptOutNotice(Base):
    """The operator's subscriber list says: no more texts to this number."""

    __tablename__ = "opt_out_notice"
    id: Mapped[Id]
    gateway: Mapped[str]
    sender_id: Mapped[str | None]
    phone: Mapped[bytes | None] = mapped_column(comment="sealed: opt_out_notice.phone")
    phone_index: Mapped[bytes | None]
    received_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("gateway", "phone_index", "sender_id", postgresql_nulls_not_distinct=True),)
