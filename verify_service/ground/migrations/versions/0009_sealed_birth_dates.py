"""A birth date is six digits of the NIK: it is sealed for the person, and the year alone stays in clear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("worker", "worker_before"):
        op.drop_column(table, "birth_date")
        op.add_column(
            table,
            sa.Column("birth_date", sa.LargeBinary(), comment="sealed for the person: worker.birth_date, ISO 8601"),
        )
        op.add_column(
            table,
            sa.Column("birth_year", sa.SmallInteger(), comment="of it, in clear: figures go by age"),
        )


def downgrade() -> None:
    raise NotImplementedError("what was sealed for each person is not opened again; restore a copy of before")
