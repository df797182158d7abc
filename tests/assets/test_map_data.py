"""What the page's own map is drawn from: small, never out of date, and nobody's home in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine

from bench.map_data import made_up_pins
from pbapp import clock
from pbapp.assets import map_data
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    AssetState,
    AssetTerm,
    Confirmer,
    Cost,
    Precision,
    SessionUse,
    Status,
    Vocabulary,
)
from pbapp.assets.queries import StoredPin
from pbapp.db import db
from tests.assets.factories import HALL, make_asset, without_point
from tests.client import Browser
from tests.world import World

HOSTILE = "${alert(1)}<img src=x onerror=alert(1)>{{7*7}}</script>`\u202e\u2028"


def read(stranger: Browser, query: str = "") -> dict[str, Any]:
    """The answer as `map.js` unpacks it."""
    data = json.loads(stranger.get(f"/assets/map.json{query}").response.data)
    return {
        name: {
            "id": data["id"][at * data["digits"] : (at + 1) * data["digits"]],
            "kind": data["kinds"][data["kind"][at]],
            "ward": data["wards"][data["ward"][at]],
            "lat": round((data["south"] + data["lat"][at]) / data["fine"], 5),
            "lon": round((data["west"] + data["lon"][at]) / data["fine"], 5),
        }
        for at, name in enumerate(data["name"])
    }


def test_ten_thousand_entries_are_at_most_250_kilobytes() -> None:
    assert len(map_data.pack(made_up_pins(10_000), "/assets/pins/coatbridge/")) <= 250_000


def test_ids_are_cut_short_only_as_far_as_they_differ() -> None:
    pins = [
        StoredPin(start + "0" * 16, "A", "place", 1.0, 1.0, None) for start in ("a" * 15 + "b",)
    ]
    alike = [*pins, pins[0]._replace(id="a" * 15 + "c" + "0" * 16)]
    assert json.loads(gzip.decompress(map_data.pack(pins, "")))["digits"] == 12
    assert json.loads(gzip.decompress(map_data.pack(alike, "")))["digits"] == 16
    assert json.loads(gzip.decompress(map_data.pack([], "")))["name"] == []


def test_the_map_has_every_pin_where_the_page_says(stranger: Browser, world: World) -> None:
    hall = make_asset(world, "Hall")
    make_asset(world, "Canal", area_id=world.wards[10].id, lat=55.8, lon=-4.1, main="poverty")
    make_asset(world, "No point", **without_point())
    make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Gone", status=Status.CLOSED)
    make_asset(world, "Elsewhere", board_id=world.other_board.id)
    found = read(stranger)
    assert list(found) == ["Canal", "Hall"]
    assert found["Hall"] == {
        "id": hall.id.hex[:12],
        "kind": "place",
        "ward": "Coatbridge North",
        "lat": HALL[0],
        "lon": HALL[1],
    }
    assert (found["Canal"]["lat"], found["Canal"]["lon"]) == (55.8, -4.1)
    assert list(read(stranger, "?ward=10&priority=poverty")) == ["Canal"]
    assert list(read(stranger, "?kind=culture")) == []
    assert list(read(stranger, "?board=airdrie")) == ["Elsewhere"]
    stranger.get("/assets/map.json?board=nowhere", status=404)


def test_the_map_shows_what_the_list_shows(stranger: Browser, world: World) -> None:
    """Whatever the list can be narrowed by: both read one address."""
    make_asset(world, "Free hall", cost=Cost.FREE, age_from=18)
    make_asset(world, "Paid park", cost=Cost.PAID, lat=55.853, lon=-4.057, age_to=12)
    toilets = make_asset(world, "Toilets")
    toilets.terms.append(AssetTerm(vocabulary=Vocabulary.ACCESS, slug="toilet"))
    club = make_asset(world, "Saturday club", lat=55.8701)
    club.sessions.append(AssetSession(use=SessionUse.OPEN, days=32, opens=600, closes=660))
    db.session.commit()
    sizes = set()
    for query in (
        *("?cost=free", "?access=toilet", "?age=40", "?day=5", "?q=hall", "?sort=name"),
        *("?postcode=ZZ7+1AA&within=1000", "?ward=S13003048&based=y&part=morning", "?q=zzzz"),
    ):
        listed = {"".join(e.itertext()) for e in stranger.get(f"/assets{query}").root.iter("h3")}
        assert set(read(stranger, query)) == listed, query
        sizes.add(len(listed))
    assert {0, 1, 4} <= sizes


def without_chance(letter: str) -> dict[str, Any]:
    """An id and days in which no digit of a place can stand by chance."""
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    return {"id": UUID(letter * 32), "submitted_at": long_ago, "updated_at": long_ago}


def test_where_it_is_to_the_metre_is_read_by_nobody(stranger: Browser, world: World) -> None:
    make_asset(
        world,
        "Street only",
        shown_as=Precision.STREET,
        lat=55.861,
        lon=-4.031,
        exact_lat=55.86123,
        exact_lon=-4.03123,
        exact_postcode="ZZ7 1AA",
        **without_chance("a"),
    )
    make_asset(
        world,
        "Home",
        shown_as=Precision.WARD,
        is_home=True,
        exact_lat=55.86123,
        exact_lon=-4.03123,
        **without_point(**without_chance("b")),
    )
    found = read(stranger)
    assert list(found) == ["Street only"]
    details = stranger.get(f"/assets/pins/coatbridge/{found['Street only']['id']}").response
    assert "About here: within 200 metres or so." in details.json["lines"]
    for path in ("/assets/map.json", "/assets.geojson", "/assets.csv", "/assets.jsonld"):
        for exact in ("55.86123", "-4.03123", "86123", "03123", "ZZ7 1AA"):
            assert exact not in stranger.get(path).response.get_data(as_text=True)
            assert exact not in details.get_data(as_text=True)


def test_who_has_it_is_not_sent_it_again_and_who_cannot_unpack_gets_it_plain(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Hall")
    packed = stranger.get("/assets/map.json", headers={"Accept-Encoding": "gzip"}).response
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in packed.headers
    plain = stranger.get("/assets/map.json", headers={"Accept-Encoding": ""}).response
    assert "Content-Encoding" not in plain.headers
    assert plain.data == gzip.decompress(packed.data)
    for tag in (packed.headers["ETag"], f'"other", {plain.headers["ETag"]}'):
        again = stranger.get("/assets/map.json", status=304, headers={"If-None-Match": tag})
        assert again.response.data == b""
        assert again.response.headers["ETag"] == packed.headers["ETag"]


CHANGES: dict[str, Callable[[World, Asset], object]] = {
    "new": lambda world, _: make_asset(world, "Another"),
    "renamed": lambda _, asset: setattr(asset, "name", "Hall, renamed"),
    "moved": lambda _, asset: setattr(asset, "lat", 55.8672),
    "another kind": lambda _, asset: setattr(asset, "kind", AssetKind.CULTURE),
    "another ward": lambda world, asset: setattr(asset, "area_id", world.wards[10].id),
    "taken down": lambda _, asset: setattr(asset, "state", AssetState.RETURNED),
    "closed": lambda _, asset: setattr(asset, "status", Status.CLOSED),
    "point taken away": lambda _, asset: [
        setattr(asset, name, value) for name, value in without_point().items()
    ],
    "ward renamed": lambda world, _: setattr(world.wards[7], "name", "Coatbridge Far North"),
    "deleted": lambda _, asset: db.session.delete(asset),
}


def test_any_change_that_shows_is_seen_at_once(stranger: Browser, world: World) -> None:
    """Even with the clock set back, and by whatever way the database came to be changed."""
    for number, (what, change) in enumerate(CHANGES.items()):
        asset = make_asset(world, f"Hall {number}")
        before = stranger.get("/assets/map.json").response
        with time_machine.travel(clock.now() - timedelta(days=400)):
            change(world, asset)
            db.session.commit()
        tag = {"If-None-Match": before.headers["ETag"]}
        after = stranger.get("/assets/map.json", headers=tag).response
        assert after.data != before.data, what


def test_what_was_taken_back_was_never_there(stranger: Browser, world: World) -> None:
    asset = make_asset(world, "Hall")
    before = stranger.get("/assets/map.json").response.data
    asset.name = "Renamed"
    db.session.flush()
    db.session.rollback()
    assert stranger.get("/assets/map.json").response.data == before


def test_only_the_last_few_answers_are_kept_in_memory(stranger: Browser, world: World) -> None:
    for number in range(map_data.KEPT + 3):
        make_asset(world, f"Hall {number}")
        stranger.get("/assets/map.json")
    assert len(map_data._packed) == map_data.KEPT


def test_what_opens_on_the_map_is_lines_of_text(stranger: Browser, world: World) -> None:
    asset = make_asset(
        world,
        HOSTILE,
        summary=f"Line {HOSTILE}",
        opening=f"Mondays {HOSTILE}",
        status=Status.PAUSED,
        alert="Flooded",
        alert_until=clock.today(),
        is_example=True,
        confirmed_at=clock.now() - timedelta(days=21),
        confirmed_by=Confirmer.GROUP,
    )
    told = json.loads(stranger.get(f"/assets/pins/coatbridge/{asset.id.hex[:12]}").response.data)
    assert told["name"] == HOSTILE
    assert told["url"] == f"/assets/{asset.id}"
    assert told["lines"] == [
        "A place or building · Coatbridge North · Example",
        "Closed for now",
        "Flooded",
        f"Line {HOSTILE}",
        f"Mondays {HOSTILE}",
        "Confirmed 3 weeks ago by the group",
    ]


def test_what_opens_says_when_it_is_next(stranger: Browser, world: World) -> None:
    asset = make_asset(world)
    wednesday = AssetSession(use=SessionUse.OPEN, days=1 << 2, opens=600, closes=660)
    asset.sessions.append(wednesday)
    db.session.commit()
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):  # a Tuesday
        told = json.loads(stranger.get(f"/assets/pins/coatbridge/{asset.id.hex}").response.data)
    assert "Next: tomorrow, 10am to 11am" in told["lines"]


def test_what_is_not_on_the_map_opens_nothing(stranger: Browser, world: World) -> None:
    starts = ["", "a", "zzzzzzzz", "0" * 12, "g" * 12, "%00" * 12, "0" * 40, "A" * 12]
    for hidden in (
        {"state": AssetState.WAITING},
        {"status": Status.CLOSED},
        without_point(),
        without_point(kind=AssetKind.INDIVIDUAL),
        {"board_id": world.other_board.id},
    ):
        starts.append(make_asset(world, **hidden).id.hex)
    twins = [UUID("aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaa" + end) for end in "01"]
    for twin in twins:
        make_asset(world, id=twin)
    starts.append(twins[0].hex[:12])
    for start in starts:
        stranger.get(f"/assets/pins/coatbridge/{start}", status=404)
    stranger.get(f"/assets/pins/coatbridge/{twins[0].hex}")
    stranger.get(f"/assets/pins/nowhere/{twins[0].hex}", status=404)
