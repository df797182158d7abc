"""What every test stands on: an application on each database, personas, a client that reviews."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings

from pbapp import create_app
from pbapp import db as database
from pbapp.config import TESTING, Config
from pbapp.db import Base, db
from tests.client import Browser, QueryCounter
from tests.databases import fresh_database, postgresql_server
from tests.demos import load_demo
from tests.world import World, build_world

# A slow machine is not a wrong answer.
settings.register_profile("pbapp", deadline=None)
settings.load_profile("pbapp")

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
def loaded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo as it is after loading. Nothing serves it: copies are served."""
    return load_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server for this test run."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """An empty database of each kind, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'pbapp.sqlite3'}"
    else:
        with fresh_database(request.getfixturevalue("postgresql")) as url:
            yield url


def config_for(url: str, folder: Path) -> Config:
    return Config(
        mode=TESTING,
        secret_key="a secret only for tests, of good length",
        database_url=url,
        instance=folder / "instance",
        keys=folder / "keys",
        lock_wait=10.0,
    )


@pytest.fixture(scope="session")
def _built(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(config_for(database_url, tmp_path_factory.mktemp("app")))
    with app.app_context():
        engine = db.engine
        with database.write_transaction():
            Base.metadata.create_all(engine)
    yield app
    with app.app_context():
        db.session.remove()
        engine.dispose()


@pytest.fixture
def app(_built: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application on one connection whose work is undone after the test."""
    _built.extensions["pbapp"] = replace(
        _built.extensions["pbapp"], instance=tmp_path / "instance", keys=tmp_path / "keys"
    )
    _built.extensions["pbapp"].uploads.mkdir(parents=True)
    database.begin_writing()
    with _built.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        db.engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield _built
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            db.engines[None] = engine
            database.end_request()


@pytest.fixture
def world(app: Flask) -> World:
    """Coatbridge in small: council, wards, board, plan, people and a round. See tests/world.py."""
    return build_world()


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
def count_queries(app: Flask) -> Iterator[QueryCounter]:
    """Counts the queries of what happens between `reset()` and reading `number`."""
    with QueryCounter(db.engines[None]) as counter:
        yield counter
