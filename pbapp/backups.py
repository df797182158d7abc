"""Commands that copy the database while people use it, and put a copy back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy import URL, make_url

from pbapp import clock
from pbapp.config import Config, ConfigError, from_environment


class CopyFailed(Exception):
    """A copy could not be made or put back; the text says why."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--every",
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="Go on, with a new copy each time, until stopped.",
)
def backup(file: Path, every: int | None) -> None:
    """Copy the database into FILE while people use it. An earlier copy there is replaced at once.

    FILE holds what was saved up to the moment the copy began, and is whole or not there at all.
    Ballot keys are never in it; keep it away from PBAPP_KEYS. Pictures are files of their own in
    PBAPP_INSTANCE/uploads: copy that folder too. On PostgreSQL this needs pg_dump.
    """
    config = from_environment()
    target = file.resolve()
    if target.is_relative_to(config.keys):
        raise ConfigError(
            f"{target} is in PBAPP_KEYS ({config.keys}). A copy of the ballots beside their keys "
            "would tell who voted for what: keep it somewhere else."
        )
    if every is None:
        _report(config, target)
        return
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.is_set():
        with suppress(ConfigError):  # it has been said; the next copy may do better
            _report(config, target)
        stopping.wait(every)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a copy made by `pbapp backup` in the place of the database. Stop the server first.

    On SQLite what was there is kept beside it. Run `pbapp check` afterwards: it says whether
    ballots that were sealed after the copy was made are missing.
    """
    config = from_environment()
    try:
        if config.is_sqlite:
            kept = put_sqlite_back(file, sqlite_file(config))
            if kept:
                click.echo(f"What was there before is in {kept}.")
        else:
            _run_postgresql(
                make_url(config.database_url),
                "pg_restore",
                *("--clean", "--if-exists", "--no-owner", "--single-transaction", str(file)),
            )
    except CopyFailed as error:
        raise ConfigError(f"Nothing was put back: {error}") from error
    click.echo("The copy is in place. Run `pbapp upgrade` and `pbapp check` now.")


def _report(config: Config, target: Path) -> None:
    began = clock.now()
    try:
        make_copy(config, target)
    except (CopyFailed, OSError) as error:
        click.echo(f"{began:%H:%M:%S} no copy was made: {error}", err=True)
        raise ConfigError(f"No copy was made: {error}") from error
    _note(config, target)
    click.echo(f"{began:%H:%M:%S} copied to {target}.")


def _note(config: Config, target: Path) -> None:
    """Remember where copies are, so that `pbapp round destroy` can name those that hold ballots."""
    known = config.copies.read_text("utf-8").splitlines() if config.copies.exists() else []
    if str(target) not in known:
        config.instance.mkdir(parents=True, exist_ok=True)
        with config.copies.open("a", encoding="utf-8") as file:
            file.write(f"{target}\n")


def make_copy(config: Config, target: Path) -> None:
    """Write a whole copy of the database to the disk, then give it its name.

    Raises `CopyFailed` or `OSError`; what was at `target` before is then still there.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if config.is_sqlite:
            _copy_sqlite(sqlite_file(config), part)
        else:
            url = make_url(config.database_url)
            _run_postgresql(url, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def sqlite_file(config: Config) -> Path:
    """The file of an installation on SQLite."""
    return Path(make_url(config.database_url).database or "")


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise CopyFailed(f"there is no database at {source}")
    try:
        with closing(sqlite3.connect(source, timeout=20)) as live, closing(_open(target)) as copy:
            # In one step: it is the picture of one moment, and in WAL mode nobody waits for it.
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
    except sqlite3.Error as error:
        raise CopyFailed(str(error)) from error


def put_sqlite_back(copy: Path, file: Path) -> Path | None:
    """Replace the database by a copy; where the present one was moved to, if there was one.

    Raises `CopyFailed` for a file that is no whole copy, and while the database is in use.
    """
    try:
        with closing(_open(copy)) as found:
            if found.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise CopyFailed(f"{copy} is damaged")
            found.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise CopyFailed(f"{copy} is no copy of a database of ours ({error})") from error
    part = file.with_name(f".{file.name}.part")
    shutil.copyfile(copy, part)
    part.chmod(0o600)
    _sync(part)
    kept = None
    if file.exists():
        _refuse_if_in_use(file)
        kept = file.with_name(f"{file.name}.before-{clock.now():%Y%m%d-%H%M%S}")
        file.replace(kept)
        for ending in ("-wal", "-shm"):  # emptied into the file a moment ago
            file.with_name(file.name + ending).unlink(missing_ok=True)
    part.replace(file)
    _sync(file.parent)
    return kept


def _refuse_if_in_use(file: Path) -> None:
    """Take the database for ourselves alone, which fails while any server has it open."""
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as alone:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("COMMIT")
            alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise CopyFailed("the database is in use. Stop `pbapp serve` first") from error


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None)


def _run_postgresql(url: URL, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; its password stays out of the list of processes."""
    found = shutil.which(program)
    if found is None:
        raise CopyFailed(f"{program} was not found; it comes with PostgreSQL's client programs")
    environment: dict[str, Any] = {**os.environ}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    address = url.set(drivername="postgresql")._replace(password=None)
    named = f"--dbname={address.render_as_string(hide_password=False)}"
    done = subprocess.run(  # noqa: S603 — no shell, and nothing of it comes from the web
        [found, named, *arguments], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise CopyFailed(" ".join(done.stderr.split()) or f"{program} failed")


def _sync(path: Path) -> None:
    """Wait until the disk has it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
