"""The installation's settings, for whoever stands in an application context."""

from __future__ import annotations

from flask import current_app

from pbapp.config import Config


def settings() -> Config:
    config: Config = current_app.extensions["pbapp"]
    return config
