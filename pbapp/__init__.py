"""Participatory budgeting and community asset maps for Community Boards.

Nothing is imported here until `create_app` is called, so that `import pbapp.tally` stays pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from pbapp.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Build the application; raises `ConfigError` or `AccessError`."""
    from pbapp import web_app

    return web_app.build(config)
