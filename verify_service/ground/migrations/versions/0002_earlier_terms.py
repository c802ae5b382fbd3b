"""An enrolment keeps the terms that stood before the list it rests on: a correction of that list follows on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "enrolment", sa.Column("earlier_from", sa.Date(), comment="the terms before the list it rests on, if any")
    )
    op.add_column("enrolment", sa.Column("earlier_months", sa.SmallInteger()))


def downgrade() -> None:
    op.drop_column("enrolment", "earlier_months")
    op.drop_column("enrolment", "earlier_from")
