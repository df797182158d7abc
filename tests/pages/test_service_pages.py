"""The pages every public service has."""

from __future__ import annotations

import pytest

from tests.client import Browser, QueryCounter
from tests.world import World


@pytest.mark.parametrize(
    "path", ["/accessibility", "/privacy", "/cookies", "/how-voting-works", "/account/sign-in"]
)
def test_anybody_can_read_it(
    stranger: Browser, world: World, count_queries: QueryCounter, path: str
) -> None:
    count_queries.reset()
    stranger.get(path)
    assert count_queries.number <= 2, count_queries.statements


@pytest.mark.parametrize("path", ["/accessibility", "/privacy"])
def test_an_installation_without_any_data_has_them_too(stranger: Browser, path: str) -> None:
    assert "Community Board" in stranger.get(path).text


def test_pages_are_not_kept_by_a_shared_computer(stranger: Browser, world: World) -> None:
    assert stranger.get("/privacy").response.headers["Cache-Control"] == "no-store"


def test_the_demo_mailbox_exists_only_in_the_demo(stranger: Browser, world: World) -> None:
    stranger.get("/demo/mailbox/", status=404)
