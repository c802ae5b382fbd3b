"""The tamper-evident record: leaves over the rows that reports read, and signed heads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_leaves",
        sa.Column(
            "first", sa.BigInteger(), autoincrement=False, nullable=False, comment="place of its first leaf, from 0"
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="the table whose rows these are"),
        sa.Column("version", sa.SmallInteger(), nullable=False, comment="of the list of fields that entered"),
        sa.Column(
            "ids",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="the rows, in the order of their leaves",
        ),
        sa.Column("leaves", sa.LargeBinary(), nullable=False, comment="32 bytes each"),
        sa.Column("highest", sa.BigInteger(), nullable=False, comment="of the ids"),
        sa.PrimaryKeyConstraint("first", name=op.f("pk_record_leaves")),
    )
    op.create_index(op.f("ix_record_leaves_source_highest"), "record_leaves", ["source", "highest"])
    # Hashes cannot be made smaller; trying costs each seal and each verification.
    op.execute("ALTER TABLE record_leaves ALTER COLUMN leaves SET STORAGE EXTERNAL")
    op.create_table(
        "record_head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="leaves"),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column(
            "peaks",
            sa.LargeBinary(),
            nullable=False,
            comment="roots of the whole subtrees, 32 bytes each: the next seal goes on",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="the C2SP checkpoint, signed"),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_record_head")),
    )
    op.create_table(
        "record_commitment",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_record_commitment")),
    )


def downgrade() -> None:
    op.drop_table("record_commitment")
    op.drop_table("record_head")
    op.drop_table("record_leaves")
