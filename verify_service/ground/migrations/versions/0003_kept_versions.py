"""Every import is a version that is kept: its lines, and how what it changed stood before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TASKS = "death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers"
_KEPT = ("worker", "enrolment", "payment", "insurer_record", "phone_link")

# Of several changes at one moment by one version the first counts: it knows how the row stood before all of them.
# Whoever changes a row, the application tells when and by which version in two settings of its transaction. Columns are
# named from the catalogue, so that a column added later is kept too.
_KEEP = """
CREATE FUNCTION keep_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text;
BEGIN
    IF current_setting('verify.forgetting', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(quote_ident(attname), ', ') INTO names
    FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped;
    EXECUTE format(
        'INSERT INTO %I (%s, ended_at, ended_by) SELECT %s, '
        'coalesce(CAST(nullif(current_setting(''verify.changed_at'', true), '''') AS timestamptz), now()), '
        'CAST(nullif(current_setting(''verify.changed_by'', true), '''') AS bigint) FROM gone ON CONFLICT DO NOTHING',
        TG_TABLE_NAME || '_before', names, names);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.add_column(
        "file_import",
        sa.Column(
            "whole",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="it is the whole list, not a part",
        ),
    )
    op.add_column(
        "file_import",
        sa.Column("undone_at", sa.DateTime(timezone=True), comment="from then on it counts as if it had never come"),
    )
    op.add_column("file_import", sa.Column("undone_by", sa.Text()))
    op.drop_constraint("uq_file_import_kind_sha256_period", "file_import", type_="unique")
    op.create_index("ix_file_import_kind_sha256", "file_import", ["kind", "sha256"])
    op.add_column(
        "worker",
        sa.Column("said", sa.LargeBinary(), comment="keyed hash of what the newest list says of the person"),
    )
    for table in ("payment", "insurer_record"):
        op.add_column(
            table,
            sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        )
    op.create_table(
        "import_line",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="the spreadsheet's own number, header lines counted"),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("nik_index", sa.LargeBinary()),
        sa.Column("said", sa.LargeBinary(), comment="keyed hash of what was read: equal where nothing differs"),
        sa.Column("line", sa.LargeBinary(), comment="sealed: import_line.line, a LineKept as JSON; emptied by age"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_import_line_import_id"),
        sa.PrimaryKeyConstraint("import_id", "row", name="pk_import_line"),
    )
    op.create_index("ix_import_line_nik_index", "import_line", ["nik_index"])
    op.drop_column("import_problem", "whole_row")
    op.alter_column("task", "kind", comment=f"{_TASKS} | missing_from_list")
    op.execute(_KEEP)
    for table in _KEPT:
        _keep(table)


def _keep(table: str) -> None:
    op.execute(f"CREATE TABLE {table}_before (LIKE {table} INCLUDING COMMENTS)")
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    for name in names:
        op.alter_column(f"{table}_before", name, nullable=True)
    op.add_column(
        f"{table}_before",
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False, comment="when the row was changed or went"),
    )
    op.add_column(
        f"{table}_before", sa.Column("ended_by", sa.BigInteger(), comment="the version that did it, if it was one")
    )
    op.create_unique_constraint(
        f"uq_{table}_before_id_ended_at_ended_by",
        f"{table}_before",
        ["id", "ended_at", "ended_by"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(f"ix_{table}_before_ended_by", f"{table}_before", ["ended_by"])
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER keep_before_{event.lower()} AFTER {event} ON {table} REFERENCING OLD TABLE AS gone"
            " FOR EACH STATEMENT EXECUTE FUNCTION keep_before()"
        )


def downgrade() -> None:
    op.alter_column("task", "kind", comment=_TASKS)
    for table in _KEPT:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER keep_before_{event} ON {table}")
        op.drop_table(f"{table}_before")
    op.execute("DROP FUNCTION keep_before()")
    op.add_column(
        "import_problem",
        sa.Column("whole_row", sa.LargeBinary(), comment="sealed, for refused rows: import_problem.whole_row"),
    )
    op.drop_table("import_line")
    for table in ("payment", "insurer_record"):
        op.drop_column(table, "created_at")
    op.drop_column("worker", "said")
    op.drop_index("ix_file_import_kind_sha256", "file_import")
    op.create_unique_constraint(
        "uq_file_import_kind_sha256_period",
        "file_import",
        ["kind", "sha256", "period"],
        postgresql_nulls_not_distinct=True,
    )
    for column in ("whole", "undone_at", "undone_by"):
        op.drop_column("file_import", column)
