"""Empties what the database remembers of the last writes and we can make it forget."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

from pbapp.db import db


def empty() -> None:
    """Move SQLite's write-ahead log into the file and cut it to nothing; called after a commit.

    The log keeps one picture of every page a write changed, in the order of the writes, so a copy
    of it would show which ballot came when. It waits for nobody: while others read or write it is
    left to the next ballot. PostgreSQL's own log is its administrator's: see the page for
    engineers.
    """
    engine = db.engines[None].engine
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(engine.url.database, timeout=0)) as raw,
    ):
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
