"""Back-checks: answers of RT heads that are asked again of somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = (
    "death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers | missing_from_list"
    " | cover_gap | rt_term_ends | round_visit"
)


def upgrade() -> None:
    op.create_table(
        "round_back_check",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False, comment="whose answer: kelurahan code, RW and RT"),
        sa.Column("said", sa.Text(), nullable=False, comment="by the head"),
        sa.Column("task_id", sa.BigInteger(), comment="asks the kelurahan; null: the worker"),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_back_check_round_id_round")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_round_back_check_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_round_back_check_task_id_task")),
        sa.PrimaryKeyConstraint("round_id", "evidence_id", name=op.f("pk_round_back_check")),
    )
    op.alter_column("task", "kind", comment=f"{_KINDS} | back_check", existing_comment=_KINDS)


def downgrade() -> None:
    op.alter_column("task", "kind", comment=_KINDS)
    op.drop_table("round_back_check")
