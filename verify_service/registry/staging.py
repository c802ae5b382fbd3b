"""Taking a file's rows into a temporary table of the caller's transaction, by COPY: 25,000 rows in a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

Columns = Sequence[tuple[str, str]]


def stage(session: Session, table: str, columns: Columns, rows: Iterable[Sequence[object]]) -> None:
    """Fill a fresh temporary table (name, PostgreSQL type per column); it goes with the transaction."""
    made = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    make(session, table, f"CREATE TEMPORARY TABLE {table} ({made}) ON COMMIT DROP")
    copy_into(session, table, columns, rows)
    session.execute(text(f"ANALYZE {table}"))


def make(session: Session, table: str, statement: str) -> None:
    """Make a temporary table anew and let the planner know its size.

    The tables that a first import fills look empty to the planner until the transaction ends; a nested loop over them
    would take minutes, so it is told to use none until the transaction is over.
    """
    session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{table}"))
    session.execute(text("SET LOCAL enable_nestloop = off"))
    session.execute(text(statement))
    session.execute(text(f"ANALYZE {table}"))


def copy_into(session: Session, table: str, columns: Columns, rows: Iterable[Sequence[object]]) -> None:
    """COPY rows into a table of the caller's transaction."""
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([kind for _, kind in columns])
        for row in rows:
            copy.write_row(row)


def changed(session: Session, statement: str, **values: object) -> int:
    """Run one set-based statement; returns how many rows it touched."""
    return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]
