"""The application with its migrations at hand, for `pbapp upgrade` and for
`flask --app pbapp.migrating db …`.

A web process never migrates, so it is spared alembic and its memory.
"""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

import pbapp
from pbapp.config import ROOT, Config
from pbapp.db import db


def create_app(config: Config | None = None) -> Flask:
    """The same application, able to migrate."""
    app = pbapp.create_app(config)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    return app
