"""Run migrations on the application's own database, each in a transaction of its own."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from pbapp import db as database

metadata = database.Base.metadata


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our moments as plain SQLAlchemy types: a migration must not change with the code."""
    if kind == "type" and isinstance(item, database.Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    token = database._writing.set(True)
    try:
        with engine.connect() as connection:
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
