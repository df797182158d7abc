"""The worker: a queue library runs it and its timetable, the job table tells it what to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from pbapp.jobs import services

# Modules whose import registers jobs. Only the worker and the commands import them all.
JOB_MODULES = (
    "pbapp.messages.sending",
    "pbapp.messages.spreading",
    "pbapp.maps.building",
    "pbapp.ballots.log.sealing",
    "pbapp.results.bringing_in",
    "pbapp.results.counting",
    "pbapp.results.recounting",
    "pbapp.results.corrections.correcting",
    "pbapp.results.opendata.making",
    "pbapp.assets.oruk.checking",
    "pbapp.assets.settling.services",
    "pbapp.desk.what_if",
    "pbapp.ballots.paper.printing",
    "pbapp.papers.packs.making",
    "pbapp.sheets.making",
)
LOOK_EVERY = 0.5
_log = logging.getLogger("pbapp.jobs")


def load_jobs() -> None:
    """Make every kind of job known to this process."""
    for name in JOB_MODULES:
        import_module(name)


def empty_queue(path: Path) -> SqliteHuey:
    """The queue's file, without what a worker before this one left in it.

    A worker that was killed leaves its lock there, and nobody would ever work again. The table of
    jobs is the truth, so that nothing in the file is missed; answers are not kept in it at all.
    """
    huey = SqliteHuey(name="pbapp", filename=str(path), fsync=True, utc=True, results=False)
    huey.flush()
    return huey


def run_forever(app: Flask, every_minute: tuple[Callable[[], object], ...] = ()) -> None:
    """Work until told to stop (SIGINT or SIGTERM); the job in hand is finished first."""
    load_jobs()
    huey = empty_queue(app.extensions["pbapp"].queue)
    stopping = threading.Event()

    @huey.task(name="work")
    @huey.lock_task("work")
    def work() -> None:
        with app.app_context():
            services.run_due()

    @huey.periodic_task(crontab(minute="*"), name="chores")
    @huey.lock_task("chores")
    def chores() -> None:
        with app.app_context():
            for chore in every_minute:
                chore()

    def look() -> None:
        while not stopping.wait(LOOK_EVERY):
            if huey.pending_count() == 0 and _something_is_due(app):
                work()

    looker = threading.Thread(target=look, name="looker", daemon=True)
    looker.start()
    _log.info("worker started")
    try:
        Consumer(huey, workers=1, periodic=True, initial_delay=0.05, max_delay=0.2).run()
    finally:
        stopping.set()


def _something_is_due(app: Flask) -> bool:
    try:
        with app.app_context():
            return bool(services.due(limit=1))
    except Exception:
        _log.exception("the worker could not read its jobs; it tries again")
        return False
