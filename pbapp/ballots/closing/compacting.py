"""Make a database let go of deleted rows: its files hold them no longer when this is done.

Outside any transaction of the session. What an operator's own copies hold (PostgreSQL's log
archive, backups, disk snapshots) is beyond it: docs/operators/running.md says what to expire.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from pbapp.db import db

WAIT = 20.0  # seconds for others to finish what they read
_log = logging.getLogger("pbapp")


def compact(tables: Iterable[str], wait: float = WAIT) -> bool:
    """Rewrite the database, or these tables of it; False where somebody kept it from that."""
    engine = db.engines[None].engine
    if engine.dialect.name == "sqlite":
        return _compact_sqlite(str(engine.url.database), wait)
    return _compact_postgresql(engine, list(tables), wait)


def _compact_sqlite(path: str, wait: float) -> bool:
    """VACUUM writes the whole file anew into the write-ahead log, which then goes into the file."""
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as raw:
        raw.execute("PRAGMA secure_delete=ON")
        try:
            raw.execute("VACUUM")
        except sqlite3.OperationalError:  # locked, or the disk is full
            _log.exception("the database could not be written anew")
            return False
        until = time.monotonic() + wait
        while True:
            blocked, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not blocked:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.1)


def _compact_postgresql(engine: Engine, tables: list[str], wait: float) -> bool:
    """VACUUM FULL rewrites a table and its indexes, once nobody can see the old rows."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _nobody_sees_old_rows(connection, wait):
            return False
        for table in tables:
            _forget_samples(connection, table)
            connection.execute(text(f'VACUUM (FULL) "{table}"'))
        with suppress(DBAPIError):  # the owner of the database may; another user may not
            connection.execute(text("VACUUM (FULL) pg_catalog.pg_statistic"))
        return True


# Who may still see a row deleted before the mark: sessions by snapshot or by number, transactions
# prepared and left, and standbys that ask the server to wait for them.
OLDER = text(
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND datname = current_database() "
    "AND (age(backend_xmin) >= age(CAST(:mark AS xid)) "
    "OR age(backend_xid) >= age(CAST(:mark AS xid)))) "
    "+ (SELECT count(*) FROM pg_prepared_xacts WHERE age(transaction) >= age(CAST(:mark AS xid))) "
    "+ (SELECT count(*) FROM pg_replication_slots WHERE age(xmin) >= age(CAST(:mark AS xid)))"
)


def _nobody_sees_old_rows(connection: Connection, wait: float) -> bool:
    """Wait until every transaction that began before now is over: VACUUM keeps rows they see."""
    mark = connection.scalar(text("SELECT pg_current_xact_id()::xid::text"))
    until = time.monotonic() + wait
    while connection.scalar(OLDER, {"mark": mark}):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _forget_samples(connection: Connection, table: str) -> None:
    """The planner keeps samples of columns, which outlive the rows of an emptied table.

    A column that is given its own type again loses them; nothing is rewritten for it.
    """
    columns = connection.execute(
        text(
            "SELECT s.attname, format_type(a.atttypid, a.atttypmod) FROM pg_stats s "
            "JOIN pg_attribute a ON a.attrelid = to_regclass(s.tablename::text) "
            "AND a.attname = s.attname "
            "WHERE s.schemaname = current_schema() AND s.tablename = :table"
        ),
        {"table": table},
    ).all()
    for column, kind in columns:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind}'))
