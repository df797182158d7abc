"""Each filter of the list, in one address for page, map, share, frame and files."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import create_engine, select, text

from pbapp.assets.finding.matching import matching
from pbapp.assets.finding.search import Search
from pbapp.assets.finding.wanted import Origin, Outward, Sort, Wanted
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetSession,
    AssetTerm,
    Cost,
    Status,
    Vocabulary,
    Where,
)
from pbapp.db import Base, db
from pbapp.places.models import Area, Postcode
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, Page
from tests.world import World

TUESDAY = 1 << 1


def names(page: Page) -> list[str]:
    return ["".join(e.itertext()) for e in page.root.iter("h3")]


def found(stranger: Browser, query: str) -> list[str]:
    return names(stranger.get(f"/assets?{query}", headers={"HX-Request": "true"}))


def marked(asset: Asset, vocabulary: Vocabulary, *slugs: str) -> Asset:
    asset.terms += [AssetTerm(vocabulary=vocabulary, slug=slug) for slug in slugs]
    db.session.commit()
    return asset


def on(asset: Asset, days: int, opens: int, closes: int, **values: object) -> Asset:
    asset.sessions.append(AssetSession(days=days, opens=opens * 60, closes=closes * 60, **values))
    db.session.commit()
    return asset


def test_access_cost_age_audience_and_theme(stranger: Browser, world: World) -> None:
    hall = make_asset(world, "Hall", cost=Cost.FREE)
    marked(hall, Vocabulary.ACCESS, "step_free", "toilet")
    marked(hall, Vocabulary.AUDIENCE, "older")
    cafe = make_asset(world, "Cafe", cost=Cost.DONATION, age_from=16)
    marked(cafe, Vocabulary.ACCESS, "step_free")
    marked(cafe, Vocabulary.THEME, "contact")
    make_asset(world, "Gym", cost=Cost.PAID, age_from=12, age_to=18)
    for query, names_found in (
        ("access=step_free", ["Cafe", "Hall"]),
        ("access=step_free&access=toilet", ["Hall"]),
        ("access=step_free&access=nonsense", ["Cafe", "Hall"]),
        ("cost=free", ["Hall"]),
        ("cost=donation", ["Cafe", "Hall"]),
        ("age=14", ["Gym", "Hall"]),
        ("age=70", ["Cafe", "Hall"]),
        ("audience=older", ["Hall"]),
        ("theme=contact", ["Cafe"]),
    ):
        assert found(stranger, query) == names_found, query


def test_nonsense_in_the_address_shows_everything(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall")
    for query in (
        "cost=x&day=x&part=x&audience=x&theme=x&access=x&within=x&sort=x&view=x",
        *(
            "age=-1",
            "age=1_0",
            "age=%D9%A1%D9%A2",
            "age=999",
            "age=1e9",
            "near=1,2",
            "near=nan,nan",
        ),
        *("near=99.5,0.0", "within=1", "based=", "postcode=", "postcode=%00", "q=%00%E2%80%AE"),
        "near=55.8%3BDROP,-4.0",
    ):
        assert found(stranger, query) == ["Hall"], query
    assert "Show everything" not in stranger.get("/assets?cost=x&within=1").text


@pytest.mark.parametrize(
    ("query", "names_found"),
    [
        ("day=tue", ["Choir", "Market", "Soup"]),
        ("day=tue&part=morning", ["Soup"]),
        ("day=tue&part=evening", ["Choir"]),
        ("part=afternoon", ["Market"]),
        ("day=sun", []),
        ("day=now", ["Soup"]),
    ],
)
def test_days_and_times(
    stranger: Browser, world: World, query: str, names_found: list[str]
) -> None:
    on(make_asset(world, "Soup"), TUESDAY, 10, 12)
    on(make_asset(world, "Choir"), TUESDAY, 19, 21)
    on(make_asset(world, "Ended"), 127, 0, 24, until_on=date(2026, 3, 9))
    on(make_asset(world, "Market"), TUESDAY, 9, 13, nth=3)
    on(make_asset(world, "Away", status=Status.PAUSED), 1 << 3, 10, 12)
    every_other = {"every": 2, "starts_on": date(2026, 3, 3)}
    on(make_asset(world, "Other week"), 1 << 4, 10, 12, **every_other)
    if "part=morning" in query:
        names_found = ["Market", *names_found]
    with time_machine.travel(datetime(2026, 3, 10, 10, 30, tzinfo=UTC), tick=False):
        assert found(stranger, query) == names_found


def test_open_now_reckons_with_weeks_that_are_skipped(stranger: Browser, world: World) -> None:
    first = date(2026, 3, 3)
    on(make_asset(world, "This week"), TUESDAY, 10, 12, every=2, starts_on=first)
    on(make_asset(world, "Next week"), TUESDAY, 10, 12, every=2, starts_on=date(2026, 3, 10))
    on(make_asset(world, "Last of the month"), TUESDAY, 10, 12, nth=-1)
    on(make_asset(world, "Over"), TUESDAY, 10, 12, until_on=first)
    on(make_asset(world, "To let"), TUESDAY, 10, 12, use="free")
    with time_machine.travel(datetime(2026, 3, 17, 10, 30, tzinfo=UTC), tick=False):
        page = stranger.get("/assets?day=now")
        assert names(page) == ["This week"]
        assert "Open now, until noon" in page.text
        for view in ("/assets?q=let", "/assets?q=let&view=table", "/assets/embed?q=let"):
            assert "To let" in stranger.get(view).text
            assert "Open now, until" not in stranger.get(view).text
    on(make_asset(world, "Night"), TUESDAY, 20, 26, until_on=date(2026, 3, 17))
    for day, hour, is_open in ((17, 20, True), (18, 1, True), (18, 2, False), (25, 1, False)):
        with time_machine.travel(datetime(2026, 3, day, hour, tzinfo=UTC), tick=False):
            assert ("Night" in found(stranger, "day=now")) is is_open
    with time_machine.travel(datetime(2026, 3, 31, 9, 30, tzinfo=UTC), tick=False):
        assert found(stranger, "day=now") == ["Last of the month", "This week"]


# --- where --------------------------------------------------------------------------------------


def place_three(world: World) -> None:
    """At the postcode ZZ7 1AA, some 600 m north of it, and 2.2 km away."""
    make_asset(world, "Here", lat=55.867, lon=-4.034, postcode="ZZ7 1AA")
    make_asset(world, "North", lat=55.8725, lon=-4.034)
    make_asset(world, "West", lat=55.853, lon=-4.057, area_id=world.wards[10].id)


def test_a_radius_finds_what_is_near_the_nearest_first(stranger: Browser, world: World) -> None:
    place_three(world)
    make_asset(world, "No point", **without_point())
    make_asset(world, "Gift", **without_point(kind=AssetKind.INDIVIDUAL))
    assert found(stranger, "postcode=zz71aa&within=half") == ["Here", "North", "No point"]
    assert found(stranger, "postcode=ZZ7+1AA&within=2") == ["Here", "North", "West", "No point"]
    assert found(stranger, "postcode=ZZ7+1AA") == ["Here", "North", "No point"]
    # One box or the other: a postcode among the words is where to look from.
    assert found(stranger, "q=ZZ7+1AA") == ["Here", "North", "No point"]
    assert found(stranger, "q=west+near+zz71aa&within=2") == ["West"]
    page = stranger.get("/assets?near=55.86701,-4.03399&within=half")
    assert names(page) == ["Here", "North", "No point"]
    assert "about 600 m away" in page.text
    assert "near=55.867,-4.034" in page.html
    assert "55.86701" not in page.html
    assert found(stranger, "near=55.853,-4.057")[0] == "West"


def test_a_circle_drops_nothing_for_want_of_a_point(stranger: Browser, world: World) -> None:
    west = world.wards[10].id
    make_asset(world, "West", **without_point(area_id=west))
    make_asset(world, "Van", **without_point(area_id=world.wards[11].id)).serves = [
        AssetArea(area_id=west)
    ]
    make_asset(world, "Far", **without_point(area_id=world.wards[11].id))
    make_asset(world, "Online", **without_point(area_id=None, where_kind=Where.NOWHERE))
    make_asset(world, "Gift", **without_point(kind=AssetKind.INDIVIDUAL, area_id=west))
    world.wards[11].centre_lat = 57.0
    db.session.commit()
    assert found(stranger, "postcode=ZZ7+1AA&within=5") == ["Online", "Van", "West"]
    assert found(stranger, "postcode=ZZ7+1AA&within=5&based=y") == ["West"]
    half = stranger.get("/assets?postcode=ZZ7&within=half")
    assert names(half) == ["Online"]
    assert "This is from the middle of them" in half.text
    assert found(stranger, "postcode=ZZ10&within=half") == ["Online", "Van", "West"]
    assert found(stranger, "postcode=ZZ10") == ["Online", "Van", "West"]
    assert found(stranger, "postcode=ZZ10&based=y") == ["West"]


def test_half_a_postcode_finds_its_wards(stranger: Browser, world: World) -> None:
    place_three(world)
    db.session.add(Postcode(postcode="ZZ7 2BB", area_id=world.wards[7].id, lat=55.8725, lon=-4.034))
    db.session.commit()
    page = stranger.get("/assets?postcode=zz7")
    assert names(page) == ["North", "Here"] or names(page) == ["Here", "North"]
    assert "first half of many postcodes" in page.text
    assert found(stranger, "postcode=ZZ10&within=half") == ["West"]
    assert f"We have no postcodes of EH12 in {world.board.place_name}" in (
        stranger.get("/assets?postcode=eh12").text
    )
    assert "is not a full postcode" in stranger.get("/assets?postcode=ML5+3A").text
    gap = stranger.get("/assets?postcode=ZZ7+9ZZ")
    assert "The gap is ours" in gap.text
    assert gap.links()["Show all of ZZ7"] == "/assets?postcode=ZZ7"


def test_what_comes_to_a_ward_is_found_apart_from_what_is_based_there(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Based")
    van = make_asset(world, "Book van", lat=55.85, area_id=world.wards[10].id)
    van.serves = [AssetArea(area_id=world.wards[7].id)]
    make_asset(world, "Online", **without_point(area_id=None, where_kind=Where.NOWHERE))
    make_asset(world, "Gift", **without_point(kind=AssetKind.INDIVIDUAL))
    db.session.commit()
    page = stranger.get("/assets?ward=S13003048")
    assert names(page) == ["Based", "Book van", "Online"]
    assert "Based in Coatbridge West, and comes to Coatbridge North" in page.text
    assert "2 of them are based elsewhere and come to this ward" in page.text
    only = stranger.get(page.links()["Only what is based here"])
    assert names(only) == ["Based"]
    assert "Book van" in names(stranger.get("/assets?postcode=ZZ7+1AA&within=half"))
    assert found(stranger, "postcode=ZZ7+1AA&within=half&based=y") == ["Based"]


def test_what_narrows_a_list_is_read_from_its_index() -> None:
    """10,000 wide rows stay unread, however many filters there are."""
    wanted = Wanted(
        board_id=1,
        area_id=2,
        kind=AssetKind.PLACE,
        origin=Origin(55.9, -4.0),
        within_m=800,
        outward=Outward("ML5", (2,)),
        costs=(Cost.FREE,),
        age=40,
        sort=Sort.FRESH,
    )
    match = matching(wanted, Search())
    query = select(Asset.id, Asset.lat).where(*match.where).order_by(*match.order)
    engine = create_engine("sqlite://")
    for model in (Area, Asset, AssetArea):
        Base.metadata.tables[model.__tablename__].create(engine)
    words = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {words}")).all())
    assert "USING COVERING INDEX ix_asset_listed" in plan


# --- one address --------------------------------------------------------------------------------


def test_page_table_map_frame_and_files_show_the_same_in_the_same_order(
    stranger: Browser, world: World
) -> None:
    place_three(world)
    marked(make_asset(world, "Fourth", cost=Cost.FREE), Vocabulary.ACCESS, "toilet")
    make_asset(world, "Closed", status=Status.CLOSED)
    for query in ("postcode=ZZ7+1AA&within=2", "q=north", "access=toilet&cost=free&sort=name"):
        listed = found(stranger, query)
        assert listed
        assert "Closed" not in listed
        table = stranger.get(f"/assets?{query}&view=table")
        heads = [e for e in table.root.iter("th") if e.get("scope") == "row"]
        assert ["".join(e.itertext()) for e in heads] == listed
        geojson = json.loads(stranger.get(f"/assets.geojson?{query}").response.data)
        assert [f["properties"]["name"] for f in geojson["features"]] == listed
        text = stranger.get(f"/assets.csv?{query}").response.get_data(as_text=True)
        rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
        assert [row["name"] for row in rows] == listed
        linked = json.loads(stranger.get(f"/assets.jsonld?{query}").response.data)
        assert [one["name"] for one in linked["@graph"]] == listed
        frame = stranger.get(f"/assets/embed?{query}")
        assert ["".join(e.itertext()) for e in frame.root.iter("h2")] == listed
        share = stranger.get(f"/assets/share?{query}")
        assert f"{len(listed)} entr" in share.text
        data = json.loads(stranger.get(f"/assets/map.json?{query}").response.data)
        assert sorted(data["name"]) == sorted(listed)


def test_the_share_page_keeps_filters_that_it_does_not_show(
    stranger: Browser, world: World
) -> None:
    make_asset(world)
    page = stranger.get("/assets/share?access=toilet&access=bus&cost=free&q=hall")
    assert "Also chosen: Free · Accessible toilet · Bus stop nearby." in page.text
    for hidden in ('name="access" value="toilet"', 'name="access" value="bus"', 'value="free"'):
        assert hidden in page.html
