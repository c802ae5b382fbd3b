"""Verification rounds: what was fixed at the draw, the frame in its order, and the texts that are contacts of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS = (
    "death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers | missing_from_list"
    " | cover_gap | rt_term_ends"
)
_KINDS_NOW = f"{_KINDS} | round_visit"


def upgrade() -> None:
    op.create_table(
        "round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="draft | drawn | sending | open | closing | closed | cancelled"
        ),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column(
            "design",
            postgresql.JSONB(),
            nullable=False,
            comment="confidence, margin, response_rate, strata, allocation, exclude, plan, per_minute, everyone",
        ),
        sa.Column("period", sa.Date(), comment="the insurer's newest month at the draw: the reference month"),
        sa.Column(
            "frozen",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="at the draw: roster version, words, programme, frame, exclusions",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True), comment="when the first contact was due"),
        sa.Column("paused_at", sa.DateTime(timezone=True), comment="nothing is sent while it is set"),
        sa.Column("closes_at", sa.DateTime(timezone=True), comment="by the plan; later where more people were drawn"),
        sa.Column(
            "closing_at", sa.DateTime(timezone=True), comment="no contact after this; answers before it are awaited"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_how", sa.Text(), comment="plan over | quota | by hand | cancelled"),
        sa.Column("settled_at", sa.DateTime(timezone=True), comment="when the dispositions were brought up to date"),
        sa.Column("settle_ms", sa.Integer(), comment="how long that took: the next waits for longer"),
        sa.Column("at_work", sa.Boolean(), comment="true while sending, open or closing; else null"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("at_work", name=op.f("uq_round_at_work")),
        sa.UniqueConstraint("name", name=op.f("uq_round_name")),
    )
    op.create_table(
        "round_person",
        sa.Column("round_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="in the order of the stratum, from 1"),
        sa.Column("kecamatan", sa.Text()),
        sa.Column("kelurahan", sa.Text(), comment="code"),
        sa.Column("rt", sa.Text(), comment="RT/RW"),
        sa.Column("sex", sa.Text()),
        sa.Column("occupation", sa.Text()),
        sa.Column("age", sa.Text(), comment="band: 18-29, 30-39 ..."),
        sa.Column("source", sa.Text()),
        sa.Column("sampled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("phone", sa.Boolean(), nullable=False, comment="could be written to at the draw"),
        sa.Column(
            "step",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of the contact plan: the next",
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), comment="of that step; none: no step is left"),
        sa.Column(
            "wait_until",
            sa.DateTime(timezone=True),
            comment="the phone is asked of somebody else: look again then",
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), comment="when the first contact was made"),
        sa.Column(
            "texts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="queued for this person"
        ),
        sa.Column("disposition", sa.Text(), comment="see rounds/rates.py; null: not settled yet"),
        sa.Column("statement", sa.Text(), comment="what the person's own answer says"),
        sa.Column("channel", sa.Text(), comment="of that answer"),
        sa.Column("assisted", sa.Boolean()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("would_be", sa.Text(), comment="of a late answer: what it would have been in time"),
        sa.PrimaryKeyConstraint("round_id", "enrolment_id", name=op.f("pk_round_person")),
    )
    op.create_index(
        "ix_round_person_due",
        "round_person",
        ["round_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_round_person_order", "round_person", ["round_id", "stratum", "position"], unique=False)
    op.create_table(
        "round_stratum",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("completes", sa.Integer(), nullable=False, comment="answers wanted"),
        sa.Column("contacts", sa.Integer(), nullable=False, comment="drawn at first: a prefix of the order"),
        sa.Column("released", sa.Integer(), nullable=False, comment="the sample: a longer prefix, once fewer answered"),
        sa.Column("expected", sa.Double(), nullable=False, comment="response expected when they were drawn"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_stratum_round_id")),
        sa.PrimaryKeyConstraint("round_id", "stratum", name=op.f("pk_round_stratum")),
    )
    op.alter_column(
        "evidence",
        "source",
        existing_type=sa.TEXT(),
        comment="worker | rt_head | visit: nobody could be asked",
        existing_comment="worker | rt_head",
        existing_nullable=False,
    )
    op.alter_column(
        "evidence",
        "channel",
        existing_type=sa.TEXT(),
        comment="ussd | sms | console | visit",
        existing_comment="ussd | sms",
        existing_nullable=False,
    )
    op.alter_column(
        "evidence",
        "round_id",
        existing_type=sa.BIGINT(),
        comment="the round that had asked, while it was at work",
        existing_nullable=True,
    )
    op.add_column(
        "outbox",
        sa.Column("round_id", sa.BigInteger(), comment="the round it is a contact of: held, or not sent, with it"),
    )
    op.create_index(
        "ix_outbox_of_a_round",
        "outbox",
        ["round_id", "worker_id"],
        unique=False,
        postgresql_where=sa.text("round_id IS NOT NULL"),
    )
    op.alter_column(
        "task",
        "kind",
        existing_type=sa.TEXT(),
        comment=_KINDS_NOW,
        existing_comment=_KINDS,
        existing_nullable=False,
    )


def downgrade() -> None:
    op.alter_column(
        "task",
        "kind",
        existing_type=sa.TEXT(),
        comment=_KINDS,
        existing_comment=_KINDS_NOW,
        existing_nullable=False,
    )
    op.drop_index("ix_outbox_of_a_round", table_name="outbox", postgresql_where=sa.text("round_id IS NOT NULL"))
    op.drop_column("outbox", "round_id")
    op.alter_column(
        "evidence",
        "round_id",
        existing_type=sa.BIGINT(),
        comment=None,
        existing_comment="the round that had asked, while it was at work",
        existing_nullable=True,
    )
    op.alter_column(
        "evidence",
        "channel",
        existing_type=sa.TEXT(),
        comment="ussd | sms",
        existing_comment="ussd | sms | console | visit",
        existing_nullable=False,
    )
    op.alter_column(
        "evidence",
        "source",
        existing_type=sa.TEXT(),
        comment="worker | rt_head",
        existing_comment="worker | rt_head | visit: nobody could be asked",
        existing_nullable=False,
    )
    op.drop_table("round_stratum")
    op.drop_index("ix_round_person_order", table_name="round_person")
    op.drop_index("ix_round_person_due", table_name="round_person", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_table("round_person")
    op.drop_table("round")
