"""A whole installation behind the real server, in processes of its own that may be killed.

The faults and the rush stand on it: voters who have shown that they may vote, with their signed
cookies, and the ballots as they lie in the database afterwards.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, select, text

from pbapp import clock, create_app
from pbapp.ballots.models import Ballot, Voter, random_id
from pbapp.ballots.roll import services as roll
from pbapp.ballots.secrecy import receipt_hash
from pbapp.config import PRODUCTION, ROOT, Config
from pbapp.db import Base, db, write_transaction
from pbapp.rounds.models import Connection, Method
from pbapp.rounds.queries import find_round
from pbapp.serving import _newest
from tests.ballots import factories
from tests.world import build_world

SLUG = "the-round"
LONG = 120.0  # seconds: only what is broken takes as long, on however busy a machine
Found = TypeVar("Found")
_ports = count()


def free_port() -> int:
    """A port for a server that is about to start.

    It lies below those that the system gives to connections, and in a part of its own for each
    process of tests, so that nobody takes it before the server does.
    """
    for number in _ports:
        port = 20_000 + (os.getpid() * 64 + number) % 12_000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("numbers do not end")


def wait_for(check: Callable[[], Found], seconds: float = LONG) -> Found:
    """What `check` gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            found = check()
        except (OSError, HTTPException):
            found = None  # type: ignore[assignment]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


@dataclass(frozen=True)
class Answer:
    """What the server said to one sending."""

    status: int
    location: str
    cookie: str
    body: str
    headers: dict[str, str]

    @property
    def is_acknowledged(self) -> bool:
        """Whether this is where a receipt is shown."""
        return self.status == 303 and self.location.endswith("/vote/done")


