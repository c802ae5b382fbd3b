"""A session is one of a phone, and its hops are numbered without end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verify_service.ground.migrations.online import key_online

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OLD, _NEW = "uq_conversation_gateway_session", "uq_conversation_gateway_session_phone_id"


def upgrade() -> None:
    key_online(_NEW, "conversation", "gateway, session, phone_id")
    op.drop_constraint(_OLD, "conversation", type_="unique")
    op.add_column(
        "conversation",
        sa.Column(
            "heard_number",
            sa.Text(),
            nullable=True,
            comment="one more than the highest number of a hop, in digits: some networks count beyond any integer",
        ),
    )


def downgrade() -> None:
    op.drop_column("conversation", "heard_number")
    # Sessions that two phones share keep the id of the first; the others are over for whoever holds them.
    op.execute(
        """UPDATE conversation SET session = session || ':' || id
           WHERE id NOT IN (SELECT min(id) FROM conversation GROUP BY gateway, session)"""
    )
    op.create_unique_constraint(_OLD, "conversation", ["gateway", "session"])
    op.drop_constraint(_NEW, "conversation", type_="unique")
