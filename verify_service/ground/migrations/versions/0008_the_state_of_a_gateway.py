"""The state of a gateway; an index for answers, which leave first, and for texts that can be revived"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ATTEMPTS = "times a sender took it; a result counts for its own"
_ERRORS = "times the gateway said later of this very text"


def upgrade() -> None:
    op.create_table(
        "gateway_state",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="closed | open | half_open; closed is when texts flow"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="away since, or back since"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="the last thing that went wrong, in a word; nobody's data"
        ),
        sa.Column(
            "opened",
            sa.BigInteger(),
            nullable=False,
            comment="times it went away; a result of before counts for nothing after",
        ),
        sa.Column(
            "trial", sa.BigInteger(), nullable=False, comment="number of the last trial: its result alone counts"
        ),
        sa.Column("tries", sa.Integer(), nullable=False, comment="trials since it went away"),
        sa.Column("unknowns", sa.Integer(), nullable=False, comment="failures since then that perhaps sent a text"),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the next trial; while one is under way, when it counts as lost",
        ),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_state")),
    )
    # A text at the head of the queue is taken again at each trial: a smallint would be full after half a day.
    op.alter_column(
        "outbox",
        "attempts",
        existing_type=sa.SmallInteger(),
        type_=sa.Integer(),
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        comment=_ATTEMPTS,
        existing_comment="times it was handed over",
    )
    op.alter_column("outbox", "errors", comment=_ERRORS, existing_comment="times the gateway said later")
    op.create_index(
        "ix_outbox_answers",
        "outbox",
        ["due_at", "id"],
        postgresql_where=sa.text("state = 'waiting' AND purpose IN ('case', 'code', 'reply')"),
    )
    op.create_index(
        "ix_outbox_ended",
        "outbox",
        ["created_at"],
        postgresql_where=sa.text("state IN ('failed', 'stale')"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_ended", table_name="outbox")
    op.drop_index("ix_outbox_answers", table_name="outbox")
    op.alter_column("outbox", "errors", comment="times the gateway said later", existing_comment=_ERRORS)
    op.execute("UPDATE outbox SET attempts = least(attempts, 32767)")
    op.alter_column(
        "outbox",
        "attempts",
        existing_type=sa.Integer(),
        type_=sa.SmallInteger(),
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        comment="times it was handed over",
        existing_comment=_ATTEMPTS,
    )
    op.drop_table("gateway_state")
