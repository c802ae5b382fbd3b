"""Asks of a group, with everybody in it; texts found by state, purpose and day, and what was done with them by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "ask",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False, comment="text: answered by a text | dial: asks to dial"),
        sa.Column("whom", postgresql.JSONB(), nullable=False, comment="which part of the list: codes and numbers"),
        sa.Column("most", sa.Integer(), comment="no more than these are asked"),
        sa.Column("state", sa.Text(), nullable=False, comment="asking | done | stopped"),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("people", sa.Integer(), nullable=False, comment="in the group when it was asked"),
        sa.Column("rupiah", sa.BigInteger(), nullable=False, comment="what it was expected to cost"),
        sa.Column("over_budget", sa.BigInteger(), comment="rupiah by which it exceeds the month's budget"),
        sa.Column("over_why", sa.LargeBinary(), comment="sealed: ask.over_why; why it went all the same"),
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="texts queued so far"),
        sa.Column("ended_at", moment, comment="nobody is asked any more: all were, or it was stopped"),
        sa.Column("ended_by", sa.Text(), comment="of one that was stopped: officer:ID | command line"),
        sa.Column("taken_back", sa.Integer(), comment="texts that had not left when it was stopped"),
        sa.Column(
            "heard",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="answers by what they say, as last counted",
        ),
        sa.Column("heard_at", moment, comment="when they were counted"),
        sa.CheckConstraint("state IN ('asking', 'done', 'stopped')", name=op.f("ck_ask_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    op.create_index("ix_ask_work", "ask", ["id"], postgresql_where=sa.text("state = 'asking'"))
    op.create_table(
        "ask_person",
        sa.Column("ask_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("phone_id", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), comment="null: still to be asked; asked; else why not, in a word"),
        sa.Column("settled_at", moment),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_ask_person_ask_id_ask"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ask_id", "worker_id", name=op.f("pk_ask_person")),
    )
    op.create_index(
        "ix_ask_person_waiting",
        "ask_person",
        ["ask_id", "phone_id", "worker_id"],
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.add_column("outbox", sa.Column("ask_id", sa.BigInteger(), comment="the ask of a group that it belongs to"))
    op.add_column("outbox", sa.Column("acted_at", moment, comment="when somebody last did something with it by hand"))
    op.add_column("outbox", sa.Column("acted_by", sa.Text(), comment="officer:ID | command line"))
    op.add_column("outbox", sa.Column("acted_how", sa.Text(), comment="what and why, as codes: cancelled:wrong_people"))
    op.create_index("ix_outbox_listed", "outbox", ["state", "purpose", "created_at", "id"])
    op.create_index(
        "ix_outbox_undelivered",
        "outbox",
        ["purpose", "created_at", "id"],
        postgresql_where=sa.text("state = 'accepted' AND delivery IN ('expired', 'failed', 'rejected')"),
    )
    op.create_index("ix_outbox_of_an_ask", "outbox", ["ask_id", "id"], postgresql_where=sa.text("ask_id IS NOT NULL"))
    op.create_index("ix_outbox_handed", "outbox", ["handed_at"], postgresql_where=sa.text("handed_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_outbox_handed", "outbox")
    op.drop_index("ix_outbox_of_an_ask", "outbox")
    op.drop_index("ix_outbox_undelivered", "outbox")
    op.drop_index("ix_outbox_listed", "outbox")
    for column in ("acted_how", "acted_by", "acted_at", "ask_id"):
        op.drop_column("outbox", column)
    op.drop_table("ask_person")
    op.drop_table("ask")
