"""Participatory budgeting and community asset maps for Community Boards.

Nothing is imported here until `create_app` is called, so that `import pbapp.tally` stays pure.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from pbapp.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Build the application; raises `ConfigError` or `AccessError`.

    The garbage collector rests meanwhile: all that is loaded stays, and to look through it again
    and again took a sixth of the time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        from pbapp import web_app

        return web_app.build(config)
    finally:
        if collects:
            gc.enable()
