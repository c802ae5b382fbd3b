"""What is kept of a person is sealed with a key of their own; nothing that rebuilds a NIK stands beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEALED = ("nik", "kk", "kpj", "address")


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), comment="sealed: person_key.wrapped; destroyed: null"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nik_index", name="pk_person_key"),
    )
    for table in ("worker", "worker_before", "proposal"):
        op.drop_column(table, "nik_last4")
    for table in ("payment", "payment_before", "insurer_record", "insurer_record_before"):
        op.drop_column(table, "nik")
    for table in ("insurer_record", "insurer_record_before"):
        op.drop_column(table, "kpj")
    for table in ("worker", "worker_before"):
        for column in _SEALED:
            op.alter_column(table, column, comment=f"sealed for the person: worker.{column}")
    comment = "sealed for the person, or of a refused row for nobody: import_line.line; emptied by age"
    op.alter_column("import_line", "line", comment=comment)


def downgrade() -> None:
    raise NotImplementedError("what was sealed for each person is not sealed anew; restore a copy of before")
