"""Taking a file's rows into a temporary table of the caller's transaction, by COPY: 25,000 rows in a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import PersonCipher, blind_index, seal

Row = TypeVar("Row")


@dataclass(frozen=True)
class Staged(Generic[Row]):
    """A column to copy into: its name, its PostgreSQL type, and what a row has there."""

    name: str
    kind: str
    value: Callable[[Row], object]


@dataclass(frozen=True)
class Keep:
    """Where a field of a file is kept: the table, the type there, and how it is written.

    A newer list brings it up to date. Where that is blank, what was known stays; what is `renewed` is never blank,
    and what is `whole` is one value with others and was settled with them before.
    """

    table: Literal["worker", "enrolment"]
    kind: str
    write: Callable[[Any], object] = lambda said: said or None
    label: str = ""  # sealed for the person under this label
    renewed: bool = False
    whole: bool = False

    def staged(self, name: str, cipher_of: Callable[[Any], PersonCipher]) -> Staged[Any]:
        """The column of the staged table that holds it."""
        if self.label:
            return Staged(
                name, self.kind, lambda row: seal_for(cipher_of(row), said_plainly(getattr(row, name)), self.label)
            )
        return Staged(name, self.kind, lambda row: self.write(getattr(row, name)))


def said_plainly(value: str | dt.date | None) -> str:
    """As a field of text: a day as ISO 8601, nothing as an empty text."""
    return value.isoformat() if isinstance(value, dt.date) else value or ""


def seal_for(cipher: PersonCipher, said: str | None, label: str) -> bytes | None:
    """Sealed for one person; a blank stays one."""
    return cipher.seal(said, label) if said else None


def sealed(label: str) -> Callable[[str | None], bytes | None]:
    """Written sealed under this label; a blank stays one."""
    return lambda said: seal(said, label) if said else None


def indexed(kind: str) -> Callable[[str | None], bytes | None]:
    """Written as the blind index by which it is found; a blank stays one."""
    return lambda said: blind_index(said, kind) if said else None


def sorted_words(key: str) -> str:
    """A name key as worker.name_key holds it: words sorted, so that their order does not matter to a look-up."""
    return " ".join(sorted(key.split()))


def stage(session: Session, table: str, columns: Sequence[Staged[Row]], rows: Iterable[Row]) -> None:
    """Fill a fresh temporary table; it goes with the transaction."""
    begin_stage(session, table, {column.name: column.kind for column in columns})
    copy_into(session, table, columns, rows)
    end_stage(session, table, [column.name for column in columns])


def _analyze(session: Session, table: str, columns: Sequence[str]) -> None:
    session.execute(text(f"ANALYZE {table} ({', '.join(columns)})" if columns else f"ANALYZE {table}"))


def begin_stage(session: Session, table: str, columns: Mapping[str, str]) -> None:
    """Make a fresh temporary table with these columns and types; it goes with the transaction.

    Until it is filled, the planner is told to look things up by an index: a table that this transaction fills is
    taken for a small one.
    """
    made = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    make(session, table, f"CREATE TEMPORARY TABLE {table} ({made}) ON COMMIT DROP")
    session.execute(text("SET LOCAL enable_seqscan = off"))


def end_stage(session: Session, table: str, planned: Sequence[str]) -> None:
    """Let the planner know what was filled in; `planned`: the columns that it has to know."""
    session.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    _analyze(session, table, planned)


def make(session: Session, table: str, statement: str, *, planned: Sequence[str] = (), **values: object) -> None:
    """Make a temporary table anew and let the planner know its size, and of the columns `planned`, or of all, more.

    The tables that a first import fills look empty to the planner until the transaction ends; a nested loop over them
    would take minutes, so it is told to use none until the transaction is over.
    """
    session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{table}"))
    session.execute(text("SET LOCAL enable_nestloop = off"))
    session.execute(text(statement), values)
    _analyze(session, table, planned)


def copy_into(session: Session, table: str, columns: Sequence[Staged[Row]], rows: Iterable[Row]) -> None:
    """COPY rows into a table of the caller's transaction."""
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    names = ", ".join(f'"{column.name}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([column.kind for column in columns])
        for row in rows:
            copy.write_row([column.value(row) for column in columns])


def changed(session: Session, statement: str, **values: object) -> int:
    """Run one set-based statement; returns how many rows it touched."""
    return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]
