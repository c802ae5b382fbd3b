"""What gateways told us beside USSD hops: stored once, before anything is made of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint, text
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
    handled_as: Mapped[str | None] = mapped_column(
        comment="answer | stop | start | keyword | report | thread | unclear | triage | copy | part | early | lost"
    )
    conversation_id: Mapped[int | None] = mapped_column(comment="the question or talk it was heard in")
    step: Mapped[int | None] = mapped_column(Integer, comment="which prompt of that conversation it answers")
    wish: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="STOP or MULAI and nothing else: handled before all that waits of its phone",
    )
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="failed tries at handling it")
    due_at: Mapped[Moment | None] = mapped_column(comment="after a failed try: not before this")
    body_hash: Mapped[bytes | None] = mapped_column(comment="keyed: knows the same words again without reading them")
    twin: Mapped[str | None] = mapped_column(comment="the other id of the same text: called back and fetched")
    twin_at: Mapped[Moment | None] = mapped_column(comment="the provider's time under that other id")
    settled_at: Mapped[Moment | None] = mapped_column(comment="when an officer dealt with it")
    settled_by: Mapped[str | None] = mapped_column(comment="officer:ID")
    quarantined: Mapped[str | None] = mapped_column(comment="why it cannot be used")
    raw: Mapped[bytes | None] = mapped_column(comment="sealed, for quarantined ones: inbound_message.raw")
    __table_args__ = (
        UniqueConstraint("gateway", "provider_id"),
        CheckConstraint(
            "body IS NOT NULL OR settled_at IS NOT NULL"
            " OR (handled_at IS NOT NULL AND quarantined IS NULL AND handled_as IS DISTINCT FROM 'triage')",
            name="emptied_once_handled",
        ),
        Index("ix_inbound_of_a_talk", "conversation_id", postgresql_where=text("conversation_id IS NOT NULL")),
        Index("ix_inbound_waiting", "id", postgresql_where=text("handled_at IS NULL AND quarantined IS NULL")),
        Index("ix_inbound_wishes", "id", postgresql_where=text("handled_at IS NULL AND quarantined IS NULL AND wish")),
        Index(
            "ix_inbound_put_off",
            "due_at",
            postgresql_where=text("handled_at IS NULL AND quarantined IS NULL AND due_at IS NOT NULL"),
        ),
        Index(
            "ix_inbound_for_officers",
            "id",
            postgresql_where=text("(handled_as = 'triage' OR quarantined IS NOT NULL) AND settled_at IS NULL"),
        ),
    )


class OutboxMessage(Base):
    """A text of ours, from the moment it is due until nothing more is heard of it.

    `state` is what we did, `delivery` what the provider says became of it; both only ever move forward. The number is
    looked up when it is sent, never kept here: people change numbers while texts wait.
    """

    __tablename__ = "outbox"
    id: Mapped[Id]
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"))
    worker_id: Mapped[int | None] = mapped_column(comment="whom it is about: not sent once the phone is let go of them")
    conversation_id: Mapped[int | None] = mapped_column(comment="of a prompt: what its answer goes to")
    step: Mapped[int | None] = mapped_column(Integer, comment="which prompt of that conversation it is")
    round_id: Mapped[int | None] = mapped_column(comment="the round it is a contact of: held, or not sent, with it")
    ask_id: Mapped[int | None] = mapped_column(comment="the ask of a group that it belongs to")
    screen: Mapped[str] = mapped_column(comment="the words it was made from")
    purpose: Mapped[str] = mapped_column(
        comment="invitation | reminder | question | reply | case | warning | decision | code"
    )
    body: Mapped[bytes | None] = mapped_column(comment="sealed: outbox.body; emptied by retention")
    body_hash: Mapped[bytes] = mapped_column(comment="keyed: the identical-message guard")
    cause: Mapped[str] = mapped_column(unique=True, comment="message:17:reply, lapse:41:2026-10: one text a cause")
    state: Mapped[str] = mapped_column(
        server_default=text("'waiting'"),
        comment="waiting | sending | accepted | refused | failed | unknown | cancelled | stale",
    )
    reason: Mapped[str | None] = mapped_column(comment="why it is in that state, in a word; nobody's data")
    attempts: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="times a sender took it; a result counts for its own"
    )
    errors: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="times the gateway said later of this very text"
    )
    unknowns: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="times no answer came")
    due_at: Mapped[Moment] = mapped_column(comment="not before this")
    stale_at: Mapped[Moment] = mapped_column(comment="not after this")
    lease_until: Mapped[Moment | None] = mapped_column(comment="while sending: when the sender counts as dead")
    gateway: Mapped[str | None]
    provider_id: Mapped[str | None]
    cost: Mapped[str | None]
    parts: Mapped[int | None] = mapped_column(SmallInteger)
    delivery: Mapped[str | None] = mapped_column(
        comment="sent | buffered | absent | expired | failed | rejected | delivered; never proof that it was read"
    )
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None] = mapped_column(comment="when the gateway last answered for it")
    handed_at: Mapped[Moment | None] = mapped_column(
        comment="when it was first handed to the gateway, taken or perhaps; nobody has read it before"
    )
    acted_at: Mapped[Moment | None] = mapped_column(comment="when somebody last did something with it by hand")
    acted_by: Mapped[str | None] = mapped_column(comment="officer:ID | command line")
    acted_how: Mapped[str | None] = mapped_column(comment="what and why, as codes: cancelled:wrong_people")
    __table_args__ = (
        Index("ix_outbox_due", "due_at", "id", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index(
            "ix_outbox_answers",
            "due_at",
            "id",
            postgresql_where=text("state = 'waiting' AND purpose IN ('case', 'code', 'reply')"),
        ),
        Index("ix_outbox_ended", "created_at", postgresql_where=text("state IN ('failed', 'stale')")),
        Index(
            "uq_outbox_provider",
            "gateway",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(None, "phone_id", "created_at"),
        Index("ix_outbox_listed", "state", "purpose", "created_at", "id"),
        Index(
            "ix_outbox_undelivered",
            "purpose",
            "created_at",
            "id",
            postgresql_where=text("state = 'accepted' AND delivery IN ('expired', 'failed', 'rejected')"),
        ),
        Index("ix_outbox_of_an_ask", "ask_id", "id", postgresql_where=text("ask_id IS NOT NULL")),
        Index("ix_outbox_handed", "handed_at", postgresql_where=text("handed_at IS NOT NULL")),
        Index("ix_outbox_of_a_round", "round_id", "worker_id", postgresql_where=text("round_id IS NOT NULL")),
        Index(
            "ix_outbox_prompts",
            "phone_id",
            "handed_at",
            postgresql_where=text("conversation_id IS NOT NULL AND handed_at IS NOT NULL"),
        ),
    )


class GatewayState(Base):
    """Whether a gateway takes texts, as every process sees it; no row for one that never failed.

    `open` and `half_open` mean away: nothing is handed to it but, now and then, one text on trial.
    """

    __tablename__ = "gateway_state"
    gateway: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(comment="closed | open | half_open; closed is when texts flow")
    since: Mapped[Moment] = mapped_column(comment="away since, or back since")
    reason: Mapped[str] = mapped_column(comment="the last thing that went wrong, in a word; nobody's data")
    opened: Mapped[int] = mapped_column(comment="times it went away; a result of before counts for nothing after")
    trial: Mapped[int] = mapped_column(comment="number of the last trial: its result alone counts")
    tries: Mapped[int] = mapped_column(Integer, comment="trials since it went away")
    unknowns: Mapped[int] = mapped_column(Integer, comment="failures since then that perhaps sent a text")
    next_at: Mapped[Moment] = mapped_column(comment="the next trial; while one is under way, when it counts as lost")


class FetchCursor(Base):
    """How far a provider's own inbox was read, to heal callbacks that were lost."""

    __tablename__ = "fetch_cursor"
    gateway: Mapped[str] = mapped_column(primary_key=True)
    after_id: Mapped[int]
    fetched_at: Mapped[Moment]


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
    times: Mapped[int] = mapped_column(server_default=text("1"), comment="how often it was repeated since received_at")
    __table_args__ = (UniqueConstraint("gateway", "phone_index", "sender_id", postgresql_nulls_not_distinct=True),)
