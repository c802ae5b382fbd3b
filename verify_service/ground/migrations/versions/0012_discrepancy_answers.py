"""What owners answer of open discrepancies: kept with who, when and how, and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LISTS = "the list: programme | dinsos | insurer | kelurahan | officer"


def upgrade() -> None:
    op.create_table(
        "discrepancy_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("discrepancy_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "stood_since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="updated_at of the discrepancy as it was answered",
        ),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False, comment=_LISTS),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), comment="sealed with the person's key: discrepancy_answer.note"),
        sa.Column("by", sa.Text(), nullable=False, comment="officer:ID"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=False, comment="browser | file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy_answer")),
    )
    op.create_index("uq_discrepancy_answer_state", "discrepancy_answer", ["discrepancy_id", "stood_since"], unique=True)
    op.create_index(op.f("ix_discrepancy_answer_enrolment_id"), "discrepancy_answer", ["enrolment_id"])


def downgrade() -> None:
    op.drop_table("discrepancy_answer")
