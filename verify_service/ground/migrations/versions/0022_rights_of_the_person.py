"""The rights of the person: requests with their clock, corrections that stand, holds, looks in clear, erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verify_service.ground.migrations.online import index_online

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As registry/names.py:sound and registry/traits.py:skeleton have it: a word by its first letter and its consonants, as
# it is heard. A test holds the two to each other.
_SOUNDS = r"""
CREATE OR REPLACE FUNCTION name_sounds(name_key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT CASE WHEN length(said) <= 4 THEN said
                                            ELSE left(said, 1) || translate(substr(said, 2), 'AEIOU', '') END), '{}')
    FROM unnest(string_to_array(name_key, ' ')) AS word,
    LATERAL (SELECT coalesce(nullif(regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(
            word, 'OE', 'U'), 'TJ', 'C'), 'DJ', 'J'), 'SJ', 'SY'), 'CH', 'H'), 'J', 'Y'), 'Y', 'I'), 'Z', 'S'),
            'H', ''),
        '(.)\1+', '\1', 'g'), ''), word) AS said) AS heard
    WHERE word <> ''
$$
"""


def upgrade() -> None:
    op.execute(_SOUNDS)
    index_online("ix_worker_sounds", "worker", "name_sounds(name_key)", method="gin")
    index_online("ix_removal_enrolment_id", "removal", "enrolment_id")
    index_online("ix_enrolment_place", "enrolment", "kelurahan_code, rw, rt", include="worker_id")
    op.execute("DROP INDEX IF EXISTS ix_enrolment_kelurahan_code_rw_rt")
    moment = sa.DateTime(timezone=True)
    for table in ("worker", "worker_before"):
        op.add_column(
            table, sa.Column("erased_at", moment, comment="whose data were destroyed on request; ids and figures stay")
        )
    op.create_table(
        "person_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="export | correct | erase | object"),
        sa.Column("asker", sa.Text(), nullable=False, comment="self | family | heir | guardian | proxy"),
        sa.Column(
            "identity",
            sa.Text(),
            nullable=False,
            comment="how it was checked: ktp | ktp_kk | known | proxy_letter | visit",
        ),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False, comment="three times 24 hours after it was asked"),
        sa.Column("received_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("words", sa.LargeBinary(), comment="sealed for the person: person_request.words"),
        sa.Column("state", sa.Text(), nullable=False, comment="open | to_confirm | done | refused"),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
        sa.Column("proposed_by", sa.Text(), comment="of an erasure: who proposed it; another confirms"),
        sa.Column("proposed_at", moment),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", moment),
        sa.Column("reason", sa.Text(), comment="a code: why it was done, or refused"),
        sa.Column("note", sa.LargeBinary(), comment="sealed for the person: person_request.note"),
        sa.CheckConstraint("kind IN ('export', 'correct', 'erase', 'object')", name=op.f("ck_person_request_kind")),
        sa.CheckConstraint("state IN ('open', 'to_confirm', 'done', 'refused')", name=op.f("ck_person_request_state")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_person_request_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_request")),
    )
    waiting = sa.text("state IN ('open', 'to_confirm')")
    op.create_index(op.f("ix_person_request_worker_id"), "person_request", ["worker_id"])
    op.create_index("ix_person_request_open", "person_request", ["due_at"], postgresql_where=waiting)
    op.create_index(op.f("ix_person_request_asked_at_id"), "person_request", ["asked_at", "id"])
    op.create_index(
        "uq_person_request_open", "person_request", ["worker_id", "kind"], unique=True, postgresql_where=waiting
    )
    op.create_table(
        "person_correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger()),
        sa.Column("field", sa.Text(), nullable=False, comment="name | birth_date | sex | kk | kpj | address | phone"),
        sa.Column("was", sa.LargeBinary(), comment="sealed for the person: person_correction.was"),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="sealed for the person: person_correction.value"),
        sa.Column("reason", sa.Text(), nullable=False, comment="a code: what it rests on"),
        sa.Column("note", sa.LargeBinary(), comment="sealed for the person: person_correction.note"),
        sa.Column("corrected_at", moment, nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("ended_at", moment),
        sa.Column("ended_how", sa.Text(), comment="corrected again | erased"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_person_correction_worker_id_worker")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["person_request.id"], name=op.f("fk_person_correction_request_id_person_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_correction")),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_person_correction_stands",
        "person_correction",
        ["worker_id", "field"],
        unique=True,
        postgresql_where=stands,
    )
    op.create_table(
        "person_look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="nik | phone"),
        sa.Column("reason", sa.Text(), nullable=False, comment="a code"),
        sa.Column("note", sa.LargeBinary(), comment="sealed for the person: person_look.note"),
        sa.Column("day", sa.Date(), nullable=False, comment="as the city counts days"),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_person_look_worker_id_worker")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_person_look_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_look")),
    )
    op.create_index(op.f("ix_person_look_worker_id"), "person_look", ["worker_id"])
    op.create_index(op.f("ix_person_look_officer_id_day"), "person_look", ["officer_id", "day"])
    op.create_table(
        "person_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="a code: court | inspection | claim | audit"),
        sa.Column("set_at", moment, nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("ended_by", sa.Text()),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_person_hold_worker_id_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_hold")),
    )
    op.create_index("uq_person_hold_stands", "person_hold", ["worker_id"], unique=True, postgresql_where=stands)


def downgrade() -> None:
    op.create_index("ix_enrolment_kelurahan_code_rw_rt", "enrolment", ["kelurahan_code", "rw", "rt"])
    op.drop_index("ix_enrolment_place", "enrolment")
    op.drop_index("ix_removal_enrolment_id", "removal")
    op.drop_index("ix_worker_sounds", "worker")
    op.execute("DROP FUNCTION name_sounds(text)")
    for table in ("person_hold", "person_look", "person_correction", "person_request"):
        op.drop_table(table)
    for table in ("worker_before", "worker"):
        op.drop_column(table, "erased_at")
