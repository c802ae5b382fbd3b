"""What the migrations make is what the code reads and writes."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from verify_service.ground import schema
from verify_service.ground.database import sqlalchemy_url
from verify_service.ground.tables import Base

_SPELT_OTHERWISE = "ix_grievance_queue"  # over expressions, which PostgreSQL gives back in words of its own


def test_the_migrations_make_every_table_as_the_code_has_it(db: Any, owner_url: str) -> None:
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    options = {"compare_type": True, "include_object": lambda _, name, *__: name != _SPELT_OTHERWISE}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_another_release_is_left_as_it_is(db: Any, owner_url: str) -> None:
    db.execute("UPDATE alembic_version SET version_num = '8888'")
    try:
        with pytest.raises(schema.SchemaUnknown, match="is at 8888, which this release does not know"):
            schema.upgrade(owner_url, schema.role_of(owner_url))
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("8888",)
    finally:
        db.execute("UPDATE alembic_version SET version_num = %s", [schema.newest()])