class Installation:
    """A database with an open round, and everything needed to serve it and to vote in it."""

    def __init__(self, folder: Path, url: str | None = None, **config: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config = Config(
            mode=PRODUCTION,
            secret_key="a secret only for tests, of good length",
            database_url=url or f"sqlite:///{folder / 'instance' / 'pbapp.sqlite3'}",
            instance=folder / "instance",
            keys=folder / "keys",
            **config,
        )
        self.app: Flask = create_app(self.config)
        with self.app.app_context():
            with write_transaction():
                Base.metadata.create_all(db.engine)
                db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
                db.session.execute(
                    text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": _newest()}
                )
                db.session.commit()
            with write_transaction():
                self.world = build_world()
                round = factories.open_round(self.world, slug=SLUG)
                self.round_id, self.area_id = round.id, round.round_areas[0].area_id
                roll.open_key(round=round, keys=self.config.keys)
                db.session.commit()

    def environment(self, **more: str) -> dict[str, str]:
        """The settings, for a process."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("PBAPP", "DATABASE"))}
        settings = {
            "PBAPP_SECRET_KEY": self.config.secret_key,
            "DATABASE_URL": self.config.database_url,
            "PBAPP_INSTANCE": str(self.config.instance),
            "PBAPP_KEYS": str(self.config.keys),
            "PBAPP_PUBLIC_URL": self.config.public_url,
            "PYTHONPATH": str(ROOT),
        }
        if self.config.mail_server:
            settings["PBAPP_MAIL_SERVER"] = self.config.mail_server
        if self.config.trusted_proxies:
            settings["PBAPP_TRUSTED_PROXIES"] = str(self.config.trusted_proxies)
        return {**kept, **settings, **more}

    def pbapp(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the product and wait for it."""
        return subprocess.run(
            [sys.executable, "-m", "pbapp", *arguments],
            env=self.environment(**more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONG,
        )

    def voters(self, number: int) -> list[str]:
        """New people on the voters' list; their ids."""
        rows = [
            {
                "id": random_id(),
                "round_id": self.round_id,
                "method": Method.EMAIL,
                "assurance": 1,
                "connection": Connection.LIVE,
                "area_id": self.area_id,
                "contact_digest": secrets.token_hex(32),
            }
            for _ in range(number)
        ]
        with self.app.app_context(), write_transaction():
            db.session.execute(insert(Voter), rows)
            db.session.commit()
        return [row["id"] for row in rows]

    def sending(self, voter: str, choices: Sequence[str] = ("1", "2")) -> Sending:
        """One vote, ready to be sent."""
        return Sending(self.cookie(voter), self.token, tuple(choices))

    def cookie(self, voter: str) -> str:
        """The signed cookie of a browser whose holder may vote."""
        now = int(clock.now().timestamp())
        booth = {str(self.round_id): {"voter": voter, "since": now}}
        return str(self._cookies.dumps({"csrf_token": "0" * 40, "voting": booth}))

    @cached_property
    def token(self) -> str:
        """What a form of that browser has in it against forgery."""
        serializer = URLSafeTimedSerializer(self.config.secret_key, salt="wtf-csrf-token")
        return str(serializer.dumps("0" * 40))

    @cached_property
    def _cookies(self) -> Any:
        return self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]

    def receipt_in(self, answer: Answer) -> str:
        """The receipt that an acknowledgement put into somebody's cookie."""
        assert answer.is_acknowledged, (answer.status, answer.location, answer.body[:500])
        value = answer.cookie.removeprefix("pbapp=").split(";")[0]
        sent = self._cookies.loads(value)["voting"][str(self.round_id)]["sent"]
        return str(sent["receipt"].replace("-", ""))

    def ballots(self) -> list[Ballot]:
        with self.app.app_context():
            query = select(Ballot).where(Ballot.round_id == self.round_id)
            return list(db.session.scalars(query))

    def judge(self, receipts: Sequence[str]) -> tuple[int, int]:
        """How many acknowledged ballots are lost, and how many people have two that count."""
        ballots = self.ballots()
        kept = {ballot.receipt_hash for ballot in ballots}
        live = [ballot.voter_tag for ballot in ballots if ballot.is_live]
        lost = sum(receipt_hash(self.round_id, receipt) not in kept for receipt in receipts)
        return lost, len(live) - len(set(live))

    def voting_ends(self, ends_at: Any) -> None:
        with self.app.app_context(), write_transaction():
            found = find_round(SLUG)
            assert found is not None
            factories.voting(found).ends_at = ends_at
            db.session.commit()

    def dispose(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def moved_to(self, url: str) -> None:
        """The same installation on another database: a replica, or a copy that was put back."""
        self.dispose()
        self.config = replace(self.config, database_url=url)
        self.app = create_app(self.config)


@dataclass(frozen=True)
class Sending:
    """The request with which somebody sends a vote."""

    cookie: str
    token: str
    choices: tuple[str, ...]
    key: str = ""

    def body(self) -> str:
        fields = [("csrf_token", self.token), ("key", self.key)]
        return urllib.parse.urlencode([*fields, *(("choice", id) for id in self.choices)])


class Server:
    """`pbapp serve`, or another program that serves, in a process of its own."""

    def __init__(
        self,
        at: Installation,
        *,
        program: Sequence[str] | None = None,
        before: Callable[[], None] | None = None,
        **more: str,
    ) -> None:
        self.at = at
        self.port = free_port()
        self.log = at.folder / f"log-{self.port}"
        command = [*(program or ("pbapp", "serve")), "--port", str(self.port)]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=at.environment(**more),
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before,
            )
        try:
            wait_for(self._answers)
        except AssertionError:
            self.stop()
            raise

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return self.get("/health").status == 200

    def connection(self, timeout: float = LONG) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def get(self, path: str, cookie: str = "", timeout: float = LONG) -> Answer:
        connection = self.connection(timeout)
        try:
            connection.request("GET", path, headers={"Cookie": f"pbapp={cookie}"})
            return self.answer(connection)
        finally:
            connection.close()

    def send(self, sending: Sending, connection: HTTPConnection | None = None) -> Answer:
        """Send a vote. Raises what a lost connection raises."""
        used = connection or self.connection()
        try:
            self.begin(sending, used)
            return self.answer(used)
        finally:
            if connection is None:
                used.close()

    def begin(self, sending: Sending, connection: HTTPConnection) -> None:
        """Send a vote and do not wait for the answer."""
        headers = {
            "Cookie": f"pbapp={sending.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", f"/rounds/{SLUG}/vote/review", sending.body(), headers)

    def answer(self, connection: HTTPConnection) -> Answer:
        """What the server says on a connection; waits for it."""
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        headers = dict(answer.headers.items())
        location, cookie = headers.get("Location", ""), headers.get("Set-Cookie", "")
        return Answer(answer.status, location, cookie, body, headers)

    def kill(self) -> None:
        """As a power cut does: the server and its worker at once."""
        self._signal(signal.SIGKILL)
        self.process.wait(timeout=LONG)

    def terminate(self) -> None:
        """Ask it to stop, as the system does."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        self._signal(signal.SIGKILL)
        self.process.wait(timeout=LONG)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)  # its own session: the server and its worker
        except ProcessLookupError:
            return
