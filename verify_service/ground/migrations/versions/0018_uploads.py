"""Files brought in the browser: kept sealed, with how far their reading is, until somebody accepts or refuses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="roster | payments | insurer | rt_heads"),
        sa.Column("filename", sa.Text(), nullable=False, comment="as its sender calls it: shown, and no path of ours"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("period", sa.Date()),
        sa.Column("terms", postgresql.JSONB(), nullable=False, comment="of a roster: paid_from, months, decree, whole"),
        sa.Column(
            "headings",
            postgresql.JSONB(),
            nullable=False,
            comment="which column a heading is, as somebody told: no values",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="waiting | asks | checked | taken | accepted | refused | failed",
        ),
        sa.Column(
            "step",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="one more at each decision: who saw an older one is told",
        ),
        sa.Column(
            "valid_only",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="accepted without its rejected rows",
        ),
        sa.Column("report", sa.LargeBinary(), comment="sealed: upload.report; masked as reports are"),
        sa.Column("rows_read", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "rows_all",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="0 until they are counted",
        ),
        sa.Column(
            "tries",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how often a worker took it up in this state",
        ),
        sa.Column("leased_until", moment, comment="a worker is at it; past: that worker is gone"),
        sa.Column("uploaded_at", moment, nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False, comment="officer:ID"),
        sa.Column("decided_at", moment),
        sa.Column("decided_by", sa.Text(), comment="officer:ID; clock: nobody did"),
        sa.Column("import_id", sa.BigInteger()),
        sa.CheckConstraint(
            "state IN ('waiting', 'asks', 'checked', 'taken', 'accepted', 'refused', 'failed')",
            name=op.f("ck_upload_state"),
        ),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_upload_import_id_file_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_work", "upload", ["id"], postgresql_where=sa.text("state IN ('waiting', 'taken')"))
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False, comment="from 0"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="sealed: upload_part.content, with the place"),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_part_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "place", name=op.f("pk_upload_part")),
    )


def downgrade() -> None:
    op.drop_table("upload_part")
    op.drop_table("upload")
