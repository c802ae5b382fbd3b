"""What a signal tells an officer, the evidence of the last days, numbers changed by a case, help counted apart"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KIND = "death_reported | own_family | rt_vacant | rt_head_locked | visit"
_SUBJECT = "what it is about: enrolment:ID | rt_head:ID | worker:ID"


def upgrade() -> None:
    op.add_column(
        "task",
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="what a signal counted, and the evidence it knew; ids and counts only",
        ),
    )
    op.alter_column("task", "kind", comment=f"{_KIND} | check_answers", existing_comment=_KIND)
    op.alter_column("task", "subject", comment=f"{_SUBJECT} | SIGNAL:phone:ID", existing_comment=_SUBJECT)
    op.alter_column("phone_link", "how", comment="roster | code | case", existing_comment="roster | code")
    op.add_column(
        "verdict",
        sa.Column(
            "assisted",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="what the worker says was said with an RT head's help: counted apart",
        ),
    )
    op.execute(
        """INSERT INTO stale_enrolment (enrolment_id, since)
           SELECT DISTINCT enrolment_id, now() FROM evidence WHERE assisted"""
    )
    op.create_index("ix_evidence_received", "evidence", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_evidence_received", table_name="evidence")
    op.drop_column("verdict", "assisted")
    op.alter_column("phone_link", "how", comment="roster | code", existing_comment="roster | code | case")
    op.alter_column("task", "subject", comment=_SUBJECT, existing_comment=f"{_SUBJECT} | SIGNAL:phone:ID")
    op.alter_column("task", "kind", comment=_KIND, existing_comment=f"{_KIND} | check_answers")
    op.drop_column("task", "detail")
