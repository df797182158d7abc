"""Empties what the database remembers of the last writes and we can make it forget."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

from pbapp.db import SQLITE_WAITS_MS, db


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
    # A connection of the pool: a new one would first read how all tables are made.
    with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        cursor.execute("PRAGMA busy_timeout=0")
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_WAITS_MS}")
