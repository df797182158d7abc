"""The SQLAlchemy object, the naming of constraints, and the one transaction rule.

Every change begins its write transaction before it reads anything it will decide on; every page
that only shows things is read-only. On SQLite that is BEGIN IMMEDIATE behind an in-process lock
against BEGIN with `query_only`; on PostgreSQL READ WRITE against READ ONLY.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, Index, MetaData, UniqueConstraint, event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from pbapp.refusal import N_, Refused

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table's parent.

    `__refusals__` maps a constraint's name to `(field, sentence)`, so that what the database
    refuses reaches the person as an error beside the field.
    """

    metadata = MetaData(naming_convention=NAMES)
    __refusals__: dict[str, tuple[str | None, str]] = {}


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on every database (SQLite forgets the zone, so we give it back)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(values: type[enum.StrEnum], name: str) -> Enum:
    """A column for one of an enum's values, stored as text and checked by a named constraint."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda cls: [member.value for member in cls],
    )


# --- the transaction rule ------------------------------------------------------------------------

_write_lock = threading.Lock()
_writing: ContextVar[bool] = ContextVar("pbapp_writing", default=False)
lock_wait_seconds = 20.0
SQLITE_WAITS_MS = 20_000
# PostgreSQL's codes for a write it has undone because of another: each read what the other wrote,
# each waits for the other, a lock was held too long.
COLLISIONS = ("40001", "40P01", "55P03")


class Busy(Exception):
    """Another write was in the way for longer than anybody should wait: try again."""


@contextmanager
def write_transaction() -> Iterator[None]:
    """Make the session's next transaction a write, begun before its first read.

    For a POST (the web layer does it) and for jobs and commands. The caller still commits, visibly;
    what is left uncommitted at the end is rolled back.
    """
    db.session.rollback()  # a read-only transaction already open would stay read-only
    token = _writing.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _writing.reset(token)


def is_writing() -> bool:
    return _writing.get()


def begin_writing() -> None:
    """Turn the current request into a writing one; `end_request` undoes it."""
    _writing.set(True)


def end_request() -> None:
    _writing.set(False)


def install_transaction_rule(engine: Engine) -> None:
    """Teach one engine the rule; called once when the application starts."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        for name in ("commit", "rollback"):
            event.listen(engine, name, _release)
        event.listen(engine, "checkin", _release_on_checkin)
    else:
        event.listen(engine, "begin", _postgresql_begin)
        event.listen(engine, "handle_error", _postgresql_error)


def _sqlite_connect(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves; the driver would start too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_WAITS_MS}",
        "secure_delete=ON",  # what is deleted, or moved, must not be read from the file's gaps
    ):
        raw.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    writing = _writing.get()
    if writing:
        # The lock queues this process's writers fairly; SQLite's own waiting is a lottery.
        if not _write_lock.acquire(timeout=lock_wait_seconds):
            raise Busy
        connection.info["holds_write_lock"] = True
    try:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
    except BaseException:
        _release(connection)
        raise


def _release(connection: Connection) -> None:
    _release_info(connection.info)


def _release_on_checkin(_raw: Any, record: Any) -> None:
    _release_info(record.info)


def _release_info(info: dict[Any, Any]) -> None:
    if info.pop("holds_write_lock", False):
        _write_lock.release()


def _postgresql_begin(connection: Connection) -> None:
    if _writing.get():
        # As on SQLite: who waits longer than this is told to try again.
        wait = int(lock_wait_seconds * 1000)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait}")
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _postgresql_error(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in COLLISIONS:
        raise Busy from context.original_exception


def advisory_lock(name: str) -> None:
    """Hold everybody else who names the same thing until this transaction ends.

    SQLite's writers already queue, so there it is nothing; PostgreSQL takes a transaction lock,
    which unlike FOR UPDATE leaves no trace in any row.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy import func, select

        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def is_still_there(row: Base) -> bool:
    """Read a row again as it is now, after a lock; False if somebody deleted it meanwhile."""
    try:
        db.session.refresh(row)
    except InvalidRequestError:
        return False
    return True


# --- what the database refuses --------------------------------------------------------------


def flush() -> None:
    """Send changes to the database; a broken constraint becomes a `Refused` for its field.

    The transaction is lost with it, so the caller shows the error and commits nothing.
    """
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        name = violated_constraint(error)
        field, sentence = _refusals().get(
            name or "", (None, N_("We could not save this. Check what you entered and try again."))
        )
        raise Refused(sentence, field) from error


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that was broken, on SQLite and PostgreSQL alike."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name) if diagnostics.constraint_name else None
    text = str(error.orig)
    kind, _, rest = text.partition(" constraint failed: ")
    if kind == "UNIQUE":
        return _unique_name(rest)
    return rest or None


def _unique_name(columns: str) -> str | None:
    """SQLite names the columns of a broken UNIQUE, not the constraint; look the name up."""
    if columns.startswith("index '"):
        return columns[len("index '") : -1]
    wanted = {part.strip() for part in columns.split(",")}
    for table in Base.metadata.tables.values():
        candidates: list[UniqueConstraint | Index] = [
            c for c in table.constraints if isinstance(c, UniqueConstraint)
        ]
        candidates += [i for i in table.indexes if i.unique]
        for candidate in candidates:
            if {f"{table.name}.{column.name}" for column in candidate.columns} == wanted:
                return str(candidate.name)
    return None


def _refusals() -> dict[str, tuple[str | None, str]]:
    found: dict[str, tuple[str | None, str]] = {}
    for mapper in Base.registry.mappers:
        found.update(mapper.class_.__refusals__)
    return found
