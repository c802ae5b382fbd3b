"""The brief is kept with the publication that it was written from, and is handed out as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("brief", sa.LargeBinary(), comment="the PDF written from it"))


def downgrade() -> None:
    op.drop_column("publication", "brief")
