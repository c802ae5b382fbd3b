"""Alembic's entry: migrations run as the owner, on the connection that `verify migrate` hands over."""

from alembic import context

from verify_service.ground.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, transaction_per_migration=False, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
