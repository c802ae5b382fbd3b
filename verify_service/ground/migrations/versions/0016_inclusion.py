"""Weekly looks at groups that lag behind, the notices they give, and sex and birth year of who is proposed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inclusion_look",
        sa.Column("week", sa.Date(), nullable=False, comment="its Monday, as the city counts days"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "judged",
            sa.BigInteger(),
            nullable=False,
            comment="groups, measure by measure, that were held against the others",
        ),
        sa.Column("too_few", sa.BigInteger(), nullable=False, comment="those that were not judged"),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_inclusion_look")),
    )
    op.create_table(
        "inclusion_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column(
            "dimension", sa.Text(), nullable=False, comment="by what the list is divided: sex, occupation, age ..."
        ),
        sa.Column("group_code", sa.Text(), nullable=False, comment="which part of it"),
        sa.Column("noticed_on", sa.Date(), nullable=False, comment="the Monday of the look that found it"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False, comment="when these were counted"),
        sa.Column("yes", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("others_yes", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.BigInteger(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            comment="when a supervisor took it on; shown again after some weeks",
        ),
        sa.Column("seen_by", sa.Text(), comment="officer:ID"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_how", sa.Text(), comment="caught up | too few"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inclusion_notice")),
    )
    op.create_index(
        "uq_inclusion_notice_open",
        "inclusion_notice",
        ["measure", "dimension", "group_code"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("proposal", sa.Column("sex", sa.Text(), comment="L | P, as the NIK has it: figures go by it"))
    op.add_column("proposal", sa.Column("birth_year", sa.SmallInteger(), comment="as the NIK has it"))


def downgrade() -> None:
    op.drop_column("proposal", "birth_year")
    op.drop_column("proposal", "sex")
    op.drop_table("inclusion_notice")
    op.drop_table("inclusion_look")
