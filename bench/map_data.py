"""The map at 10,000 entries, in bytes and beside 200: `python -m bench.map_data`.

Prints what the data weighs packed and plain, beside the public GeoJSON of the same entries; what it
costs to make, to send again from memory and to answer "not changed"; and in a browser, slowed down
as a phone is, how long the page could not answer a finger. The ratios hold anywhere; the
milliseconds depend on the machine.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from bench.list_page import fetcher, product, take_turns
from pbapp import clock
from pbapp.assets import map_data
from pbapp.assets.models import Asset, AssetKind, AssetState, Where
from pbapp.assets.queries import StoredPin
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import db, write_transaction
from pbapp.maps.building import build_maps

SIZES = (200, 10_000)
SLOWER = 4  # a phone of the middle price beside a desktop, as browsers' own tools assume
FIRST = """Coatbridge Kirkwood Langloan Whifflet Sunnyside Dunbeth Townhead Old Monkland Shawhead
Greenend Carnbroe Kirkshaws Barrowfield Blairhill Drumpellier Summerlee Gartsherrie Cliftonville
Sikeside Espieside Gartgill Dundyvan Rosehall Cuparhead Janefield Mount Vernon Bargeddie"""
SECOND = """Community Family Youth Senior Walking Green Evening Friends Neighbourhood Parish Sunday
Women's Men's Disabled Veterans' Learning Cycling Bowling Music Allotment Nature Heritage Repair
Toddler Chess Choir Kitchen Dance Boxing Swimming Drama Writers' Craft Science Homework"""
THIRD = """Hall Group Club Centre Project Trust Association Garden Café Pantry Library Society Team
Network Partnership Fellowship Workshop Park Path Field Room Hub Church School Playgroup Market
Exchange Monument Gala Band"""


def made_up_pins(number: int) -> list[StoredPin]:
    """Pins as like real ones as made-up ones get: hardly a name or a place twice."""
    dice = random.Random(number)
    first, second, third = FIRST.split(), SECOND.split(), THIRD.split()
    wards = [f"{place} {side}" for place in first[:4] for side in ("North", "South", "West")]
    kinds = [kind.value for kind in AssetKind if kind is not AssetKind.INDIVIDUAL]
    return sorted(
        StoredPin(
            UUID(int=dice.getrandbits(128), version=4).hex,
            f"{dice.choice(first)} {dice.choice(second)} {dice.choice(second)} {dice.choice(third)}"
            + dice.choice(["", "", f" ({dice.randint(1, 99)})", " SCIO"]),
            dice.choice(kinds),
            round(dice.gauss(55.86, 0.02), 5),
            round(dice.gauss(-4.03, 0.04), 5),
            dice.choice(wards),
        )
        for _ in range(number)
    )


def main() -> None:
    from tests.browser.harness import chromium

    with chromium() as browser:
        froze = [measure(size, browser) for size in SIZES]
    print(
        f"A finger waits {froze[1] / froze[0]:.1f} times as long with {SIZES[1]} as with {SIZES[0]}"
    )


def measure(size: int, browser: Browser) -> float:
    """Print what so many entries cost; returns for how long the page was stuck at the worst."""
    with tempfile.TemporaryDirectory() as folder:
        app = product(Path(folder), 1)
        with app.app_context():
            fill(size)
            build_maps()
        packed, public = (
            len(app.test_client().get(path, headers={"Accept-Encoding": "gzip"}).data)
            for path in ("/assets/map.json", "/assets.geojson")
        )
        made, again, unchanged = times(app)
        slices, longest, whole = in_browser(app, browser)
        with app.app_context():
            db.engine.dispose()
    print(
        f"{size} entries: {packed / 1000:.0f} KB packed, the public GeoJSON {public / packed:.0f} "
        f"times that. Made in {made:.0f} ms, sent from memory in {again:.0f}, told unchanged in "
        f"{unchanged:.0f}. On a page {SLOWER} times slower: {slices} long tasks, the worst "
        f"{longest:.0f} ms, all there after {whole:.0f} ms"
    )
    return longest


def fill(size: int) -> None:
    """So many entries in the board's wards, and squares round them for wards."""
    from tests.assets.factories import make_official_boundaries

    with write_transaction():
        board = db.session.scalars(select(Board).order_by(Board.id)).first()
        assert board
        wards = list_wards(board)
        now = clock.now()
        for number, pin in enumerate(made_up_pins(size)):
            db.session.add(
                Asset(
                    board_id=board.id,
                    kind=AssetKind(pin.kind),
                    name=pin.name,
                    where_kind=Where.POINT,
                    lat=pin.lat,
                    lon=pin.lon,
                    area_id=wards[number % len(wards)].id,
                    state=AssetState.PUBLISHED,
                    submitted_at=now,
                    updated_at=now,
                )
            )
        drawn = SimpleNamespace(council=board.council, wards={w.number: w for w in wards})
        make_official_boundaries(drawn)
        db.session.commit()


def times(app: Flask) -> list[float]:
    """Milliseconds to make the answer anew, to send it from memory, and to say "not changed"."""
    fetch = fetcher(app, "/assets/map.json")
    client = app.test_client()
    tag = {"If-None-Match": client.get("/assets/map.json").headers["ETag"]}

    def anew() -> None:
        map_data._packed.clear()
        fetch()

    return take_turns(anew, fetch, lambda: client.get("/assets/map.json", headers=tag))


# How long the page was stuck: every task of more than 50 ms, as the browser tells them.
LISTEN = """window.long = [];
new PerformanceObserver(list => list.getEntries().forEach(e => long.push(e.duration)))
  .observe({type: "longtask", buffered: true});
document.addEventListener("pbapp:features", () => { window.whole = performance.now(); }, true);"""


def in_browser(app: Flask, browser: Browser) -> tuple[int, float, float]:
    """Long tasks, the longest, and when the last marker was there, on a slow small screen."""
    from tests.browser.harness import PHONE, served

    with served(app) as address, browser.new_context(viewport=PHONE, bypass_csp=True) as context:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(LISTEN)
        page.goto(f"{address}/assets")
        page.wait_for_function("window.whole")
        found: list[float] = page.evaluate("window.long")
        return len(found), max(found, default=50.0), float(page.evaluate("window.whole"))


if __name__ == "__main__":
    main()
