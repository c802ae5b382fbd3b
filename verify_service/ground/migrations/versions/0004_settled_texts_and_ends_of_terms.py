"""Texts that an officer has dealt with, numbers given for tasks, and terms of RT heads that end by themselves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "inbound_message",
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True, comment="when an officer dealt with it"),
    )
    op.add_column("inbound_message", sa.Column("settled_by", sa.Text(), nullable=True, comment="officer:ID"))
    op.add_column(
        "task", sa.Column("reference", sa.Text(), nullable=True, comment="the number that people were given for it")
    )
    op.add_column(
        "rt_head",
        sa.Column(
            "term_ends", sa.Date(), nullable=True, comment="by the list: on that day he leaves office by himself"
        ),
    )
    op.drop_index("ix_inbound_triage", table_name="inbound_message")
    op.create_index(
        "ix_inbound_for_officers",
        "inbound_message",
        ["id"],
        postgresql_where=sa.text("(handled_as = 'triage' OR quarantined IS NOT NULL) AND settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbound_for_officers", table_name="inbound_message")
    op.create_index("ix_inbound_triage", "inbound_message", ["id"], postgresql_where=sa.text("handled_as = 'triage'"))
    op.drop_column("rt_head", "term_ends")
    op.drop_column("task", "reference")
    op.drop_column("inbound_message", "settled_by")
    op.drop_column("inbound_message", "settled_at")
