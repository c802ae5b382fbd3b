"""Bringing a database to the newest schema, as its owner, and saying what the application may do in it."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from verify_service.ground.database import LIMITS, sqlalchemy_url
from verify_service.ground.tables import Base

# Alembic takes a tenth of a second to load, and most commands migrate nothing: it is imported where it is used.
if TYPE_CHECKING:
    from alembic.config import Config

# The application inserts and reads, and can change nothing.
APPEND_ONLY = (
    "evidence",
    "audit",
    "discrepancy_answer",
    "knowledge_answer",
    "record_leaves",
    "record_head",
    "record_commitment",
)
# The application inserts and reads, and changes these columns alone: what an import came to, words to empty.
APPEND_ONLY_BUT = {
    "file_import": "accepted, flagged, rejected, unmatched, report, undone_at, undone_by",
    "grievance_event": "words",
    "decision": "note",
}
# What PostgreSQL writes into its own log of what the application asks: no statement, no value, no row that stood in the
# way, whatever the server is set to. Only a superuser may set these.
QUIET: Final = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
LOCK_WAIT: Final = "1s"  # less than a hop waits: everybody on that table stands behind us meanwhile
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, *[10.0] * 10)  # seconds between tries: two minutes in all
Say = Callable[[str], object]
READ_ONLY = ("area", "decision_row")  # written here, from files and code under review


_NO_LIMITS = text(
    "SELECT set_config(name, '0', false) FROM unnest(CAST(:names AS text[])) AS limits (name)"
    " WHERE current_setting(name, true) IS NOT NULL"
)


def aside(line: str) -> None:
    """Tell whoever runs the command."""
    sys.stderr.write(f"{line}\n")  # standard output may be somebody's JSON


class SchemaRefused(Exception):
    """The schema cannot be brought up; the message says what to do."""


class TableHeld(SchemaRefused):
    """Somebody keeps a table from being changed; the message says who."""


class SchemaUnknown(SchemaRefused):
    """The database was brought up by another release, whose migrations this one does not have."""


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str, application_role: str, say: Say = aside) -> str:
    """Migrate to the newest schema and set the application's rights and limits; returns the revision.

    Twice changes nothing. A lock that is not given within a second is given up, so that nobody waits behind us for
    longer, and asked for again; `say` hears who held it.
    Raises SchemaUnknown where another release was here, TableHeld when a lock is not given for minutes, SQLAlchemy's
    OperationalError when the server is away or the owner's password is wrong.
    """
    from alembic import command

    made = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    with _alone(owner_url) as beside, made.connect() as connection:
        # Whatever the owner's other work is held to: where he is the application as well, that is little.
        connection.execute(_NO_LIMITS, {"names": list(LIMITS)})
        connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT}'"))
        connection.commit()
        _expect_known(connection)

        def bring_up() -> None:
            command.upgrade(_config(connection), "head")
            connection.commit()
            _grant(connection, application_role)
            connection.commit()

        patiently(bring_up, connection, beside, say)
        _limit(connection, application_role, say)
        revision = _revision(connection)
    return revision or "none"


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _expect_known(connection: Connection) -> None:
    from alembic.script import ScriptDirectory

    found = _revision(connection)
    connection.commit()
    if found and found not in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise SchemaUnknown(
            f"The database is at {found}, which this release does not know. Use the release that made it, or another"
            " database; invented data may go: verify demo --data-dir DIR, with a new folder"
        )


@contextmanager
def _alone(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the one that migrates, holding the turn: a second process waits, then finds nothing to do.

    It asks again and again: a process that waits inside a command would be waited for by an index that is being built.
    """
    address = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        beside = psycopg.connect(address, autocommit=True, application_name="verify migrate")
    except psycopg.OperationalError as error:
        raise OperationalError("connect", None, error) from error
    with beside:
        while beside.execute("SELECT pg_try_advisory_lock(hashtext('verify migrate'))").fetchone() != (True,):
            time.sleep(0.2)
        yield beside


def patiently(
    work: Callable[[], None],
    connection: Connection,
    beside: psycopg.Connection[Any],
    say: Say,
    pauses: Sequence[float] = _PAUSES,
) -> None:
    """Do work that takes locks; once more, after a pause, for as long as somebody else holds one of them."""
    for pause in (*pauses, None):
        with _watching(connection, beside) as holders:
            try:
                return work()
            except OperationalError as error:
                connection.rollback()
                if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                    raise
        held = ", ".join(holders) or "somebody who is gone by now"
        if pause is None:
            raise TableHeld(f"The schema waits for {held}. End that, then run: verify migrate")
        say(f"The schema waits for {held}; trying again in {pause:g} s.")
        time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  # two who meet must not meet again
    return None


@contextmanager
def _watching(connection: Connection, beside: psycopg.Connection[Any]) -> Iterator[list[str]]:
    """Who is in the way while this connection waits: known only as long as it does. Never what they asked."""
    pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
    holders: list[str] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if found := [_described(*row) for row in beside.execute(_HOLDERS, [pid]).fetchall()]:
                holders[:] = found

    watcher = threading.Thread(target=watch, name="holders", daemon=True)
    watcher.start()
    try:
        yield holders
    finally:
        over.set()
        watcher.join()


_HOLDERS = """
SELECT pid, application_name, state, CAST(extract(epoch FROM now() - xact_start) AS bigint) FROM pg_stat_activity
WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY xact_start, pid
"""


def _described(pid: int, name: str | None, state: str | None, seconds: int | None) -> str:
    known = [name or "", f"{state} for {seconds} s" if state is not None and seconds is not None else ""]
    told = ", ".join(filter(None, known))
    return f"process {pid}" + (f" ({told})" if told else "")


def _limit(connection: Connection, role: str, say: Say) -> None:
    """Set limits and silence of the application's role, unless it has them. Who may not is told what is missing."""
    _set(connection, role, LIMITS, say, "The owner may not set the application's limits.")
    why = "PostgreSQL may write people's data into its own log: the owner may not keep it from that."
    _set(connection, role, QUIET, say, why)


def _set(connection: Connection, role: str, wanted: Mapping[str, str], say: Say, why: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    known = set(connection.scalars(text("SELECT name FROM pg_settings")))  # transaction_timeout is of PostgreSQL 17
    has = connection.scalars(
        text(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
            " WHERE rolname = :role AND setdatabase = 0"
        ),
        {"role": role},
    ).all()
    missing = [
        f"ALTER ROLE {quoted} SET {name} = '{limit}'"
        for name, limit in wanted.items()
        if name in known and f"{name}={limit}" not in has
    ]
    try:
        for statement in missing:
            connection.execute(text(statement))
        connection.commit()
    except ProgrammingError as error:
        connection.rollback()
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        say(f"{why} Have a superuser run: " + "; ".join(missing))


def newest() -> str:
    """The revision this code expects."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head() or "none"


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON TABLE alembic_version TO {quoted}"))
    for table in Base.metadata.tables:
        if table in READ_ONLY:
            rights = "SELECT"
        elif table in APPEND_ONLY:
            rights = "SELECT, INSERT"
        elif table in APPEND_ONLY_BUT:
            rights = f"SELECT, INSERT, UPDATE ({APPEND_ONLY_BUT[table]})"
        else:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(text(f"REVOKE ALL ON TABLE {table} FROM {quoted}"))
        connection.execute(text(f"GRANT {rights} ON TABLE {table} TO {quoted}"))


def role_of(url: str) -> str:
    """The role an address signs in as."""
    return make_url(url).username or ""
