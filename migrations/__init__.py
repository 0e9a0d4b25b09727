"""The schema's history, for Alembic. `tasks.db.schema` runs it; `alembic revision` adds to it."""
