"""Fixtures for the room: the ballot box with a database of its own, as its own tests have it."""

from tests.ballots.conftest import box  # noqa: F401
