"""Which prompt a message answers, when each was handed over, and that nothing is emptied before it was handled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS = "answer | stop | start | keyword | report | thread | unclear | triage"
_NOW = f"{_KINDS} | copy | part | early | lost"
_CONSTRAINT = "ck_inbound_message_emptied_once_handled"
_KEPT = (
    "body IS NOT NULL OR settled_at IS NOT NULL"
    " OR (handled_at IS NOT NULL AND quarantined IS NULL AND handled_as IS DISTINCT FROM 'triage')"
)


def upgrade() -> None:
    op.add_column(
        "inbound_message",
        sa.Column("conversation_id", sa.BigInteger(), nullable=True, comment="the question or talk it was heard in"),
    )
    op.add_column(
        "inbound_message",
        sa.Column("step", sa.Integer(), nullable=True, comment="which prompt of that conversation it answers"),
    )
    op.add_column(
        "inbound_message",
        sa.Column(
            "wish",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="STOP or MULAI and nothing else: handled before all that waits of its phone",
        ),
    )
    op.alter_column("inbound_message", "handled_as", comment=_NOW, existing_comment=_KINDS)
    # Not of the rows there are: the next migration sees to those, without holding the table.
    op.execute(f"ALTER TABLE inbound_message ADD CONSTRAINT {_CONSTRAINT} CHECK ({_KEPT}) NOT VALID")
    op.add_column(
        "outbox",
        sa.Column("conversation_id", sa.BigInteger(), nullable=True, comment="of a prompt: what its answer goes to"),
    )
    op.add_column(
        "outbox", sa.Column("step", sa.Integer(), nullable=True, comment="which prompt of that conversation it is")
    )
    op.add_column(
        "outbox",
        sa.Column(
            "handed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was first handed to the gateway, taken or perhaps; nobody has read it before",
        ),
    )


def downgrade() -> None:
    for column in ("handed_at", "step", "conversation_id"):
        op.drop_column("outbox", column)
    op.execute(f"ALTER TABLE inbound_message DROP CONSTRAINT {_CONSTRAINT}")
    op.alter_column("inbound_message", "handled_as", comment=_KINDS, existing_comment=_NOW)
    for column in ("wish", "step", "conversation_id"):
        op.drop_column("inbound_message", column)
