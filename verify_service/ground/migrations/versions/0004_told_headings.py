"""What somebody told us that a heading means is remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_heading",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("spelling", sa.Text(), nullable=False, comment="the heading without case, blanks and signs"),
        sa.Column("field", sa.Text(), nullable=False, comment="our name of the column; empty for one of no use"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "spelling", name="pk_told_heading"),
    )


def downgrade() -> None:
    op.drop_table("told_heading")
