"""Verdicts and discrepancies are derived from the enrolment they name: half of a whole list's time was checking that"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("fk_verdict_enrolment_id"), "verdict", type_="foreignkey")
    op.drop_constraint(op.f("fk_discrepancy_enrolment_id"), "discrepancy", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(op.f("fk_discrepancy_enrolment_id"), "discrepancy", "enrolment", ["enrolment_id"], ["id"])
    op.create_foreign_key(op.f("fk_verdict_enrolment_id"), "verdict", "enrolment", ["enrolment_id"], ["id"])
