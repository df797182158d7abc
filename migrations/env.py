"""Run migrations on the application's own database, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from pbapp import db as database

metadata = database.Base.metadata


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our moments as plain SQLAlchemy types: a migration must not change with the code."""
    if kind == "type" and isinstance(item, database.Moment):
        return "sa.DateTime(timezone=True)"
    return False


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let SQLite write a table anew while rows of others point to it; look for strays at the end.

    To change a table there is to make another, copy the rows and drop the first: with foreign keys
    on, dropping it would count as deleting its rows. The setting only takes effect outside of a
    transaction, hence the driver's own connection. https://www.sqlite.org/lang_altertable.html
    """
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        strays = raw.execute("PRAGMA foreign_key_check").fetchall()
        if strays:
            raise RuntimeError(f"Rows that point to nothing after the migration: {strays[:10]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    token = database._writing.set(True)
    try:
        with engine.connect() as connection, foreign_keys_off(connection):
            context.configure(
                connection=connection,
                target_metadata=metadata,
                render_as_batch=True,
                render_item=render_item,
                compare_type=True,
                transaction_per_migration=True,
                autogenerate_plugins=[
                    "alembic.autogenerate.*",
                    "alembic.ext.checkconstraint_byname",
                ],
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        database._writing.reset(token)


run()
