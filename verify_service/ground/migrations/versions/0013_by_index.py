"""Who of a round is due, in one order also where two are at the same moment; the tasks of one enrolment, by index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index_by("round_id", "due_at", "enrolment_id")
    of_one = sa.text("enrolment_id IS NOT NULL")
    op.create_index(op.f("ix_task_enrolment_id"), "task", ["enrolment_id"], postgresql_where=of_one)


def downgrade() -> None:
    op.drop_index(op.f("ix_task_enrolment_id"), table_name="task")
    _index_by("round_id", "due_at")


def _index_by(*columns: str) -> None:
    op.drop_index("ix_round_person_due", table_name="round_person")
    op.create_index("ix_round_person_due", "round_person", columns, postgresql_where=sa.text("due_at IS NOT NULL"))
