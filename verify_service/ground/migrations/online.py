"""Changes to tables that people's answers go through, made while they do.

What takes a table for itself waits behind whoever reads it, and everybody else waits behind what waits. `verify
migrate` gives such a wait up after a second and tries again, so each step must be short once it has its lock. To build
an index over a large table is no such step: it is done beside the work.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

_PATIENCE = "10min"  # for those who read and wrote before; nobody waits behind a build


def index_online(
    name: str,
    table: str,
    columns: str,
    *,
    unique: bool = False,
    where: str = "",
    method: str = "btree",
    include: str = "",
) -> None:
    """Build an index without holding anybody up; one that a broken-off build has left is thrown away first.

    `columns` and `where` are as in CREATE INDEX. What the migration did before it is committed: put it into a migration
    of its own, or first.
    """
    beginning = "UNIQUE INDEX" if unique else "INDEX"
    behind = (f" INCLUDE ({include})" if include else "") + (f" WHERE {where}" if where else "")
    with op.get_context().autocommit_block():
        before = op.get_bind().scalar(text("SHOW lock_timeout"))
        op.execute(f"SET lock_timeout = '{_PATIENCE}'")
        if _broken(name):
            op.execute(f'DROP INDEX CONCURRENTLY "{name}"')
        op.execute(
            f'CREATE {beginning} CONCURRENTLY IF NOT EXISTS "{name}" ON "{table}" USING {method} ({columns}){behind}'
        )
        op.execute(f"SET lock_timeout = '{before}'")


def _broken(name: str) -> bool:
    held = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(:name))")
    return bool(op.get_bind().scalar(held, {"name": name}))


def key_online(name: str, table: str, columns: str) -> None:
    """A unique constraint whose index is built beside the work; giving it its name takes the table for a moment."""
    index_online(name, table, columns, unique=True)
    op.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{name}"')
