"""The tables as they stood at a moment: the same code, asked about a day that is over, answers what it would have then.

Temporary tables of the same names stand before the real ones in one connection of their own. Nothing that is written
there lasts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from verify_service.ground.database import allow_long_work, new_engine, transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import BEFORE

# Tables whose rows are only ever added, or end: which of them there were. What a row says else is what it says now.
_STOOD = {
    "file_import": "imported_at <= :at",
    "evidence": "received_at <= :at",
}
# A list that was undone later counted until then.
_NOT_YET = {"file_import": {"undone_at": "CASE WHEN undone_at <= :at THEN undone_at END"}}
_COMPUTED = ("verdict", "discrepancy", "stale_enrolment")  # made again from the others, where they are asked for


@dataclass(frozen=True)
class _Columns:
    """The columns of a table, in its order."""

    names: tuple[str, ...]

    def listed(self, instead: dict[str, str] | None = None) -> str:
        """For SELECT; `instead`: an expression for some."""
        held = instead or {}
        return ", ".join(f'{held[name]} AS "{name}"' if name in held else f'"{name}"' for name in self.names)


@contextmanager
def as_of(moment: dt.datetime) -> Iterator[Session]:
    """A session in which the list, the months, the evidence, the links and the heads are those of this moment; rolled
    back.

    Verdicts are none: reconcile first where they are asked for. Whatever else is read is what it is today.
    """
    made = new_engine(poolclass=NullPool)
    # What another moment prepared here would go on reading the real tables.
    with made.connect() as connection, Session(connection, expire_on_commit=False) as session:
        connection.connection.driver_connection.prepare_threshold = None  # type: ignore[union-attr]
        try:
            allow_long_work(session)
            _shadow(session, moment)
            yield session
        finally:
            session.rollback()
            made.dispose()


def _shadow(session: Session, moment: dt.datetime) -> None:
    given = {"at": moment}
    for model, before in BEFORE.items():
        name = model.__tablename__
        columns = _columns(session, name)
        begins = "linked_at" if "linked_at" in columns.names else "created_at"
        # What is kept of no day, a PIN, is not known of this one either.
        not_kept = {column: "NULL" for column in columns.names if column not in before.columns}
        states = _STATES.format(
            table=name,
            before=before.name,
            columns=columns.listed(),
            ended=columns.listed(not_kept),
            stands=columns.listed({column: f'nullif("{column}", "{column}")' for column in not_kept}),
            begins=begins,
        )
        session.execute(text(states), given)
    for name, there_were in _STOOD.items():
        listed = _columns(session, name).listed(_NOT_YET.get(name))
        session.execute(text(_ROWS.format(table=name, columns=listed, there_were=there_were)), given)
    for name in _COMPUTED:
        session.execute(text(f'CREATE TEMPORARY TABLE "{name}" (LIKE public."{name}" INCLUDING ALL) ON COMMIT DROP'))
    for name in (*(model.__tablename__ for model in BEFORE), *_STOOD):
        _index(session, name)


# Of each row the state that ended first after the moment; or the one that stands, if it has not changed since.
_STATES = """
CREATE TEMPORARY TABLE "{table}" ON COMMIT DROP AS
SELECT {columns} FROM (
    SELECT DISTINCT ON (id) * FROM (
        SELECT {ended}, ended_at, ended_by FROM public."{before}" WHERE ended_at > :at
        UNION ALL SELECT {stands}, 'infinity', NULL FROM public."{table}") state
    ORDER BY id, ended_at, ended_by) stood
WHERE {begins} <= :at
"""

_ROWS = 'CREATE TEMPORARY TABLE "{table}" ON COMMIT DROP AS SELECT {columns} FROM public."{table}" WHERE {there_were}'


def _columns(session: Session, table: str) -> _Columns:
    names = session.scalars(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass)"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ),
        {"table": f'public."{table}"'},
    )
    return _Columns(tuple(names))


_INDEXED = {
    "worker": ("id", "nik_index"),
    "enrolment": ("id", "worker_id"),
    "payment": ("period, nik_index",),
    "insurer_record": ("period, nik_index",),
    "evidence": ("enrolment_id",),
    "phone_link": ("worker_id", "phone_id"),
    "rt_head": ("kelurahan_code, rw, rt", "phone_id"),
}


def _index(session: Session, table: str) -> None:
    for columns in _INDEXED.get(table, ()):
        session.execute(text(f'CREATE INDEX ON pg_temp."{table}" ({columns})'))
    session.execute(text(f'ANALYZE pg_temp."{table}"'))


@contextmanager
def standing(day: dt.date | None) -> Iterator[Session]:
    """A session in which everything stands as it does now, or as it did at the end of this day of the city."""
    if day is None:
        with transaction() as session:
            yield session
        return
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), programme().zone)
    with as_of(min(midnight - dt.timedelta(microseconds=1), dt.datetime.now(dt.UTC))) as session:
        yield session
