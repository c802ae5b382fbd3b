"""Bodies to which a report is referred are codes of the programme file; what was written in words becomes one."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CODES = {"SP4N-LAPOR": "lapor", "BPJS Ketenagakerjaan": "bpjs", "Ombudsman": "ombudsman"}


def upgrade() -> None:
    for words, code in _CODES.items():
        op.execute(f"UPDATE grievance SET referred_to = '{code}' WHERE referred_to = '{words}'")  # noqa: S608
    op.execute("COMMENT ON COLUMN grievance.referred_to IS 'a body of the programme file; older ones in words'")


def downgrade() -> None:
    op.execute("COMMENT ON COLUMN grievance.referred_to IS 'lapor | a body outside the programme'")
