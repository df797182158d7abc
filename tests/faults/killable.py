"""A PostgreSQL server that keeps what it acknowledged, and that tests may kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.databases import fresh_database, server_package


class Killable:
    """One server process with its folder; its database is `url`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = server_package().PostgresServer(folder, cleanup_mode="stop")

    def start(self) -> None:
        self._server.start()

    @property
    def url(self) -> str:
        address = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        return address.render_as_string(hide_password=False)

    def kill(self) -> None:
        """As a power cut does; its helpers follow it within moments."""
        process = psutil.Process(self._server.get_pid())
        helpers = process.children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        _, left = psutil.wait_procs([process, *helpers], timeout=10)
        for helper in left:
            helper.kill()

    def start_again(self) -> None:
        with self._server._lock:
            self._server.ensure_postgres_running()

    def _run(self, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs as the user that owns the folder."""
        program, *rest = arguments
        subprocess.run(
            [Path(self._server.bin_path) / program, *rest],
            user=self._server.system_user,
            check=True,
            capture_output=True,
        )

    def copy_to(self, folder: Path) -> Killable:
        """A replica that follows this server from now on, in a folder of its own; not started."""
        folder.mkdir()
        if self._server.system_user:
            shutil.chown(folder, self._server.system_user)
        folder.chmod(0o700)
        host = make_url(self._server.get_uri()).query["host"]
        there = ("-h", str(host), "-U", "postgres", "--checkpoint=fast")
        self._run("pg_basebackup", *there, "-R", "-D", str(folder))
        for left in (*folder.glob(".s.PGSQL*"), *folder.glob(".handle_pids*")):
            left.unlink()
        return Killable(folder)

    def execute(self, *statements: str, url: str | None = None) -> list[Any]:
        """Statements that stand outside a transaction; what the last one gave."""
        engine = create_engine(url or self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        rows: list[Any] = []
        with engine.connect() as connection:
            for statement in statements:
                result = connection.execute(text(statement))
                rows = list(result) if result.returns_rows else []
        return rows

    def wait_until_true(self, question: str, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while not self.execute(question)[0][0]:
            assert time.monotonic() < until, question
            time.sleep(0.1)

    def stop(self) -> None:
        with self._server._lock:
            self._server._stop()


@contextmanager
def killable_server() -> Iterator[tuple[Killable, str]]:
    """A careful server of its own, and the address of a fresh database on it."""
    folder = Path(tempfile.mkdtemp(prefix="pbapp-pg-"))
    server = Killable(folder / "data")
    (folder / "data").mkdir()
    try:
        server.start()
        with fresh_database(server.url) as url:
            yield server, url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
