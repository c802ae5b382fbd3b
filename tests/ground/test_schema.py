"""What the migrations make is what the code reads and writes."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from verify_service.ground.database import sqlalchemy_url
from verify_service.ground.tables import Base

_SPELT_OTHERWISE = "ix_grievance_queue"  # over expressions, which PostgreSQL gives back in words of its own


def test_the_migrations_make_every_table_as_the_code_has_it(db: Any, owner_url: str) -> None:
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    options = {"compare_type": True, "include_object": lambda _, name, *__: name != _SPELT_OTHERWISE}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
