"""Amendments: rules, words and prepared answers changed by two people, from a day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "amendment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="rule | words | answer"),
        sa.Column("key", sa.Text(), nullable=False, comment="path in the programme file, screen, or category.code"),
        sa.Column("was", postgresql.JSONB(), nullable=False, comment="what stood when it was proposed"),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="decree, letter or minutes that it rests on"),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="proposed | confirmed | refused | withdrawn"),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("decided_at", moment),
        sa.Column("decided_by", sa.Text(), comment="officer:ID; whoever confirms is not who proposed"),
        sa.Column(
            "answer",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="why it was refused or withdrawn",
        ),
        sa.CheckConstraint("kind IN ('rule', 'words', 'answer')", name=op.f("ck_amendment_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_amendment_state")
        ),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_amendment_decided")),
        sa.CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_amendment_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index(
        "ix_amendment_open",
        "amendment",
        ["kind", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "ix_amendment_in_force",
        "amendment",
        ["kind", "key", "applies_from"],
        postgresql_where=sa.text("state = 'confirmed'"),
    )


def downgrade() -> None:
    op.drop_table("amendment")
