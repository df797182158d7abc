"""A drawn map in a real browser, under the real policy, with a name that would like to run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import render_template_string
from playwright.sync_api import Browser, Page, expect

from pbapp import create_app
from pbapp.config import TESTING, Config
from pbapp.db import Base, db, write_transaction
from pbapp.maps import queries
from pbapp.maps.building import build_maps
from pbapp.web.access import access, anyone
from tests.browser.harness import DESKTOP, PHONE, NewPage, review, served, watched_pages
from tests.places.factories import collection, import_wards, saved
from tests.world import build_world

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
PAGE = """{% extends "base.html" %}{% block title %}The wards{% endblock %}
{% from "components/ward_map.html" import ward_map, ward_map_head, ward_map_scripts
  with context %}
{% block head %}{{ ward_map_head(part) }}{% endblock %}
{% block scripts %}{{ ward_map_scripts(part) }}{% endblock %}
{% block content %}{{ ward_map(part, label="Map of the wards") }}
<ul id="list"><li>Ward 7</li></ul>{% endblock %}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A site with two boards: one with official wards, and one whose map is not drawn yet."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        app = create_app(
            Config(
                mode=TESTING,
                secret_key="a secret only for tests, of good length",
                database_url=f"sqlite:///{home / 'pbapp.sqlite3'}",
                instance=home / "instance",
                keys=home / "keys",
            )
        )

        @app.get("/wards/<int:board_id>")
        @access(anyone)
        def wards(board_id: int) -> str:
            part = queries.find_part(queries.board_subject(board_id))
            return render_template_string(PAGE, part=part)

        with app.app_context(), write_transaction():
            Base.metadata.create_all(db.engine)
        with app.app_context(), write_transaction():
            world = build_world()
            data = collection()
            data["features"][0]["properties"]["ward_name"] = HOSTILE
            import_wards(world, saved(home, data))
            db.session.commit()
            assert world.board.id == 1
        with app.app_context():
            build_maps()
        with served(app) as address:
            yield address
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[NewPage]:
    with watched_pages(browser, lambda: address) as new_page:
        yield new_page


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(opened: NewPage, request: pytest.FixtureRequest) -> Page:
    return opened(request.param)


def test_the_wards_are_drawn_and_named_and_a_hostile_name_is_only_words(page):
    page.goto("/wards/1")
    west = page.get_by_role("button", name="Coatbridge West: activate to zoom in")
    expect(west).to_be_visible()
    expect(page.get_by_role("button", name=f"{HOSTILE}: activate to zoom in")).to_be_visible()
    expect(page.locator("path.pb_ward")).to_have_count(3)
    assert page.locator(".map img").count() == 0
    expect(page.get_by_text("© Test.")).to_be_visible()
    review(page)


def test_the_wards_fill_the_map(page):
    page.goto("/wards/1")
    expect(page.locator("path.pb_ward")).to_have_count(3)
    frame = page.locator(".map").bounding_box()
    boxes = [ward.bounding_box() for ward in page.locator("path.pb_ward").all()]
    left, right = min(b["x"] for b in boxes), max(b["x"] + b["width"] for b in boxes)
    top, bottom = min(b["y"] for b in boxes), max(b["y"] + b["height"] for b in boxes)
    assert frame["x"] <= left < right <= frame["x"] + frame["width"]
    assert frame["y"] <= top < bottom <= frame["y"] + frame["height"]
    fills = max((right - left) / frame["width"], (bottom - top) / frame["height"])
    assert fills > 0.75


def test_a_ward_can_be_zoomed_into_by_key(page):
    page.goto("/wards/1")
    west = page.get_by_role("button", name="Coatbridge West: activate to zoom in")
    before = west.bounding_box()["width"]
    west.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    assert west.bounding_box()["width"] > before * 1.5


def test_a_map_not_drawn_yet_leaves_the_list(page):
    page.goto("/wards/99")
    expect(page.get_by_text("The map is being prepared.")).to_be_visible()
    expect(page.locator("#list")).to_be_visible()
    review(page)
