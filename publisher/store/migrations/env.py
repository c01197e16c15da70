"""Run by Alembic on the connection that `publisher.store.schema.upgrade` hands it."""

from alembic import context

from publisher.store.reader_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
