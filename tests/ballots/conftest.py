"""Fixtures for the ballot box."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ballots.boxes import Box, box_on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def box(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A database of its own, shared by one file's tests; each opens its own round."""
    folder = tmp_path_factory.mktemp("box")
    with box_on(request.param, folder, lambda: request.getfixturevalue("postgresql")) as box:
        yield box
