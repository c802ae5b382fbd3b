"""The register of breaches: what happened, whose data, the clock of three times 24 hours, who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "breach",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("noticed_at", moment, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("due_at", moment, nullable=False, comment="three times 24 hours after it was noticed"),
        sa.Column("data", sa.Text(), nullable=False, comment="which data, by code: name,nik,phone ..."),
        sa.Column("what", sa.LargeBinary(), nullable=False, comment="sealed: breach.what; what happened, in words"),
        sa.Column("measures", sa.LargeBinary(), comment="sealed: breach.measures; what was done about it"),
        sa.Column("people", sa.BigInteger(), nullable=False, comment="how many, as far as is known"),
        sa.Column("scope", sa.Text(), nullable=False, comment="all | kelurahan | people: who is told by text"),
        sa.Column("kelurahan_code", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False, comment="open | told | closed"),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
        sa.Column("made_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("authority_at", moment, comment="when the authority was told"),
        sa.Column("authority_by", sa.Text()),
        sa.Column("authority_reference", sa.LargeBinary(), comment="sealed: breach.authority_reference"),
        sa.Column("telling_at", moment, comment="when the texts were asked for; a job queues them"),
        sa.Column("telling_by", sa.Text()),
        sa.Column(
            "told_to",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="the last worker it went through",
        ),
        sa.Column("texts", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="texts queued"),
        sa.Column(
            "without_phone",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="people whom no text can reach: told by letter or in public",
        ),
        sa.Column("told_at", moment, comment="when all of them were gone through"),
        sa.Column("others_at", moment, comment="when those without a phone were told otherwise"),
        sa.Column("others_by", sa.Text()),
        sa.Column("closed_at", moment),
        sa.Column("closed_by", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'told', 'closed')", name=op.f("ck_breach_state")),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_breach_kelurahan_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_index("ix_breach_open", "breach", ["due_at"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_table(
        "breach_person",
        sa.Column("breach_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_person_breach_id_breach")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_breach_person_worker_id_worker")),
        sa.PrimaryKeyConstraint("breach_id", "worker_id", name=op.f("pk_breach_person")),
    )
    op.create_index(op.f("ix_breach_person_worker_id"), "breach_person", ["worker_id"])


def downgrade() -> None:
    op.drop_table("breach_person")
    op.drop_table("breach")
