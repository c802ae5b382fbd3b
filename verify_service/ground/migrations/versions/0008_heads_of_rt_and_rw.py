"""Heads of RT and of RW: announced before the day they take office, and how each assignment stood before a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = (
    "death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers | missing_from_list | cover_gap"
)
_RT = "empty: the head of the RW"
_ANNOUNCED = "takes office on the day `since`, by the clock"
# What a list says of a head, and from when to when the phone could speak. No PIN, no number of a letter.
_KEPT = (
    "id", "import_id", "kelurahan_code", "rw", "rt", "name", "phone_id", "since", "until", "announced", "term_ends",
    "activated_at", "locked_at", "created_at",
)  # fmt: skip
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _KEPT) for row in ("OLD", "NEW"))
# As `keep_before` of migration 0003 does it, for these columns alone.
_KEEP = f"""
CREATE FUNCTION keep_rt_head_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('verify.forgetting', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    INSERT INTO rt_head_before ({", ".join(_KEPT)}, ended_at, ended_by)
    VALUES ({_OLD},
        coalesce(CAST(nullif(current_setting('verify.changed_at', true), '') AS timestamptz), now()),
        CAST(nullif(current_setting('verify.changed_by', true), '') AS bigint))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$
"""  # noqa: S608  # constants of our own


def upgrade() -> None:
    op.add_column(
        "rt_head",
        sa.Column("announced", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment=_ANNOUNCED),
    )
    op.add_column(
        "rt_head",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute(
        "UPDATE rt_head SET created_at = file.imported_at FROM file_import file WHERE file.id = rt_head.import_id"
    )
    op.alter_column("rt_head", "rt", comment=_RT)
    op.drop_index("uq_rt_head_current", "rt_head")
    for name, announced in (("uq_rt_head_current", "NOT announced"), ("uq_rt_head_announced", "announced")):
        op.create_index(
            name,
            "rt_head",
            ["kelurahan_code", "rw", "rt"],
            unique=True,
            postgresql_where=sa.text(f"until IS NULL AND {announced}"),
        )
    op.execute("CREATE TABLE rt_head_before (LIKE rt_head INCLUDING COMMENTS)")
    for column in sa.inspect(op.get_bind()).get_columns("rt_head"):
        if column["name"] in _KEPT:
            op.alter_column("rt_head_before", column["name"], nullable=True)
        else:
            op.drop_column("rt_head_before", column["name"])
    op.add_column(
        "rt_head_before",
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False, comment="when the row was changed or went"),
    )
    op.add_column(
        "rt_head_before", sa.Column("ended_by", sa.BigInteger(), comment="the version that did it, if it was one")
    )
    op.create_unique_constraint(
        "uq_rt_head_before_id_ended_at_ended_by",
        "rt_head_before",
        ["id", "ended_at", "ended_by"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_rt_head_before_ended_by", "rt_head_before", ["ended_by"])
    op.execute(_KEEP)
    op.execute(
        f"CREATE TRIGGER keep_before_update AFTER UPDATE ON rt_head FOR EACH ROW"
        f" WHEN (ROW({_OLD}) IS DISTINCT FROM ROW({_NEW})) EXECUTE FUNCTION keep_rt_head_before()"
    )
    op.execute(
        "CREATE TRIGGER keep_before_delete AFTER DELETE ON rt_head FOR EACH ROW EXECUTE FUNCTION keep_rt_head_before()"
    )
    op.alter_column("task", "kind", comment=f"{_KINDS} | rt_term_ends", existing_comment=_KINDS)


def downgrade() -> None:
    op.alter_column("task", "kind", comment=_KINDS)
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER keep_before_{event} ON rt_head")
    op.execute("DROP FUNCTION keep_rt_head_before()")
    op.drop_table("rt_head_before")
    op.execute("DELETE FROM rt_head WHERE announced")
    op.drop_index("uq_rt_head_announced", "rt_head")
    op.drop_index("uq_rt_head_current", "rt_head")
    op.create_index(
        "uq_rt_head_current",
        "rt_head",
        ["kelurahan_code", "rw", "rt"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.alter_column("rt_head", "rt", comment=None)
    op.drop_column("rt_head", "created_at")
    op.drop_column("rt_head", "announced")
