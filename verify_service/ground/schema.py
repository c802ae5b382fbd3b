"""Bringing a database to the newest schema, as its owner, and saying what the application may do in it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from verify_service.ground.database import sqlalchemy_url
from verify_service.ground.tables import Base

APPEND_ONLY = ("evidence", "audit", "decision")  # the application inserts and reads, and can change nothing
READ_ONLY = ("area", "decision_row")  # written here, from files and code under review


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str, application_role: str) -> str:
    """Migrate to the newest schema and set the application's rights; returns the revision. Twice changes nothing.

    Raises SQLAlchemy's OperationalError when the server is away or the owner's password is wrong.
    """
    made = create_engine(sqlalchemy_url(owner_url))
    try:
        with made.begin() as connection:
            # Two processes starting at once: the second waits, then finds nothing to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('verify migrate'))"))
            command.upgrade(_config(connection), "head")
            _grant(connection, application_role)
            revision = MigrationContext.configure(connection).get_current_revision()
    finally:
        made.dispose()
    return revision or "none"


def newest() -> str:
    """The revision this code expects."""
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
        else:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(text(f"REVOKE ALL ON TABLE {table} FROM {quoted}"))
        connection.execute(text(f"GRANT {rights} ON TABLE {table} TO {quoted}"))


def role_of(url: str) -> str:
    """The role an address signs in as."""
    return make_url(url).username or ""
