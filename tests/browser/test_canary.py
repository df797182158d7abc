"""Hostile text in every field of every entry, ward and board: nothing of it sings in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from pbapp.assets.models import Asset, AssetState
from pbapp.boards.models import Board
from pbapp.db import db, write_transaction
from pbapp.maps.building import build_maps
from pbapp.places.models import Area
from tests.assets.canary import CANARY, canaries
from tests.browser.harness import DESKTOP, NewPage, OwnSite, review


def make_hostile(site: OwnSite) -> str:
    """Returns the id of one entry that has a point."""
    with site.app.app_context():
        with write_transaction():
            for area in db.session.scalars(select(Area)):
                area.name = CANARY
            for board in db.session.scalars(select(Board)):
                board.place_name = CANARY[:60]
            pinned = select(Asset).where(
                Asset.state == AssetState.PUBLISHED, Asset.lat.is_not(None)
            )
            for asset in db.session.scalars(pinned):
                for name, value in canaries().items():
                    setattr(asset, name, value)
                first = asset.id
            db.session.commit()
        build_maps()
    return str(first)


def quiet(page: Page) -> None:
    assert page.evaluate("() => window.sung") is None
    assert page.locator("img[src='x'], [src='x']").count() == 0


def test_a_canary_in_every_field_stays_silent(own_demo: OwnSite, new_page: NewPage) -> None:
    entry = make_hostile(own_demo)
    page = new_page(DESKTOP, base=own_demo.address)
    page.goto("/assets")
    cluster = page.locator(".pb_cluster").first
    expect(cluster).to_have_attribute("aria-label", re.compile(r"^\d+ entries: "))
    expect(page.locator(".pb_ward-name").first).to_have_text(CANARY)
    quiet(page)
    cluster.click()
    expect(page.locator(".pb_pin, .pb_cluster").first).to_be_visible()
    for row in page.locator("[data-map-show]").all()[:3]:
        row.click()
        dialog = page.locator(".map").get_by_role("dialog")
        expect(dialog.get_by_role("link")).to_contain_text("<img src=x onerror=window.sung=2>")
        expect(dialog).to_contain_text("`{{7*7}}")
        quiet(page)
    pins = page.locator(".pb_pin, .pb_cluster")
    expect(pins.first).to_have_attribute("aria-label", re.compile("entries|window"))
    page.keyboard.press("Escape")
    review(page)

    for path in ("", "/confirm"):
        page.goto(f"/assets/{entry}{path}")
        expect(page.locator("main")).to_contain_text("<img src=x onerror=window.sung=2>")
        quiet(page)
    for path in ("/", "/boards/coatbridge", "/boards/coatbridge/wards/S13003048", "/assets/embed"):
        page.goto(path)
        quiet(page)
