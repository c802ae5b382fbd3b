"""Bodies to which a report is referred are codes of the programme file; what was written in words becomes one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KINDS = "at_risk | overdue | escalated | unverified, or news of grievances/told.py"
_CODES = {"SP4N-LAPOR": "lapor", "BPJS Ketenagakerjaan": "bpjs", "Ombudsman": "ombudsman"}


def upgrade() -> None:
    for words, code in _CODES.items():
        op.execute(f"UPDATE grievance SET referred_to = '{code}' WHERE referred_to = '{words}'")  # noqa: S608
    op.execute("COMMENT ON COLUMN grievance.referred_to IS 'a body of the programme file; older ones in words'")
    op.add_column(
        "grievance", sa.Column("promised_on", sa.Date(), comment="the new day that its reporter was told, once late")
    )
    op.add_column(
        "grievance_notice",
        sa.Column(
            "seq",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="place in the thread of what it tells; 0: the clock's, once for each cycle and rung",
        ),
    )
    op.execute(f"COMMENT ON COLUMN grievance_notice.kind IS '{_KINDS}'")
    op.drop_constraint("uq_grievance_notice_grievance_id_kind_cycle_level", "grievance_notice")
    op.create_unique_constraint(
        "uq_grievance_notice_grievance_id_kind_cycle_level_seq",
        "grievance_notice",
        ["grievance_id", "kind", "cycle", "level", "seq"],
    )
    op.add_column(
        "officer",
        sa.Column(
            "digest",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="wants one mail a working day while notices wait",
        ),
    )
    op.add_column("officer", sa.Column("digest_at", sa.DateTime(timezone=True), comment="when the last one went"))


def downgrade() -> None:
    op.drop_column("officer", "digest_at")
    op.drop_column("officer", "digest")
    op.drop_constraint("uq_grievance_notice_grievance_id_kind_cycle_level_seq", "grievance_notice")
    op.execute("DELETE FROM grievance_notice WHERE seq > 0")
    op.create_unique_constraint(
        "uq_grievance_notice_grievance_id_kind_cycle_level",
        "grievance_notice",
        ["grievance_id", "kind", "cycle", "level"],
    )
    op.drop_column("grievance_notice", "seq")
    op.execute("COMMENT ON COLUMN grievance_notice.kind IS 'at_risk | overdue | escalated | unverified'")
    op.drop_column("grievance", "promised_on")
    op.execute("COMMENT ON COLUMN grievance.referred_to IS 'lapor | a body outside the programme'")
