"""The worker: huey wakes it, the job table tells it what to do.

huey keeps no job of ours, only the wake-up call: losing its file loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from pbapp.config import Config
from pbapp.jobs import services

# Modules whose import registers jobs. Only the worker and the commands import them all.
JOB_MODULES = ("pbapp.messages.sending", "pbapp.maps.building", "pbapp.results.counting")
_log = logging.getLogger("pbapp.jobs")


def load_jobs() -> None:
    """Make every kind of job known to this process."""
    for name in JOB_MODULES:
        import_module(name)


def queue(config: Config) -> SqliteHuey:
    return SqliteHuey(name="pbapp", filename=str(config.queue), fsync=True, utc=True)


def work_task(huey: SqliteHuey) -> Callable[[], Any]:
    """The wake-up call, the same for the one who calls and the one who answers."""

    @huey.task(name="work")
    def work() -> None:
        services.run_due()

    return work


def run_forever(app: Flask, every_minute: tuple[Callable[[], object], ...] = ()) -> None:
    """Work until told to stop (SIGINT or SIGTERM); the job in hand is finished first."""
    load_jobs()
    huey = queue(app.extensions["pbapp"])
    work_task(huey)

    @huey.on_startup()
    def enter() -> None:
        app.app_context().push()  # one context for the worker's whole life
        _log.info("worker started for %s", current_app.name)

    @huey.periodic_task(crontab(minute="*"), name="sweep")
    @huey.lock_task("sweep")
    def sweep() -> None:
        for chore in every_minute:
            chore()
        services.run_due()

    Consumer(huey, workers=1, periodic=True, initial_delay=0.05, max_delay=1.0).run()
