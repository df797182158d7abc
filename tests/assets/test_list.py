"""The list and the map: filters, addresses, fragments, exports."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.assets.models import AssetKind, AssetState, Confirmer, Where
from pbapp.assets.queries import PER_PAGE
from pbapp.db import db
from pbapp.web.cells import inert
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, Page, QueryCounter
from tests.world import World

HTMX = {"HX-Request": "true"}


def names(page: Page) -> list[str]:
    return ["".join(e.itertext()) for e in page.root.iter("h3")]


def test_an_empty_map_invites_the_first_entry(stranger: Browser, world: World) -> None:
    page = stranger.get("/assets")
    assert page.h1 == "What\u2019s here in Coatbridge"
    assert "Be the first" in page.text
    assert page.links()["Add something"] == "/assets/new"


def test_before_there_is_a_board_there_is_nothing(stranger: Browser) -> None:
    stranger.get("/assets", status=404)


def test_only_what_is_published_shows(stranger: Browser, world: World) -> None:
    make_asset(world, "Shown")
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Returned", state=AssetState.RETURNED)
    make_asset(world, "Elsewhere", board_id=world.other_board.id, area_id=world.wards[9].id)
    assert names(stranger.get("/assets")) == ["Shown"]
    assert names(stranger.get("/assets?board=airdrie")) == ["Elsewhere"]
    stranger.get("/assets?board=nowhere", status=404)


def test_each_filter_narrows_and_all_of_them_together(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall", main="poverty")
    make_asset(world, "Choir", kind=AssetKind.ASSOCIATION, supports=["mental-health"])
    make_asset(world, "Canal", area_id=world.wards[10].id, description="A quiet towpath")

    def found(query: str) -> list[str]:
        return names(stranger.get(f"/assets?{query}"))

    assert found("ward=S13003051") == ["Canal"]
    assert found("kind=association") == ["Choir"]
    assert found("priority=poverty") == ["Hall"]
    assert found("priority=mental-health") == ["Choir"]
    assert found("q=TOWPATH+quiet") == ["Canal"]
    assert found("ward=S13003048&kind=place&priority=poverty&q=hall") == ["Hall"]
    assert found("ward=nonsense&kind=&priority=x") == ["Canal", "Choir", "Hall"]
    assert found("kind=place&kind=culture") == ["Canal", "Hall"]


@pytest.mark.parametrize("words", ["%", "_", "100%", "\\", "'", "a\0b", "é" * 500])
def test_odd_words_find_nothing_and_break_nothing(
    stranger: Browser, world: World, words: str
) -> None:
    make_asset(world)
    page = stranger.get("/assets", query_string={"q": words})
    assert "Nothing fits what you chose" in page.text
    assert page.links()["Show everything"] == "/assets"


@pytest.mark.parametrize(
    ("postcode", "said"),
    [
        ("zz71aa", "ZZ7 1AA is in Coatbridge North"),
        ("ZZ99 9ZZ", "The gap is ours"),
        ("hello", "is not a full postcode"),
        ("<script>", "is not a full postcode"),
        ("ZZ9 1AA", "outside Coatbridge"),
    ],
)
def test_a_postcode_shows_its_ward_or_says_why_not(
    stranger: Browser, world: World, postcode: str, said: str
) -> None:
    make_asset(world, "Hall")
    make_asset(world, "Canal", area_id=world.wards[10].id)
    page = stranger.get("/assets", query_string={"postcode": postcode})
    assert said in page.text
    assert names(page) == (["Hall"] if postcode == "zz71aa" else ["Canal", "Hall"])


def test_a_postcode_of_a_neighbour_points_there(stranger: Browser, world: World) -> None:
    page = stranger.get("/assets?postcode=ZZ9+1AA")
    assert page.links()["See what\u2019s there"] == "/assets?board=airdrie&ward=S13003050"


def test_what_has_no_point_is_listed_and_counted(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall")
    make_asset(world, "Club", **without_point())
    make_asset(world, "Mending", **without_point(kind=AssetKind.INDIVIDUAL))
    page = stranger.get("/assets")
    assert "3 entries" in page.text
    assert "2 of them have no point on the map" in page.text


def test_freshness_is_public(stranger: Browser, world: World) -> None:
    since = clock.now() - timedelta(days=21)
    make_asset(world, "Fresh", confirmed_at=since, confirmed_by=Confirmer.GROUP)
    make_asset(world, "Never")
    page = stranger.get("/assets")
    assert "Confirmed 3 weeks ago by the group" in page.text
    assert "Added 3 months ago, not confirmed since" in page.text


def test_the_filters_work_by_htmx_with_a_short_address(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall")
    make_asset(world, "Canal", area_id=world.wards[10].id)
    page = stranger.get("/assets?ward=S13003051&kind=&priority=&q=", headers=HTMX)
    assert "<html" not in page.html
    assert names(page) == ["Canal"]
    assert page.response.headers["HX-Push-Url"] == "/assets?ward=S13003051"
    assert "HX-Request" in page.response.headers["Vary"]
    assert 'data-map-features="/assets/map.json?ward=S13003051"' in page.html
    restored = stranger.get(
        "/assets?ward=S13003051", headers={**HTMX, "HX-History-Restore-Request": "true"}
    )
    assert "<html" in restored.html


def test_the_filters_work_as_a_plain_form(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall")
    make_asset(world, "Canal", area_id=world.wards[10].id)
    page = stranger.submit(stranger.get("/assets"), {"ward": "S13003051"}, form="filters")
    assert names(page) == ["Canal"]
    assert ("ward", "S13003051") in page.form("filters").filled({})


def test_a_long_list_has_pages_and_few_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    def queries_of(path: str) -> int:
        count_queries.reset()
        stranger.get(path)
        return count_queries.number

    make_asset(world, "Number 0")
    short = queries_of("/assets")
    for n in range(1, PER_PAGE + 5):
        make_asset(world, f"Number {n:02}")
    assert queries_of("/assets") == short <= 12
    assert len(names(stranger.get("/assets"))) == PER_PAGE
    assert len(names(stranger.get("/assets?page=2"))) == 5
    assert len(names(stranger.get("/assets?page=9999"))) == 5
    for page, on_it in (("1", PER_PAGE), ("2", 5), ("9999", 5)):
        sought = stranger.get(f"/assets?q=number&page={page}")
        assert (len(names(sought)), "25 entries" in sought.text) == (on_it, True)
    for odd in ("0", "-1", "x", "٢", "1e9", "9" * 50):
        assert len(names(stranger.get("/assets", query_string={"page": odd}))) == PER_PAGE


def test_hostile_text_stays_text(stranger: Browser, world: World) -> None:
    bad = "${alert(1)}<img src=x onerror=alert(1)>{{7*7}}"
    asset = make_asset(world, bad, summary=bad, where_words=bad, description=bad, opening=bad)
    for path in ("/assets", f"/assets/{asset.id}", f"/assets/{asset.id}/confirm"):
        page = stranger.get(path)
        assert bad in page.text
        assert "<img src=x" not in page.html


def test_the_points_of_the_map(stranger: Browser, officer: Browser, world: World) -> None:
    hall = make_asset(world, "Hall")
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Mending", **without_point(kind=AssetKind.INDIVIDUAL))
    make_asset(world, "Canal", area_id=world.wards[10].id)

    answer = stranger.get("/assets.geojson?ward=S13003048").response
    assert answer.mimetype == "application/geo+json"
    (feature,) = json.loads(answer.data)["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-4.0341, 55.8671]}
    known = {"name": "Hall", "kind": "place", "ward": "Coatbridge North", "placed_by": "point"}
    assert known.items() <= feature["properties"].items()
    assert feature["properties"]["url"] == f"http://localhost/assets/{hall.id}"
    etag = {"If-None-Match": answer.headers["ETag"]}
    stranger.get("/assets.geojson?ward=S13003048", status=304, headers=etag)
    one = json.loads(stranger.get(f"/assets/{hall.id}.geojson").response.data)
    assert one["features"][0]["geometry"] == feature["geometry"]
    hall.state = AssetState.WAITING
    db.session.commit()
    stranger.get(f"/assets/{hall.id}.geojson", status=404)
    theirs = officer.get(f"/assets/{hall.id}.geojson").response.headers
    assert theirs["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in theirs


def test_the_points_take_few_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    for n in range(30):
        make_asset(world, f"Number {n}")
    count_queries.reset()
    stranger.get("/assets.geojson")
    assert count_queries.number <= 20


def test_the_table_is_safe_to_open_and_holds_no_persons_gift(
    stranger: Browser, world: World
) -> None:
    make_asset(world, '=HYPERLINK("http://evil")', main="poverty", opening="@SUM(1)")
    make_asset(world, "Mending", **without_point(kind=AssetKind.INDIVIDUAL))
    page = stranger.get("/assets.csv")
    (row,) = csv.DictReader(io.StringIO(page.response.get_data(as_text=True).lstrip("\ufeff")))
    assert row["name"] == '\'=HYPERLINK("http://evil")'
    assert row["when"] == "'@SUM(1)"
    assert (row["longitude"], row["priorities"]) == ("-4.0341", "Poverty")


@pytest.mark.parametrize(
    "text",
    ["=1", "+1+1", "-cmd", "@x", "\tx", "|x", "+4412360", "-inf", "＝1"],  # noqa: RUF001
)
def test_a_formula_is_made_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


def test_an_entry_tells_what_where_and_what_it_helps(stranger: Browser, world: World) -> None:
    asset = make_asset(
        world,
        "Hall",
        main="poverty",
        supports=["mental-health"],
        website="https://hall.example.org",
        where_kind=Where.POSTCODE,
        postcode="ZZ7 1AA",
        is_example=True,
    )
    page = stranger.get(f"/assets/{asset.id}")
    assert page.h1 == "Hall"
    for words in ("Coatbridge North", "middle of its postcode", "Poverty (most of all)", "Example"):
        assert words in page.text
    assert 'rel="nofollow ugc noopener noreferrer"' in page.html
    assert page.links()["Mental Health"] == "/boards/coatbridge/priorities/mental-health"
    assert page.links()["Coatbridge North"] == "/boards/coatbridge/wards/S13003048"


def test_an_entry_placed_by_its_postcode_names_whose_postcodes(
    stranger: Browser, world: World
) -> None:
    by_postcode = {"where_kind": Where.POSTCODE, "postcode": "ML5 3AA"}
    for values, named in (
        (by_postcode, True),
        ({**by_postcode, "is_example": True}, False),
        ({}, False),
    ):
        page = stranger.get(f"/assets/{make_asset(world, **values).id}")
        assert ("Royal Mail data © Royal Mail copyright" in page.text) is named


def test_a_website_that_is_no_web_address_is_not_a_link(stranger: Browser, world: World) -> None:
    asset = make_asset(world, website="javascript:alert(1)")
    assert "javascript:" not in stranger.get(f"/assets/{asset.id}").html


def test_an_entry_that_is_not_there(stranger: Browser, world: World) -> None:
    for path in ("/assets/not-an-id", f"/assets/{'0' * 8}-0000-0000-0000-{'0' * 12}"):
        stranger.get(path, status=404)


def test_confirming_is_a_button_and_says_who(
    stranger: Browser, group_member: Browser, officer: Browser, world: World
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    for browser, part in (
        (stranger, Confirmer.VISITOR),
        (group_member, Confirmer.GROUP),
        (officer, Confirmer.OFFICER),
    ):
        page = browser.get(f"/assets/{asset.id}/confirm")
        done = browser.follow(browser.submit(page))
        assert "confirmed today" in done.text
        db.session.refresh(asset)
        assert asset.confirmed_by is part
