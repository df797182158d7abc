"""What one would write in an afternoon: a bare Flask application that takes votes.

It puts a row into the same table of ballots, with the same indexes and the same durability, and
answers with a redirect and a signed cookie. No rules, no voters' list, no receipt that can be given
again, no CSRF. Plain, it inserts the one row, and the order of the rows names every voter. With
`--mixed` it does the product's inserts: the row together with up to 100 others, taken out and put
back in a random order.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from typing import Any

import click
from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

COLUMNS = (
    "id, round_id, voter_tag, channel, assurance, content, salt, leaf, receipt_hash,"
    " idempotency_key, is_live"
)
INSERT = f"INSERT INTO ballot ({COLUMNS}) VALUES ({', '.join('?' * 11)})"
OTHERS = f"SELECT {COLUMNS} FROM ballot WHERE round_id = 1 ORDER BY random() LIMIT 100"
DELETE = "DELETE FROM ballot WHERE id = ?"
LOCK = "SELECT pg_advisory_xact_lock(1)"


def create(database_url: str, mixed: bool = False) -> Flask:
    """The application on the database of an installation."""
    app = Flask("bare")
    app.secret_key = os.environ["PBAPP_SECRET_KEY"]
    local = threading.local()
    is_sqlite = database_url.startswith("sqlite")
    mark = "?" if is_sqlite else "%s"
    write, take_out = INSERT.replace("?", mark), DELETE.replace("?", mark)

    def connection() -> Any:
        if not hasattr(local, "connection"):
            local.connection = _sqlite(database_url) if is_sqlite else _postgresql(database_url)
        return local.connection

    def mix(cursor: Any, row: tuple[Any, ...]) -> None:
        if not is_sqlite:
            cursor.execute(LOCK)
        others = cursor.execute(OTHERS).fetchall()
        cursor.executemany(take_out, [(other[0],) for other in others])
        rows = [*others, row]
        secrets.SystemRandom().shuffle(rows)
        cursor.executemany(write, rows)

    @app.get("/health")
    def health() -> str:
        return "well"

    @app.post("/rounds/<slug>/vote/review")
    def vote(slug: str) -> Response:
        salt, receipt = secrets.token_bytes(32), secrets.token_hex(8)
        content = '{"choices":["' + '","'.join(sorted(request.form.getlist("choice"))) + '"]}'
        row = (
            secrets.token_hex(16),
            1,
            secrets.token_hex(32),
            "online",
            1,
            content,
            salt,
            hashlib.sha256(content.encode() + salt).hexdigest(),
            hashlib.sha256(receipt.encode()).hexdigest(),
            request.form["key"],
            True,
        )
        cursor = connection().cursor()
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        if mixed:
            mix(cursor, row)
        else:
            cursor.execute(write, row)
        cursor.execute("COMMIT")
        session["receipt"] = receipt
        return redirect(f"/rounds/{slug}/vote/done", 303)

    return app


def _sqlite(url: str) -> Any:
    raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")
    return raw


def _postgresql(url: str) -> Any:
    import psycopg

    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"))


@click.command()
@click.option("--port", required=True, type=int)
@click.option("--mixed", is_flag=True, help="Mix each row among a hundred others.")
def main(port: int, mixed: bool) -> None:
    """Serve it as the product is served: waitress, eight threads, one heap."""
    from waitress.server import create_server

    from pbapp.serving import THREADS, share_one_heap

    share_one_heap()
    app = create(os.environ["DATABASE_URL"], mixed)
    create_server(app, host="127.0.0.1", port=port, threads=THREADS).run()


if __name__ == "__main__":
    main()
