"""A ballot box in a database of its own, where threads can race and nothing is rolled back."""

from __future__ import annotations

import pickle
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import select

from pbapp import clock, create_app
from pbapp import db as database
from pbapp.ballots import services
from pbapp.ballots.models import Ballot
from pbapp.ballots.vote import ticked
from pbapp.db import Base, db, write_transaction
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round
from tests.ballots import factories
from tests.conftest import config_for
from tests.databases import fresh_database, lasting_copy
from tests.served import LONG
from tests.world import World, build_world


class Box:
    """One installation with a world in it, and as many rounds as tests ask for."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        self.world = world
        self.keys: Path = app.extensions["pbapp"].keys

    @property
    def is_sqlite(self) -> bool:
        return self.app.extensions["pbapp"].is_sqlite

    @property
    def file(self) -> Path:
        """SQLite's file."""
        return Path(self.app.extensions["pbapp"].database_url.removeprefix("sqlite:///"))

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self.app.app_context(), write_transaction():
            yield

    def world_again(self) -> World:
        """The world's rows in this transaction's session; the one they came from is gone."""
        return World(
            **{
                name: {key: db.session.merge(row) for key, row in value.items()}
                if isinstance(value, dict)
                else db.session.merge(value)
                for name, value in vars(self.world).items()
            }
        )

    def open_round(self, **values: Any) -> str:
        """A new round that people can vote in; its slug."""
        slug = f"round-{secrets.token_hex(4)}"
        with self.writing():
            factories.open_round(self.world_again(), slug=slug, **values)
        return slug

    def admit(self, slug: str, **values: Any) -> str:
        """Somebody new on the voters' list; their id."""
        with self.writing():
            return factories.admit(self.round(slug), self.keys, **values).id

    def round(self, slug: str) -> Round:
        round = find_round(slug)
        assert round is not None
        return round

    def cast(
        self, slug: str, voter_id: str, *choices: str, key: str | None = None, **values: Any
    ) -> services.Sent:
        """Send a vote as one request does: its own transaction, from its beginning."""
        with self.writing():
            sent = services.cast(
                **{
                    "round": self.round(slug),
                    "keys": self.keys,
                    "voter_id": voter_id,
                    "vote": ticked(choices),
                    "idempotency_key": key or secrets.token_hex(16),
                    "entered_at": clock.now(),
                    **values,
                }
            )
            db.session.commit()
            return sent

    def live(self, slug: str) -> list[tuple[str, ...]]:
        with self.app.app_context():
            return factories.live(self.round(slug))

    def rows(self, slug: str) -> list[Ballot]:
        with self.app.app_context():
            query = select(Ballot).join(Round, Round.id == Ballot.round_id)
            return list(db.session.scalars(query.where(Round.slug == slug)))


class _Model(NamedTuple):
    """A database with the world in it: the second box and those after it begin as a copy."""

    world: bytes
    file: bytes
    url: str


_models: dict[str, _Model] = {}


@contextmanager
def box_on(kind: str, folder: Path, postgresql: Callable[[], str]) -> Iterator[Box]:
    """An installation on a fresh database of one kind."""
    file, server = folder / "pbapp.sqlite3", postgresql() if kind == "postgresql" else ""
    model = _models.get(server)
    with ExitStack() as stack:
        url = f"sqlite:///{file}"
        if server:
            url = stack.enter_context(fresh_database(server, template=model and model.url))
        elif model:
            file.write_bytes(model.file)
        app = create_app(config_for(url, folder))
        with app.app_context():
            engine = db.engine
            engine.pool._timeout = LONG  # in a crowd each waits for a connection too
            if model is None:
                model = _models[server] = _build(server, url, file)
        yield Box(app, pickle.loads(model.world))
        with app.app_context():
            db.session.remove()
            engine.dispose()
        database.end_request()


def _build(server: str, url: str, file: Path) -> _Model:
    with write_transaction():
        Base.metadata.create_all(db.engine)
    with write_transaction():
        world = pickle.dumps(build_world())
    db.session.remove()
    db.engine.dispose()
    if server:
        return _Model(world, b"", lasting_copy(server, url))
    return _Model(world, file.read_bytes(), "")


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do things at the same moment, each in a thread; what each gave or raised."""
    ready = threading.Barrier(len(works))

    def do(work: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))
