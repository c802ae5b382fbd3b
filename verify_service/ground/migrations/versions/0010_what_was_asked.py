"""Which prompt a message answers, when each was handed over, and that nothing is emptied before it was handled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = "answer | stop | start | keyword | report | thread | unclear | triage"
_NOW = f"{_KINDS} | copy | part | early | lost"
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
    # An earlier release emptied texts that nobody had read. What they said is gone; that they were there is kept.
    op.execute(
        f"""UPDATE inbound_message SET handled_at = coalesce(handled_at, received_at), handled_as = 'lost',
            quarantined = NULL WHERE NOT ({_KEPT})"""  # noqa: S608  # constants of our own
    )
    op.create_check_constraint("emptied_once_handled", "inbound_message", _KEPT)
    op.create_index(
        "ix_inbound_of_a_talk",
        "inbound_message",
        ["conversation_id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
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
    # Only numbers behind the colon: the application writes no other cause of this kind.
    op.execute(
        """UPDATE outbox SET conversation_id = CAST(split_part(cause, ':', 2) AS bigint), step = 0
           WHERE cause ~ '^question:[0-9]+$'"""
    )
    op.execute(
        """UPDATE outbox SET conversation_id = talk.id, step = talk.hops
           FROM conversation talk
           WHERE talk.channel = 'talk' AND talk.ended_at IS NULL AND outbox.phone_id = talk.phone_id
             AND outbox.id = (SELECT max(said.id) FROM outbox said WHERE said.phone_id = talk.phone_id
                                AND said.conversation_id IS NULL AND said.purpose IN ('reply', 'question'))"""
    )
    op.execute(
        """UPDATE outbox SET handed_at = coalesce(sent_at, due_at)
           WHERE conversation_id IS NOT NULL AND (state IN ('sending', 'accepted', 'unknown') OR unknowns > 0)"""
    )
    op.create_index(
        "ix_outbox_prompts",
        "outbox",
        ["phone_id", "handed_at"],
        postgresql_where=sa.text("conversation_id IS NOT NULL AND handed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_prompts", table_name="outbox")
    for column in ("handed_at", "step", "conversation_id"):
        op.drop_column("outbox", column)
    op.drop_index("ix_inbound_of_a_talk", table_name="inbound_message")
    op.drop_constraint("ck_inbound_message_emptied_once_handled", "inbound_message")
    op.alter_column("inbound_message", "handled_as", comment=_KINDS, existing_comment=_NOW)
    for column in ("wish", "step", "conversation_id"):
        op.drop_column("inbound_message", column)
