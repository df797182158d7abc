"""The list for other websites and programs."""

from __future__ import annotations

import json

from pbapp.assets.models import (
    AssetKind,
    AssetSession,
    AssetState,
    Precision,
    Status,
    Where,
)
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.world import World

HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"


def test_the_list_may_stand_in_a_frame_without_cookies_or_script(
    stranger: Browser, officer: Browser, world: World
) -> None:
    make_asset(world, f"Hall {HOSTILE}", summary=HOSTILE)
    make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    make_asset(world, "Not yet", state=AssetState.WAITING)
    for browser in (stranger, officer):
        page = browser.get("/assets/embed")
        assert "frame-ancestors *" in page.response.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in page.response.headers
        assert "<script" not in page.html
        assert "1 entry" in page.text
        assert HOSTILE in page.text
        assert "<img" not in page.html
    for path in ("/assets", "/assets/share"):
        policy = stranger.get(path).response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_the_frame_keeps_to_the_filters_and_has_pages(stranger: Browser, world: World) -> None:
    for number in range(21):
        make_asset(world, f"Hall {number}")
    make_asset(world, "Club", kind=AssetKind.ASSOCIATION)
    page = stranger.get("/assets/embed?kind=place")
    assert "21 entries" in page.text
    assert "Club" not in page.text
    second = stranger.get(page.links()["Next page"])
    assert "kind=place" in second.links()["Previous page"]
    assert "Nothing fits." in stranger.get("/assets/embed?q=nothing+like+it").text


def test_the_frame_tells_what_is_urgent_and_whose_an_entry_is(
    stranger: Browser, world: World
) -> None:
    assert "Nothing is here yet." in stranger.get("/assets/embed").text
    make_asset(
        world,
        "Hall",
        alert="Closed by a flood",
        status=Status.PAUSED,
        source="ALISS",
        source_url="javascript:alert(1)",
        licence="CC BY 4.0",
        sessions=[AssetSession(days=2, opens=600, closes=720)],
    )
    page = stranger.get("/assets/embed")
    for words in (
        "Closed by a flood",
        "Closed for now",
        "From: ALISS. CC BY 4.0",
        "unless an entry names another",
    ):
        assert words in page.text, words
    assert "javascript" not in page.html
    assert "Accept-Language" in page.response.headers["Vary"]
    calendar = stranger.app.test_client().get("/assets.ics")
    assert "ALISS. CC BY 4.0" in calendar.text
    assert "Accept-Language" in calendar.headers["Vary"]


def test_where_a_visitor_stands_is_not_put_into_code_for_others(
    stranger: Browser, world: World
) -> None:
    page = stranger.get("/assets/share?near=55.867,-4.034&within=1&kind=place")
    assert "55.867" not in page.html
    assert "within=1" not in page.html
    assert "kind=place" in page.html


def test_a_point_that_is_only_near_the_place_is_no_position(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Street", shown_as=Precision.STREET)
    make_asset(world, "Code", where_kind=Where.POSTCODE, postcode="ZZ7 1AA")
    exact = make_asset(world, "Very place")
    graph = {one["name"]: one for one in json.loads(stranger.get("/assets.jsonld").html)["@graph"]}
    assert "geo" not in graph["Street"]
    assert graph["Code"]["geo"] == {"@type": "GeoCoordinates", "postalCode": "ZZ7 1AA"}
    assert graph["Very place"]["geo"]["latitude"] == exact.lat


def test_the_code_for_a_website_is_shown_as_text(stranger: Browser, world: World) -> None:
    make_asset(world)
    page = stranger.get("/assets/share?ward=S13003048&q=%22%3E%3Cb%3E")
    assert "<iframe" not in page.html
    assert '<iframe src="http://' in page.text
    assert "/assets/embed?ward=S13003048&amp;q=%22%3E%3Cb%3E" in page.text
    assert "ward=S13003048" in page.links()["A table for a spreadsheet (CSV)"]
    assert "No entries fit" in page.text or "0 entries fit" in page.text


def test_linked_data_is_as_exact_as_the_page(stranger: Browser, world: World) -> None:
    hall = make_asset(world, "Hall", source="A list", source_url="https://x.org/é", licence="OGL")
    make_asset(world, "Club", kind=AssetKind.ASSOCIATION, **without_point())
    make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    page = stranger.get("/assets.jsonld")
    assert page.response.mimetype == "application/ld+json"
    assert page.response.headers["Access-Control-Allow-Origin"] == "*"
    read = json.loads(page.html)
    assert read["@context"] == "https://schema.org"
    club, place = read["@graph"]
    assert (club["@type"], place["@type"]) == ("Organization", "Place")
    assert place["geo"]["latitude"] == hall.lat
    assert "geo" not in club["location"]
    assert club["location"]["containedInPlace"]["identifier"] == "S13003048"
    assert place["subjectOf"]["isBasedOn"] == "https://x.org/%C3%A9"
    assert json.loads(stranger.get("/assets.jsonld?kind=culture").html)["@graph"] == []
