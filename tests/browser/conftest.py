"""Fixtures for browser tests: see `harness.py` for what a watched page and a review are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.harness import (
    DESKTOP,
    PHONE,
    NewPage,
    OwnSite,
    chromium,
    demo_site,
    own_site,
    share_reviews,
    watched_pages,
)
from tests.demos import copy_demo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(run_folder: Path) -> Iterator[Browser]:
    """One Chromium for each process of a run; what one found fit need not be seen by another."""
    share_reviews(run_folder / "reviews")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def site(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo, served with its worker, and shared by all tests."""
    with demo_site(copy_demo(loaded_demo, tmp_path_factory.mktemp("site"))) as address:
        yield address


@pytest.fixture
def own_demo(loaded_demo: Path, tmp_path: Path) -> Iterator[OwnSite]:
    """A demo for this test alone, to change as it likes and at any date; see `OwnSite`."""
    with own_site(copy_demo(loaded_demo, tmp_path)) as site:
        yield site


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Opens a watched page with cookies of its own; see `NewPage`."""
    with watched_pages(browser, lambda: request.getfixturevalue("site")) as new_page:
        yield new_page


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(new_page: NewPage, request: pytest.FixtureRequest) -> Page:
    """A page on the demo; the test runs twice, at the width of a phone and of a desktop."""
    return new_page(request.param)


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A page on the demo at 360 x 740."""
    return new_page(PHONE)


@pytest.fixture
def desktop(new_page: NewPage) -> Page:
    """A page on the demo at 1280 x 900."""
    return new_page(DESKTOP)


@pytest.fixture
def no_js(new_page: NewPage) -> Page:
    """A page on the demo, on a phone, in a browser that runs no script."""
    return new_page(PHONE, javascript=False)
