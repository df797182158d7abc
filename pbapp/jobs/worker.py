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
from pbapp.jobs.services import Line

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
    """Work until told to stop (SIGINT or SIGTERM); what is in hand is finished first."""
    load_jobs()
    stopping = threading.Event()
    consumer = make_consumer(app, every_minute, stopping)
    _log.info("worker started")
    try:
        consumer.run()
    finally:
        stopping.set()


def make_consumer(
    app: Flask, every_minute: tuple[Callable[[], object], ...], stopping: threading.Event
) -> Consumer:
    """What does the jobs that are due, each line one after another, and the chores beside them.

    It looks for what is due until `stopping` is set.
    """
    huey = empty_queue(app.extensions["pbapp"].queue)
    at_work = {line: threading.Lock() for line in Line}

    @huey.task(name="work")
    def work(line: str) -> None:
        if at_work[Line(line)].acquire(blocking=False):
            try:
                with app.app_context():
                    services.run_due(Line(line))
            finally:
                at_work[Line(line)].release()

    @huey.periodic_task(crontab(minute="*"), name="chores")
    @huey.lock_task("chores")
    def chores() -> None:
        with app.app_context():
            for chore in every_minute:
                chore()

    def look() -> None:
        while not stopping.wait(LOOK_EVERY):
            if huey.pending_count() == 0:
                for line in Line:
                    if not at_work[line].locked() and _something_is_due(app, line):
                        work(line)

    threading.Thread(target=look, name="looker", daemon=True).start()
    threads = len(Line) + 1  # and one for the chores
    return Consumer(huey, workers=threads, periodic=True, initial_delay=0.05, max_delay=0.2)


def _something_is_due(app: Flask, line: Line) -> bool:
    try:
        with app.app_context():
            return bool(services.due(line, limit=1))
    except Exception:
        _log.exception("the worker could not read its jobs; it tries again")
        return False
