"""Who may be one person is kept: the traits they are found by, the pairs, what a person decided of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SAME_AS = "a person decided that it is this other one, listed under another NIK"
_HOW = "roster | code | case"


def upgrade() -> None:
    for table in ("worker", "worker_before"):
        op.add_column(table, sa.Column("same_as", sa.BigInteger(), comment=_SAME_AS))
    op.create_foreign_key("fk_worker_same_as", "worker", "worker", ["same_as"], ["id"])
    op.create_index("ix_worker_same_as", "worker", ["same_as"], postgresql_where=sa.text("same_as IS NOT NULL"))
    for table in ("phone_link", "phone_link_before"):
        op.alter_column(table, "how", comment=f"{_HOW} | same (of another worker who is this person)")
    op.create_table(
        "person_traits",
        sa.Column("worker_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("traits", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name="pk_person_traits"),
    )
    op.create_table(
        "person_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False, comment="the one who was listed first"),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column(
            "score",
            sa.SmallInteger(),
            nullable=False,
            comment="how much speaks for it; see registry/same_person.py",
        ),
        sa.Column(
            "why", sa.ARRAY(sa.Text()), nullable=False, comment="what is alike: name, birth date, phone, RT, NIK"
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False, comment="the version it came with"),
        sa.Column("decision", sa.Text(), comment="same | different"),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.Column("note", sa.LargeBinary(), comment="sealed: person_pair.note"),
        sa.Column(
            "taken_back_at",
            sa.DateTime(timezone=True),
            comment="the decision counts no longer, and is asked again",
        ),
        sa.Column("taken_back_by", sa.Text()),
        sa.ForeignKeyConstraint(["low"], ["worker.id"], name="fk_person_pair_low"),
        sa.ForeignKeyConstraint(["high"], ["worker.id"], name="fk_person_pair_high"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_person_pair_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_pair"),
        sa.UniqueConstraint("low", "high", name="uq_person_pair_low_high"),
    )
    op.create_index("ix_person_pair_high", "person_pair", ["high"])
    op.create_index("ix_person_pair_import_id", "person_pair", ["import_id"])
    op.create_table(
        "known_name",
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False, comment="as worker.name_key"),
        sa.Column("import_id", sa.BigInteger(), comment="the version that it let in"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), comment="sealed: known_name.note"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_known_name_import_id"),
        sa.PrimaryKeyConstraint("nik_index", "name_key", name="pk_known_name"),
    )


def downgrade() -> None:
    for table in ("known_name", "person_pair", "person_traits"):
        op.drop_table(table)
    for table in ("phone_link", "phone_link_before"):
        op.alter_column(table, "how", comment=_HOW)
    op.drop_index("ix_worker_same_as", "worker")
    op.drop_constraint("fk_worker_same_as", "worker", type_="foreignkey")
    for table in ("worker", "worker_before"):
        op.drop_column(table, "same_as")
