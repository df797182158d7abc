"""Commands that run an installation: serve, worker, upgrade, check."""

from __future__ import annotations

import ctypes
import gc
import ipaddress
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pbapp import create_app
from pbapp.config import Config, ConfigError
from pbapp.web import logs

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
WORKER_RESTARTS_AFTER = 2.0
FINISHING = 25.0  # seconds to finish what is in hand: a vote may wait 20 for its turn
SUPERVISED = "PBAPP_SUPERVISED"
M_ARENA_MAX = -8  # of glibc's malloc.h


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the pages, with a worker beside them that is restarted if it dies.

    One process with eight threads; on SQLite that is all there should be. Stop it with Ctrl-C or
    SIGTERM: requests in hand are finished first. The demo listens on this machine only.
    """
    from waitress.server import create_server

    logs.start()
    if os.environ.get("PBAPP_DEMO") == "1":  # the links in its letters and codes lead to it
        os.environ.setdefault("PBAPP_PUBLIC_URL", f"http://127.0.0.1:{port}")
    app = lasting_app()
    config: Config = app.extensions["pbapp"]
    if config.is_demo and not _is_loopback(host):
        raise ConfigError(
            "The demo has passwords that everybody knows, so it is served on this machine only. "
            "Leave out --host, or set up a real installation (see docs/operators)."
        )
    refuse_old_database(app)
    server = create_server(app, host=host, port=port, threads=THREADS, ident="pbapp")
    give_time_to_finish(server.task_dispatcher)
    stopping = threading.Event()

    def stop(*_: Any) -> None:
        stopping.set()
        raise SystemExit  # waitress lets its threads finish on this, and on nothing softer

    signal.signal(signal.SIGTERM, stop)
    # Started in the background of a script it would ignore this, and so would its worker, which is
    # asked to finish with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    supervisor = threading.Thread(target=_keep_worker_running, args=(stopping,), daemon=True)
    supervisor.start()
    _print_welcome(config, host, port)
    try:
        server.run()
    finally:
        stopping.set()
        supervisor.join(timeout=30)


def give_time_to_finish(threads: Any) -> None:
    """Let waitress wait for requests in hand as long as they may wait themselves, not 5 seconds."""
    threads.shutdown = partial(threads.shutdown, timeout=FINISHING)


def lasting_app() -> Flask:
    """The application of a process that lives for weeks: a web process, or the worker.

    Its threads share one heap. What is loaded by now is never let go, so the garbage collector is
    told to pass it by: each of its long looks, which no request gets past, takes half as long.
    """
    share_one_heap()
    app = create_app()
    gc.freeze()
    return app


def share_one_heap() -> None:
    """Let the threads of a process share one heap: that saves 15 MB.

    glibc gives each thread its own, to spare them waiting for each other; ours wait for Python's
    lock anyway. Elsewhere this does nothing.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


@click.command()
def worker() -> None:
    """Send mail, count, draw maps and tidy up, until stopped. `pbapp serve` runs one already."""
    from pbapp.jobs.worker import run_forever
    from pbapp.upkeep import chores

    logs.start()
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    run_forever(lasting_app(), every_minute=(chores,))


@click.command()
def upgrade() -> None:
    """Bring the database up to date. Safe to run again; it tells what it did."""
    from flask_migrate import upgrade as migrate

    from pbapp import migrating

    app = migrating.create_app()
    with app.app_context():
        before = _revision()
        migrate()
        after = _revision()
    word = "is up to date" if before == after else f"went from {before or 'empty'} to {after}"
    click.echo(f"The database {word}.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="HEX",
    help="A head that somebody kept (from an e-mail, from paper): it must be in a log here.",
)
def check(as_json: bool, heads: tuple[str, ...]) -> None:
    """Look for trouble: the database, the officers' log, every ballot log with its ballots.

    Exit code 0 when all is well, 1 when something is not.
    """
    app = create_app()
    with app.app_context():
        findings = _findings(app.extensions["pbapp"], heads)
    if as_json:
        click.echo(json.dumps(findings))
    else:
        for line in _lines(findings):
            click.echo(line)
    sys.exit(0 if findings["is_well"] else 1)


