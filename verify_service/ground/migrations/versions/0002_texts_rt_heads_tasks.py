"""Texts going out, questions by SMS, RT heads with a PIN, and tasks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fetch_cursor",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_fetch_cursor")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "worker_id",
            sa.BigInteger(),
            nullable=True,
            comment="whom it is about: not sent once the phone is let go of them",
        ),
        sa.Column("screen", sa.Text(), nullable=False, comment="the words it was made from"),
        sa.Column(
            "purpose",
            sa.Text(),
            nullable=False,
            comment="invitation | reminder | question | reply | case | warning | decision | code",
        ),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="sealed: outbox.body; emptied by retention"),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False, comment="keyed: the identical-message guard"),
        sa.Column("cause", sa.Text(), nullable=False, comment="message:17:reply, lapse:41:2026-10: one text a cause"),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'waiting'"),
            nullable=False,
            comment="waiting | sending | accepted | refused | failed | unknown | cancelled | stale",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is in that state, in a word; nobody's data"),
        sa.Column(
            "attempts",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times it was handed over",
        ),
        sa.Column(
            "errors",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times the gateway said later",
        ),
        sa.Column(
            "unknowns", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="times no answer came"
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="not before this"),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=False, comment="not after this"),
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="while sending: when the sender counts as dead",
        ),
        sa.Column("gateway", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("cost", sa.Text(), nullable=True),
        sa.Column("parts", sa.SmallInteger(), nullable=True),
        sa.Column(
            "delivery",
            sa.Text(),
            nullable=True,
            comment="sent | buffered | absent | expired | failed | rejected | delivered; never proof that it was read",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), nullable=True, comment="when the gateway last answered for it"
        ),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_outbox_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("cause", name=op.f("uq_outbox_cause")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(op.f("ix_outbox_phone_id_created_at"), "outbox", ["phone_id", "created_at"], unique=False)
    op.create_index(
        "uq_outbox_provider",
        "outbox",
        ["gateway", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="death_reported | own_family | rt_vacant | rt_head_locked | visit",
        ),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="what it is about: enrolment:ID | rt_head:ID | worker:ID"
        ),
        sa.Column("kelurahan_code", sa.Text(), nullable=True),
        sa.Column("rw", sa.Text(), nullable=True),
        sa.Column("rt", sa.Text(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("rt_head_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "due_on", sa.Date(), nullable=False, comment="the day by which it must be done, as the city counts days"
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True, comment="confirmed | not so | done | withdrawn"),
        sa.Column("closed_by", sa.Text(), nullable=True, comment="officer:ID | phone:ID | command line"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_task_enrolment_id")),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_task_kelurahan_code")),
        sa.ForeignKeyConstraint(["rt_head_id"], ["rt_head.id"], name=op.f("fk_task_rt_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_closed_at_due_on"), "task", ["closed_at", "due_on"], unique=False)
    op.create_index(
        "uq_task_open", "task", ["kind", "subject"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.add_column(
        "conversation",
        sa.Column("channel", sa.Text(), server_default=sa.text("'ussd'"), nullable=False, comment="ussd | sms"),
    )
    op.add_column(
        "conversation",
        sa.Column(
            "rt_head_id", sa.BigInteger(), nullable=True, comment="as head of which RT somebody speaks, once chosen"
        ),
    )
    op.add_column(
        "conversation",
        sa.Column(
            "pin_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the RT head's PIN was right in this session",
        ),
    )
    op.alter_column(
        "conversation",
        "session",
        existing_type=sa.TEXT(),
        comment="the provider's session id; of a question by SMS what it is about",
        existing_comment="the provider's session id",
        existing_nullable=False,
    )
    op.alter_column(
        "conversation",
        "ended_how",
        existing_type=sa.TEXT(),
        comment="said goodbye | continued elsewhere | started again | stopped | let go",
        existing_comment="said goodbye | continued elsewhere | started again",
        existing_nullable=True,
    )
    op.create_index(
        "uq_conversation_open_question",
        "conversation",
        ["phone_id"],
        unique=True,
        postgresql_where=sa.text("channel = 'sms' AND ended_at IS NULL"),
    )
    op.add_column(
        "inbound_message",
        sa.Column("handled_as", sa.Text(), nullable=True, comment="answer | stop | start | keyword | triage"),
    )
    op.add_column(
        "inbound_message",
        sa.Column(
            "tries",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="failed tries at handling it",
        ),
    )
    op.add_column(
        "inbound_message",
        sa.Column(
            "body_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed: knows the same words again without reading them",
        ),
    )
    op.add_column(
        "inbound_message",
        sa.Column("twin", sa.Text(), nullable=True, comment="the other id of the same text: called back and fetched"),
    )
    op.add_column(
        "inbound_message",
        sa.Column(
            "twin_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the provider's time under that other id",
        ),
    )
    op.add_column(
        "inbound_message",
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment="after a failed try: not before this"),
    )
    op.create_index(
        "ix_inbound_triage", "inbound_message", ["id"], unique=False, postgresql_where=sa.text("handled_as = 'triage'")
    )
    op.add_column(
        "phone",
        sa.Column(
            "stopped_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="STOP: no invitations, reminders or questions until MULAI",
        ),
    )
    op.add_column(
        "phone",
        sa.Column(
            "refused_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the provider's no-texts list: no text at all until MULAI",
        ),
    )
    op.add_column(
        "phone",
        sa.Column(
            "wish_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when STOP or MULAI was last written: an older one changes nothing",
        ),
    )
    op.add_column(
        "opt_out_notice",
        sa.Column(
            "times",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="how often it was repeated since received_at",
        ),
    )
    op.add_column(
        "rt_head",
        sa.Column(
            "pin_hash", sa.Text(), nullable=True, comment="argon2id of the PIN with a pepper; valid once activated"
        ),
    )
    op.add_column(
        "rt_head",
        sa.Column(
            "activated_at", sa.DateTime(timezone=True), nullable=True, comment="when the PIN was chosen and repeated"
        ),
    )
    op.add_column(
        "rt_head",
        sa.Column(
            "pin_tries",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="wrong codes and PINs in a row; five lock",
        ),
    )
    op.add_column(
        "rt_head",
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True, comment="until the kelurahan resets it"),
    )
    op.add_column(
        "rt_head", sa.Column("rules_at", sa.DateTime(timezone=True), nullable=True, comment="when the rules were read")
    )


def downgrade() -> None:
    op.drop_column("rt_head", "rules_at")
    op.drop_column("rt_head", "locked_at")
    op.drop_column("rt_head", "pin_tries")
    op.drop_column("rt_head", "activated_at")
    op.drop_column("rt_head", "pin_hash")
    op.drop_column("opt_out_notice", "times")
    op.drop_column("phone", "wish_at")
    op.drop_column("phone", "refused_at")
    op.drop_column("phone", "stopped_at")
    op.drop_index("ix_inbound_triage", table_name="inbound_message", postgresql_where=sa.text("handled_as = 'triage'"))
    op.drop_column("inbound_message", "due_at")
    op.drop_column("inbound_message", "twin_at")
    op.drop_column("inbound_message", "twin")
    op.drop_column("inbound_message", "body_hash")
    op.drop_column("inbound_message", "tries")
    op.drop_column("inbound_message", "handled_as")
    op.drop_index(
        "uq_conversation_open_question",
        table_name="conversation",
        postgresql_where=sa.text("channel = 'sms' AND ended_at IS NULL"),
    )
    op.alter_column(
        "conversation",
        "ended_how",
        existing_type=sa.TEXT(),
        comment="said goodbye | continued elsewhere | started again",
        existing_comment="said goodbye | continued elsewhere | started again | stopped | let go",
        existing_nullable=True,
    )
    op.alter_column(
        "conversation",
        "session",
        existing_type=sa.TEXT(),
        comment="the provider's session id",
        existing_comment="the provider's session id; of a question by SMS what it is about",
        existing_nullable=False,
    )
    op.drop_column("conversation", "pin_at")
    op.drop_column("conversation", "rt_head_id")
    op.drop_column("conversation", "channel")
    op.drop_index("uq_task_open", table_name="task", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_task_closed_at_due_on"), table_name="task")
    op.drop_table("task")
    op.drop_index("uq_outbox_provider", table_name="outbox", postgresql_where=sa.text("provider_id IS NOT NULL"))
    op.drop_index(op.f("ix_outbox_phone_id_created_at"), table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("state IN ('waiting', 'sending')"))
    op.drop_table("outbox")
    op.drop_table("fetch_cursor")
