"""Gaps in the cover: whose months are unpaid, and who was told that it ends. An insurer's row may be unclear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = "death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers | missing_from_list"
_RECORDS = ("insurer_record", "insurer_record_before")
_WAS = "active | unpaid | inactive"


def upgrade() -> None:
    op.create_table(
        "cover_gap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("unpaid_from", sa.Date(), nullable=False, comment="first of the months"),
        sa.Column(
            "unpaid_to", sa.Date(), nullable=False, comment="the newest reported month when it was last looked at"
        ),
        sa.Column(
            "lapses_on", sa.Date(), nullable=False, comment="first day without cover, if no premium comes before it"
        ),
        sa.Column("lapsed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), comment="when the worker was seen to, once for each gap"),
        sa.Column("told_how", sa.Text(), comment="text | task: no phone can be written to | known: has seen it"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_how", sa.Text(), comment="paid: a later month | corrected: that month | removed"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_cover_gap_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_gap")),
    )
    op.create_index(op.f("ix_cover_gap_worker_id"), "cover_gap", ["worker_id"])
    op.create_index(
        "uq_cover_gap_open", "cover_gap", ["worker_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "ix_cover_gap_untold",
        "cover_gap",
        ["lapses_on"],
        postgresql_where=sa.text("ended_at IS NULL AND told_at IS NULL"),
    )
    op.alter_column("task", "kind", comment=f"{_KINDS} | cover_gap", existing_comment=_KINDS)
    for table in _RECORDS:
        op.alter_column(table, "status", comment=f"{_WAS} | unclear: its row was refused", existing_comment=_WAS)


def downgrade() -> None:
    for table in _RECORDS:
        op.alter_column(table, "status", comment=_WAS)
    op.alter_column("task", "kind", comment=_KINDS)
    op.drop_table("cover_gap")