def _findings(config: Config, heads: tuple[str, ...]) -> dict[str, Any]:
    from sqlalchemy.exc import DatabaseError

    from pbapp.audit.queries import check_chain, holds_hash
    from pbapp.ballots.log.checking import check_logs, holds_head

    damage = _damage(config)
    found: dict[str, Any] = {
        "database_is_current": _revision() == _newest(),
        "database_damage": damage,
        "log_events": 0,
        "log_head": "",
        "log_broken_at": None,
        "ballot_logs": [],
        "heads_missing": [],
    }
    try:
        chain = check_chain()
        found |= {"log_events": chain.events, "log_head": chain.head}
        found["log_broken_at"] = chain.broken_at
        if found["database_is_current"]:
            found["ballot_logs"] = [asdict(log) for log in check_logs(config.keys)]
            found["heads_missing"] = [
                head for head in heads if not (holds_head(head) or holds_hash(head))
            ]
    except (DatabaseError, ValueError, LookupError) as error:  # a column that cannot be read
        damage.append(f"something cannot be read: {type(error).__name__}: {error}")
    wrong = [damage, found["log_broken_at"], found["heads_missing"]]
    wrong += [log["problems"] for log in found["ballot_logs"]]
    return {"is_well": found["database_is_current"] and not any(wrong), **found}


def _damage(config: Config) -> list[str]:
    """What SQLite finds wrong with its own file; PostgreSQL's checksums are its administrator's."""
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    from pbapp.db import db

    if not config.is_sqlite:
        return []
    try:
        with db.engine.connect() as connection:
            rows = connection.execute(text("PRAGMA integrity_check(20)")).scalars()
            return [row for row in rows if row != "ok"]
    except DatabaseError as error:
        return [str(error.orig)]


def _lines(findings: dict[str, Any]) -> Iterator[str]:
    yield f"Database: {'current' if findings['database_is_current'] else 'run upgrade'}."
    for damage in findings["database_damage"]:
        yield f"Database: DAMAGED: {damage}"
    broken_at = findings["log_broken_at"]
    state = "unbroken" if broken_at is None else f"BROKEN at event {broken_at}"
    head = findings["log_head"][:16]
    yield f"Officers' log: {findings['log_events']} events, {state}. Head {head}…"
    for log in findings["ballot_logs"]:
        said = f"{log['batches']} batches, {log['ballots']} ballots, head {log['head'] or '-'}"
        yield f"Ballot log of {log['round']}: {said}."
        for problem in log["problems"]:
            yield f"Ballot log of {log['round']}: WRONG: {problem}."
    for head in findings["heads_missing"]:
        yield f"Head {head}: NOT FOUND in any log here. The log it is of was cut short or changed."


def refuse_old_database(app: Any) -> None:
    """Stop with a sentence when the tables are not those this version needs."""
    with app.app_context():
        if _revision() != _newest():
            raise ConfigError("The database is not up to date. Run `pbapp upgrade` first.")


def _revision() -> str | None:
    """The version of the tables, or None where there are none yet."""
    from sqlalchemy import inspect, text

    from pbapp.db import db

    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar_one_or_none()


def _newest() -> str:
    """The version this program needs: migrations are numbered, so it is the highest number."""
    from pbapp.config import ROOT

    return max(path.stem for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _keep_worker_running(stopping: threading.Event) -> None:
    """Start the worker in a process of its own (it draws maps, which takes memory) and keep it."""
    while not stopping.is_set():
        environment = {**os.environ, SUPERVISED: "1"}
        process = subprocess.Popen([sys.executable, "-m", "pbapp", "worker"], env=environment)
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if stopping.is_set():
            process.send_signal(signal.SIGINT)  # the job in hand is finished first
            try:
                process.wait(timeout=FINISHING)
            except subprocess.TimeoutExpired:
                process.kill()
            return
        time.sleep(WORKER_RESTARTS_AFTER)


def _leave_with_parent(parent: int) -> None:
    """A worker must not outlive a server that was killed: the next one brings its own."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGINT)


def _print_welcome(config: Config, host: str, port: int) -> None:
    address = f"http://{host}:{port}"
    click.echo(f"\nServing on {address} (stop with Ctrl-C)")
    if config.is_demo:
        from pbapp.demo.commands import sign_ins

        click.echo("This is the demo. People you can be:")
        for line in sign_ins():
            click.echo(f"  {line}")
        click.echo(f"E-mails the demo would have sent: {address}/demo/mailbox/\n")
