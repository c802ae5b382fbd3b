"""The prompts that are out already, and texts that an earlier release emptied unread"""

from __future__ import annotations

from alembic import op

from verify_service.ground.migrations.online import index_online

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WAITING = "handled_at IS NULL AND quarantined IS NULL"


def upgrade() -> None:
    # What they said is gone; that they were there is kept, and nobody is sent to read them.
    op.execute(
        """UPDATE inbound_message
           SET handled_at = coalesce(handled_at, received_at), handled_as = 'lost', quarantined = NULL
           WHERE body IS NULL AND settled_at IS NULL
             AND (handled_at IS NULL OR quarantined IS NOT NULL OR handled_as = 'triage')"""
    )
    # Only numbers behind the colon: the application writes no other cause of this kind.
    op.execute(
        """UPDATE outbox SET conversation_id = CAST(split_part(cause, ':', 2) AS bigint), step = 0
           WHERE cause ~ '^question:[0-9]+$' AND conversation_id IS NULL"""
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
           WHERE conversation_id IS NOT NULL AND handed_at IS NULL
             AND (state IN ('sending', 'accepted', 'unknown') OR unknowns > 0)"""
    )
    op.execute("ALTER TABLE inbound_message VALIDATE CONSTRAINT ck_inbound_message_emptied_once_handled")
    index_online("ix_inbound_of_a_talk", "inbound_message", "conversation_id", where="conversation_id IS NOT NULL")
    index_online("ix_inbound_wishes", "inbound_message", "id", where=f"{_WAITING} AND wish")
    index_online("ix_inbound_put_off", "inbound_message", "due_at", where=f"{_WAITING} AND due_at IS NOT NULL")
    index_online(
        "ix_outbox_prompts",
        "outbox",
        "phone_id, handed_at",
        where="conversation_id IS NOT NULL AND handed_at IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_prompts", table_name="outbox")
    op.drop_index("ix_inbound_put_off", table_name="inbound_message")
    op.drop_index("ix_inbound_wishes", table_name="inbound_message")
    op.drop_index("ix_inbound_of_a_talk", table_name="inbound_message")
