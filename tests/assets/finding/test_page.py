"""The page of results: chips, views, the table, notes, landmarks, and what to try when empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask

from pbapp import clock
from pbapp.assets.commands import assets
from pbapp.assets.finding.landmark_file import FileProblem, read_landmarks
from pbapp.assets.finding.models import Landmark
from pbapp.assets.models import AssetArea, AssetKind, AssetTerm, Confirmer, Cost, Status, Vocabulary
from pbapp.db import db
from tests.assets.factories import make_asset, without_point
from tests.assets.finding.test_filters import TUESDAY, names, on
from tests.client import Browser, Page, QueryCounter
from tests.world import World

HTMX = {"HX-Request": "true"}


def row_heads(page: Page) -> list[str]:
    heads = [e for e in page.root.iter("th") if e.get("scope") == "row"]
    return ["".join(e.itertext()) for e in heads]


def test_each_filter_in_use_can_be_taken_away(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall")
    page = stranger.get("/assets?ward=S13003048&access=toilet&access=bus&age=40&view=table")
    links = page.links()
    without_ward = links["Take away: Ward: Coatbridge North \u00d7"]
    assert without_ward == "/assets?age=40&access=toilet&access=bus&view=table"
    without_toilet = "/assets?ward=S13003048&age=40&access=bus&view=table"
    assert links["Take away: Access: Accessible toilet \u00d7"] == without_toilet
    assert links["Show everything"] == "/assets?view=table"
    assert "<details" in page.html
    assert " open>" in page.html[page.html.index("pb_find__more") :][:80]
    plain = stranger.get("/assets?ward=S13003048&kind=place")
    assert " open>" not in plain.html[plain.html.index("pb_find__more") :][:80]


def test_three_views_of_one_address(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall", area_id=world.wards[10].id)
    page = stranger.get("/assets?ward=S13003051")
    links = page.links()
    assert links["Table"] == "/assets?ward=S13003051&view=table"
    assert links["Map"] == "/assets?ward=S13003051&view=map"
    table = stranger.get("/assets?ward=coatbridge+west&view=table")
    assert table.links()["List"] == "/assets?ward=S13003051"
    assert row_heads(table) == ["Hall"]
    assert names(stranger.get(links["Map"])) == ["Hall"]
    part = stranger.get("/assets?ward=10&view=table&q=", headers=HTMX)
    assert part.response.headers["HX-Push-Url"] == "/assets?ward=S13003051&view=table"
    assert row_heads(part) == ["Hall"]


def test_the_table_is_sorted_by_its_headings(stranger: Browser, world: World) -> None:
    now = clock.now()
    make_asset(world, "B far", lat=55.9, confirmed_at=now - timedelta(days=1))
    make_asset(world, "a near", confirmed_at=now - timedelta(days=9), reminder_stage=4)
    make_asset(world, "C none", **without_point())
    table = stranger.get("/assets?view=table&near=55.867,-4.034")
    links = table.links()
    by_name = stranger.get(links["Name (sort by this)"])
    assert row_heads(by_name) == ["a near", "B far", "C none"]
    assert 'aria-sort="ascending"' in by_name.html
    assert row_heads(stranger.get(links["Where (sort by this)"])) == ["a near", "B far", "C none"]
    fresh = stranger.get(links["Confirmed (sort by this)"])
    assert row_heads(fresh) == ["B far", "a near", "C none"]
    assert "Where (sort by this)" not in stranger.get("/assets?view=table").links()
    assert row_heads(table) == ["B far", "C none", "a near"]  # whoever answers no mail comes last


@time_machine.travel(datetime(2026, 3, 9, 12, tzinfo=UTC), tick=False)  # a Monday
def test_a_row_says_when_what_it_costs_how_to_get_in_and_how_sure_it_is(
    stranger: Browser, world: World
) -> None:
    hall = on(make_asset(world, "Hall", cost=Cost.DONATION), TUESDAY, 10, 12)
    hall.terms = [AssetTerm(vocabulary=Vocabulary.ACCESS, slug="step_free")]
    hall.confirmed_at, hall.confirmed_by = clock.now() - timedelta(days=21), Confirmer.GROUP
    paused = {"status": Status.PAUSED, "alert": "The roof is being mended", "reminder_stage": 4}
    make_asset(world, "Annex", **paused)
    make_asset(world, "Gone", status=Status.CLOSED)
    db.session.commit()
    for path in ("/assets", "/assets?view=table"):
        page = stranger.get(path)
        for words in (
            *("Next: ", "10am to noon", "By donation", "Step-free", "Confirmed 3 weeks ago"),
            *("Closed for now", "The roof is being mended", "had no answer: check before you go"),
        ):
            assert words in page.text, words
        assert "Gone" not in page.text
    assert names(stranger.get("/assets")) == ["Hall", "Annex"]


def test_an_empty_list_says_what_would_help(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    make_asset(world, "Hall", lat=55.88, lon=-4.034)
    make_asset(world, "Canal", area_id=world.wards[11].id, cost=Cost.FREE)
    page = stranger.get("/assets?ward=S13003048&cost=free")
    assert "Nothing fits what you chose" in page.text
    tries = page.links()
    assert tries["The next ward, Coatbridge South"] == "/assets?ward=S13003052&cost=free"
    assert tries["Without “Ward”"] == "/assets?cost=free"
    assert "Without “Cost”: 1 entry" in page.text
    assert tries["Add something"] == "/assets/new"
    wider = stranger.get("/assets?near=55.870,-4.034&within=half&based=y&q=hall")
    assert "Within 1 mile: 1 entry" in wider.text
    wider_link = "/assets?q=hall&within=1&near=55.870,-4.034&based=y"
    assert wider.links()["Within 1 mile"] == wider_link
    both = "/assets?postcode=ZZ7+1AA&ward=S13003051&kind=culture"
    make_asset(world, "Band", kind=AssetKind.CULTURE, area_id=world.wards[11].id)
    make_asset(world, "Choir", kind=AssetKind.CULTURE)
    for text, url in stranger.get(both).links().items():
        if text.startswith(("Without", "The next")):
            number = len(names(stranger.get(url)))
            assert number, text
            assert f"{text}: {number} entr" in stranger.get(both).text
    two = stranger.get("/assets?q=hall+canal&ward=S13003052")
    assert two.links()["Only the word “canal”"] == "/assets?ward=S13003052&q=canal"
    assert "Only the word “canal”: 1 entry" in two.text
    assert "Only the word “hall”" not in two.text
    count_queries.reset()
    stranger.get("/assets?ward=S13003048&cost=free&age=40&q=zzzz&access=bus&kind=culture&day=tue")
    assert count_queries.number <= 20
    count_queries.reset()
    stranger.get("/assets?ward=S13003048&cost=free&age=40&q=zzzz&access=bus&kind=culture&day=now")
    assert count_queries.number <= 22


def test_a_landmark_typed_as_words_leads_to_what_is_round_about_it(
    stranger: Browser, world: World
) -> None:
    hall = make_asset(world, "Hall")
    db.session.add(
        Landmark(board_id=world.board.id, name="Sunnyside Station", lat=55.865, lon=-4.038)
    )
    db.session.commit()
    page = stranger.get("/assets?q=sunnyside+station")
    link = page.links()["What\u2019s round about Sunnyside Station"]
    assert link == "/assets?near=55.865,-4.038&within=1"
    round_about = stranger.get(link)
    assert names(round_about) == ["Hall"]
    assert "300 m north-east of Sunnyside Station" in round_about.text
    assert "Near Sunnyside Station" in round_about.text
    assert "300 m north-east of Sunnyside Station" in stranger.get(f"/assets/{hall.id}").text
    # Part of its name will do, if no other has it; and so do a ward's name and half a postcode.
    for typed, text, url in (
        ("sunny", "What\u2019s round about Sunnyside Station", link),
        ("coatbridge WEST", "Everything in Coatbridge West", "/assets?ward=S13003051"),
        ("zz7", "Show all of ZZ7", "/assets?postcode=ZZ7"),
    ):
        assert stranger.get("/assets", query_string={"q": typed}).links()[text] == url


def test_what_cannot_be_used_as_typed_is_said(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall", age_from=16)
    page = stranger.get("/assets?age=forty&within=1&ward=9", headers=HTMX)
    assert names(page) == ["Hall"]
    assert "“forty” is not an age from 0 to 120" in page.text
    assert "“9” is not a ward of Coatbridge" in page.text
    assert "enter your postcode too" in page.text


def test_what_was_probably_meant_is_a_link(stranger: Browser, world: World) -> None:
    make_asset(world, "Library")
    page = stranger.get("/assets?q=libary&kind=place")
    assert names(page) == ["Library"]
    assert page.links()["library"] == "/assets?kind=place&q=library"
    assert "Nothing here has “libary” in it." in page.text


def test_only_a_page_with_the_button_may_ask_where_one_is(stranger: Browser, world: World) -> None:
    policies = {
        path: stranger.get(path).response.headers["Permissions-Policy"]
        for path in ("/assets", "/assets/walkabout/coatbridge/", "/assets/share", "/privacy")
    }
    assert [p for p in policies if "geolocation=(self)" in policies[p]] == [
        *("/assets", "/assets/walkabout/coatbridge/")
    ]
    assert all("camera=()" in policy for policy in policies.values())


def test_a_long_page_of_full_rows_takes_no_query_a_row(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    def full(name: str) -> None:
        asset = on(make_asset(world, name, organisation_id=world.group.id), TUESDAY, 10, 12)
        asset.terms = [AssetTerm(vocabulary=Vocabulary.ACCESS, slug="bus")]
        asset.serves = [AssetArea(area_id=world.wards[10].id)]
        db.session.commit()

    def queries() -> int:
        db.session.expire_all()
        count_queries.reset()
        stranger.get("/assets?ward=S13003051&q=hall&access=bus")
        return count_queries.number

    for number in range(4):  # so many that nobody asks whether the word was mistyped
        full(f"Hall {number}")
    few = queries()
    for number in range(4, 12):
        full(f"Hall {number}")
    assert queries() == few


# --- landmarks ----------------------------------------------------------------------------------


def geojson(*features: tuple[object, object]) -> bytes:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": name},
                    "geometry": {"type": "Point", "coordinates": at},
                }
                for name, at in features
            ],
        }
    ).encode()


def test_landmarks_are_read_from_points_with_names() -> None:
    read = read_landmarks(
        geojson(
            ("The  Station\u202e", [-4.0, 55.8]),
            ("the station", [-4.1, 55.9]),
            ("", [-4.0, 55.8]),
            (None, [-4.0, 55.8]),
            ("No place", None),
            ("Off", [-4.0, 155.8]),
            ("Words", ["a", "b"]),
        )
    )
    assert read == [("The Station", 55.8, -4.0)]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 9000,
        b'{"features": [NaN]}',
        geojson(),
        geojson(("x", [1e999, 0])),
        b'{"features": [' + b" " * 5_000_000 + b"]}",
    ],
    ids=range(9),
)
def test_a_file_that_is_no_landmarks_says_so(text: bytes) -> None:
    with pytest.raises(FileProblem):
        read_landmarks(text)


def test_the_operator_reads_landmarks_in(
    app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    file = tmp_path / "marks.geojson"
    file.write_bytes(geojson(("Station", [-4.03, 55.86]), ("Far", [-1.0, 51.0])))
    done = CliRunner().invoke(assets, ["landmarks", str(file), "--board", "coatbridge"])
    assert "Landmarks for Coatbridge: 1." in done.output
    assert "Far away and left out: 1." in done.output
    file.write_bytes(geojson(("Swapped", [55.86, -4.03])))
    refused = CliRunner().invoke(assets, ["landmarks", str(file), "--board", "coatbridge"])
    assert refused.exit_code == 1
    assert "swapped" in refused.output
    assert [mark.name for mark in db.session.query(Landmark)] == ["Station"]
    assert CliRunner().invoke(assets, ["landmarks", str(file), "--board", "x"]).exit_code == 2
