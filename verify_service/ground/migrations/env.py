"""Alembic's entry: migrations run as the owner, on the connection that `verify migrate` hands over."""

from alembic import context

from verify_service.ground.tables import Base

connection = context.config.attributes["connection"]
# Each migration commits by itself: none waits for a lock while it holds those of the ones before it.
context.configure(
    connection=connection, target_metadata=Base.metadata, transaction_per_migration=True, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
