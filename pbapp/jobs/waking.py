"""After a commit that asked for a job, knock at the worker's door."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from pbapp.config import Config
from pbapp.db import db

_log = logging.getLogger("pbapp.jobs")


def init_app(app: Flask) -> None:
    """Wake the worker through its queue; a lost call only means waiting for the next minute."""
    config: Config = app.extensions["pbapp"]
    call = _caller(config)

    def woke(session: Session) -> None:
        if session.info.pop("wake_worker", False):
            try:
                call()
            except Exception:
                _log.warning("the worker could not be woken; it looks every minute anyway")

    with app.app_context():
        event.listen(db.session, "after_commit", woke)


def _caller(config: Config) -> Callable[[], object]:
    from pbapp.jobs.worker import queue, work_task

    task = work_task(queue(config))
    return lambda: task()
