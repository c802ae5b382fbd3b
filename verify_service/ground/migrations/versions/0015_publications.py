"""Publications: what was printed of the people each week, or why it was not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("week", sa.Date(), nullable=False, comment="its day of the week, as the programme file has it"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False, comment="the month, and the imports that its counts rest on"),
        sa.Column(
            "counts",
            postgresql.JSONB(none_as_null=True),
            comment="exact, by name; for the attack alone, and emptied after some weeks",
        ),
        sa.Column(
            "printed",
            postgresql.JSONB(none_as_null=True),
            comment="the page: rounded counts by name, exact city totals, money, rounds",
        ),
        sa.Column("refused", sa.Text(), comment="why it was not printed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(
        "uq_publication_week", "publication", ["week"], unique=True, postgresql_where=sa.text("refused IS NULL")
    )
    op.create_index(op.f("ix_publication_made_at"), "publication", ["made_at"])


def downgrade() -> None:
    op.drop_table("publication")
