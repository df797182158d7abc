"""Puts the rooms together into one Flask application."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

import pbapp.models  # noqa: F401 — every table must be known before the first query
from pbapp import config as configuration
from pbapp import db as database
from pbapp.boards import site
from pbapp.config import ROOT, Config
from pbapp.web import (
    access,
    babel,
    errors,
    forms,
    headers,
    logs,
    redirects,
    routing,
    static_files,
    transactions,
)

# In the order of the house, top first; a room without pages has no views.
ROOMS = (
    "pages",
    "desk",
    "news",
    "thread",
    "papers",
    "delivery",
    "participation",
    "results",
    "ballots",
    "appraisal",
    "proposals",
    "rounds",
    "sheets",
    "gaps",
    "assets",
    "complaints",
    "engagement",
    "concerns",
    "helping",
    "plans",
    "boards",
    "organisations",
    "accounts",
    "maps",
    "messages",
    "web",
)


def build(config: Config | None = None) -> Flask:
    """One application for one installation."""
    config = config or configuration.from_environment()
    app = Flask("pbapp", static_folder=None, template_folder=str(ROOT / "templates"))
    app.config.from_mapping(config.for_flask())
    app.extensions["pbapp"] = config
    for folder in (config.instance, config.uploads):
        folder.mkdir(parents=True, exist_ok=True)
    routing.init_app(app)
    _start_database(app, config)
    logs.init_app(app)
    babel.init_app(app)
    forms.init_app(app)
    transactions.init_app(app)
    headers.init_app(app, config)
    errors.init_app(app)
    static_files.init_app(app)
    redirects.init_app(app)
    site.init_app(app)
    for room in ROOMS:
        register_room(app, room)
    access.refuse_open_views(app)
    return app


def register_room(app: Flask, room: str) -> None:
    """Register a room's blueprints (`views.blueprints`) and let it set itself up."""
    views = import_module(f"pbapp.{room}.views")
    for blueprint in views.blueprints:
        app.register_blueprint(blueprint)
    if hasattr(views, "init_app"):
        views.init_app(app)


def _start_database(app: Flask, config: Config) -> None:
    database.lock_wait_seconds = config.lock_wait
    database.db.init_app(app)
    with app.app_context():
        database.install_transaction_rule(database.db.engine)
