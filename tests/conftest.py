"""What every test stands on: an application on each database, personas, a client that reviews."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, Transaction, create_engine

from pbapp import clock, create_app
from pbapp import db as database
from pbapp.config import TESTING, Config
from pbapp.db import Base, db
from pbapp.rounds.setup import calendar
from tests.client import Browser, QueryCounter
from tests.databases import fresh_database, postgresql_server
from tests.demos import demo_of_run
from tests.world import World, build_world, find_world

# A slow machine is not a wrong answer, and the same code gets the same examples, so that red means
# that something changed. `--hypothesis-profile=explore` looks at others.
ANY_SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("explore", **ANY_SPEED)
settings.register_profile("pbapp", derandomize=True, **ANY_SPEED)
settings.load_profile("pbapp")

# Tests leave little behind that only the collector finds; looking for it at every turn took an
# eighth of their time.
gc.set_threshold(20_000, 10, 10)

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that read the reference shelf where it is absent (CI asks that none is)."""
    if SHARED.is_dir() or os.environ.get("PBAPP_REQUIRE_SHARED"):
        return
    skip = pytest.mark.skip(reason="../shared, the reference shelf, is not beside the project")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Where the shelf must be there, a test of it that skips itself has failed."""
    report = yield
    required = os.environ.get("PBAPP_REQUIRE_SHARED") and item.get_closest_marker("shared")
    if required and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and the reference shelf is there to be read"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference shelf; only tests marked `shared` may use it."""
    return SHARED


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def loaded_demo(run_folder: Path) -> Path:
    """The folder of a demo as it is after loading. Nothing serves it: copies are served."""
    return demo_of_run(run_folder)


@pytest.fixture(scope="session", autouse=True)
def no_election_in_the_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """So that tests go well in an election's spring too; who is about elections names some."""
    empty = tmp_path_factory.mktemp("calendar") / "calendar.toml"
    empty.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar, "FILE", empty)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server for this test run."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Every test of an application runs on each."""
    return request.param


def config_for(url: str, folder: Path) -> Config:
    return Config(
        mode=TESTING,
        secret_key="a secret only for tests, of good length",
        database_url=url,
        instance=folder / "instance",
        keys=folder / "keys",
        lock_wait=120.0,
    )


@contextmanager
def one_connection(engine: Engine) -> Iterator[Transaction]:
    """Meanwhile all that the application does is one transaction, undone if nobody commits it."""
    own = db.engines[None]
    connection = engine.connect()
    outer = connection.begin()
    db.engines[None] = connection
    db.session.configure(join_transaction_mode="create_savepoint")
    try:
        yield outer
    finally:
        db.session.remove()
        if outer.is_active:
            outer.rollback()
        connection.close()
        db.engines[None] = own


class Built(NamedTuple):
    """An application, its empty database, and another database with the world in it."""

    app: Flask
    empty: Engine
    inhabited: Engine


@pytest.fixture(scope="session")
def _built(
    postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Built]]:
    """Builds what tests stand on, once for each kind of database however tests are ordered."""
    with ExitStack() as stack:

        @cache
        def build(kind: str) -> Built:
            folder = tmp_path_factory.mktemp(kind)
            urls = [f"sqlite:///{folder / name}.sqlite3" for name in ("empty", "inhabited")]
            if kind == "postgresql":
                urls = [stack.enter_context(fresh_database(postgresql)) for _ in urls]
            built = _build(*urls, folder)
            stack.callback(built.empty.dispose)
            stack.callback(built.inhabited.dispose)
            gc.collect()
            gc.freeze()  # what is here stays to the end, and need not be looked through again
            return built

        yield build


def _build(empty: str, inhabited: str, folder: Path) -> Built:
    app = create_app(config_for(empty, folder))
    engine = create_engine(inhabited)
    database.install_transaction_rule(engine)
    with app.app_context():
        database.begin_writing()
        for each in (db.engine, engine):
            Base.metadata.create_all(each)
        with one_connection(engine) as work:
            build_world()
            work.commit()
        database.end_request()
        return Built(app, db.engine, engine)


@pytest.fixture
def app(
    _built: Callable[[str], Built],
    database_kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Flask]:
    """The application on one connection whose work is undone after the test."""
    app, empty, inhabited = _built(database_kind)
    app.extensions["pbapp"] = replace(
        app.extensions["pbapp"], instance=tmp_path / "instance", keys=tmp_path / "keys"
    )
    app.extensions["pbapp"].uploads.mkdir(parents=True)
    with app.app_context():
        database.begin_writing()
        try:
            with one_connection(inhabited if "world" in request.fixturenames else empty):
                yield app
        finally:
            database.end_request()


@pytest.fixture
def world(app: Flask) -> World:
    """Coatbridge in small: council, wards, board, plan, people and a round. See tests/world.py."""
    return find_world()


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Somebody who has not signed in."""
    return Browser(app)


@pytest.fixture
def resident(app: Flask, world: World) -> Browser:
    return Browser(app, signed_in_as=world.resident)


@pytest.fixture
def group_member(app: Flask, world: World) -> Browser:
    return Browser(app, signed_in_as=world.group_member)


@pytest.fixture
def officer(app: Flask, world: World) -> Browser:
    """Moderator and voting lead of this board."""
    return Browser(app, signed_in_as=world.officer)


@pytest.fixture
def second_officer(app: Flask, world: World) -> Browser:
    """Another voting lead of this board: the second person."""
    return Browser(app, signed_in_as=world.second_officer)


@pytest.fixture
def officer_elsewhere(app: Flask, world: World) -> Browser:
    """An officer of another board."""
    return Browser(app, signed_in_as=world.officer_elsewhere)


@pytest.fixture
def board_member(app: Flask, world: World) -> Browser:
    return Browser(app, signed_in_as=world.board_member)


@pytest.fixture
def stopped_clock() -> Iterator[None]:
    """For what counts tries in a stretch of time: none ends meanwhile."""
    with time_machine.travel(clock.now(), tick=False):
        yield


@pytest.fixture
def count_queries(app: Flask) -> Iterator[QueryCounter]:
    """Counts the queries of what happens between `reset()` and reading `number`."""
    with QueryCounter(db.engines[None]) as counter:
        yield counter
