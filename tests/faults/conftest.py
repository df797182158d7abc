"""Installations that may be killed: one for each kind of database, shared by one file's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import fresh_database
from tests.served import Installation, Server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def at(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with an open round; each test brings its own voters."""
    folder = tmp_path_factory.mktemp("installation")
    if request.param == "sqlite":
        made = Installation(folder)
        yield made
        made.dispose()
        return
    with fresh_database(request.getfixturevalue("postgresql")) as url:
        made = Installation(folder, url)
        yield made
        made.dispose()


class Keeper:
    """The installation's server: the one that runs, or a new one if it was killed."""

    def __init__(self, at: Installation) -> None:
        self._at = at
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        if self._server is None or self._server.process.poll() is not None:
            self._server = Server(self._at)
        return self._server

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()


@pytest.fixture(scope="module")
def keeper(at: Installation) -> Iterator[Keeper]:
    """Starts take more time than anything else here, so one server serves until it is killed."""
    kept = Keeper(at)
    yield kept
    kept.stop()
