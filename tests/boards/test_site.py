"""What the top of every page says about whose service it is."""

from __future__ import annotations

from dataclasses import replace

from pbapp.config import DEMO
from tests.client import Browser
from tests.world import World


def test_every_page_of_the_demo_says_it_is_an_example(stranger: Browser, world: World) -> None:
    assert "made up" not in stranger.get("/cookies").text
    config = stranger.app.extensions["pbapp"]
    stranger.app.extensions["pbapp"] = replace(config, mode=DEMO)
    try:
        page = stranger.get("/cookies")
    finally:
        stranger.app.extensions["pbapp"] = config
    assert "Example" in page.text
    assert "The people, groups and money here are made up." in page.text
