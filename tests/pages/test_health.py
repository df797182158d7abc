"""Is the service up?"""

from __future__ import annotations

from tests.client import Browser
from tests.world import World


def test_a_monitor_learns_that_the_database_answers(stranger: Browser, world: World) -> None:
    page = stranger.get("/health")
    assert page.response.get_json() == {"status": "ok"}
