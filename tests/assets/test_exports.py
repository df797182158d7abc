"""Tables, points and linked data: every fact of the page, and nothing that the page keeps back."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pbapp import clock
from pbapp.assets import plain, services
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetKind,
    AssetSession,
    AssetState,
    AssetTerm,
    Confirmer,
    Cost,
    JoinBy,
    Precision,
    SessionUse,
    Status,
    Vocabulary,
    Where,
)
from pbapp.assets.outgoing import rows as outgoing
from pbapp.assets.snapshot import entry_of
from pbapp.db import db, write_transaction
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.world import World

EXPORTS = ("/assets.csv", "/assets.geojson", "/assets.jsonld", "/assets.ics", "/assets/embed")
EXACT = "55.86791"


def make_rich(world: World, name: str = "Lunch club", **values: Any) -> Asset:
    """An entry that says all that one can say."""
    asset = make_asset(
        world,
        name,
        **{
            "main": "poverty",
            "supports": ("mental-health",),
            "description": "Soup.\nAnd tea.",
            "opening": "Not in July",
            "access": "Ramp at the side",
            "website": "https://example.org/lunch",
            "where_words": "Main Street",
            "postcode": "ZZ7 1AA",
            "shown_as": Precision.STREET,
            "exact_lat": float(EXACT),
            "exact_lon": -4.03391,
            "exact_postcode": "ZZ7 1AB",
            "cost": Cost.DONATION,
            "cost_words": "=£2, if you can",
            "age_from": 60,
            "eligibility": "People who live near",
            "join_by": JoinBy.BOOKING,
            "alert": "Bring a chair",
            "review_due_on": date(2031, 6, 30),
            **values,
        },
    )
    asset.sessions = [
        AssetSession(days=0b10, opens=600, closes=720, note="Soup"),
        AssetSession(days=0b10000, opens=1080, closes=1200, nth=-1, use=SessionUse.FREE),
    ]
    asset.terms = [
        AssetTerm(vocabulary=Vocabulary.ACCESS, slug="step_free"),
        AssetTerm(vocabulary=Vocabulary.ACCESS, slug="toilet"),
        AssetTerm(vocabulary=Vocabulary.AUDIENCE, slug="older"),
        AssetTerm(vocabulary=Vocabulary.THEME, slug="contact"),
    ]
    asset.serves = [AssetArea(area_id=world.wards[10].id)]
    asset.contact = AssetContact(
        name="Pat",
        phone="+44 1236 000000",
        email="pat@example.org",
        consent_at=clock.now(),
        consent_by=Confirmer.GROUP,
    )
    db.session.commit()
    return asset


def table(browser: Browser, query: str = "") -> list[dict[str, str]]:
    text = browser.get(f"/assets.csv{query}").html.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_every_fact_in_a_column_of_its_own(stranger: Browser, world: World) -> None:
    make_rich(world, organisation_id=world.group.id)
    (row,) = table(stranger)
    assert row["looked_after_by"] == world.group.name
    assert {name: row[name] for name in ("times", "access_features", "serves", "placed_by")} == {
        "times": 'Tue 10:00-12:00 "Soup"; free last Fri 18:00-20:00',
        "access_features": "step_free; toilet",
        "serves": world.wards[10].name,
        "placed_by": "point",
    }
    assert (row["cost_words"], row["contact_phone"]) == ("'=£2, if you can", "'+44 1236 000000")
    assert (row["contact_consent"], row["age_from"], row["age_to"]) == ("yes", "60", "")
    assert (row["main_priority"], row["priorities"]) == ("Poverty", "Mental Health; Poverty")
    assert "Royal Mail" in row["attribution"]
    assert row["licence"] == "Open Government Licence v3.0"
    described = (Path(__file__).parents[2] / "docs/engineers/open-data.md").read_text()
    part = described[described.index("### The columns of the table") :]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", part.split("\n## ")[0], re.MULTILINE)
    assert tuple(re.findall(r"\w+", " ".join(rows))) == outgoing.COLUMNS == tuple(row)


def test_points_and_linked_data_have_the_same_facts(stranger: Browser, world: World) -> None:
    asset = make_rich(world, cost=Cost.FREE, organisation_id=world.group.id)
    make_asset(world, "No point", **without_point())
    read = json.loads(stranger.get("/assets.geojson").html)
    assert "Royal Mail" in read["attribution"]
    assert read["without_point"] == 1
    assert (read["licence"], "licence_note" in read) == ("Open Government Licence v3.0", False)
    (point,) = read["features"]
    known = point["properties"]
    assert (known["access_features"], known["age_from"]) == (["step_free", "toilet"], 60)
    assert (known["url"], known["shown_as"]) == (f"http://localhost/assets/{asset.id}", "street")
    assert "age_to" not in known
    place = json.loads(stranger.get("/assets.jsonld?q=lunch").html)["@graph"][0]
    assert [one["name"] for one in place["amenityFeature"]] == ["Step-free", "Accessible toilet"]
    (hours,) = place["openingHoursSpecification"]
    assert (hours["opens"], hours["dayOfWeek"]) == ("10:00", ["https://schema.org/Tuesday"])
    assert place["event"]["eventSchedule"][0]["repeatFrequency"] == "P1W"
    assert place["subjectOf"]["license"].startswith("https://www.nationalarchives")
    assert place["subjectOf"]["maintainer"]["name"] == known["looked_after_by"] == world.group.name
    assert place["event"]["audience"]["suggestedMinAge"] == 60
    assert (place["telephone"], place["isAccessibleForFree"]) == ("+44 1236 000000", True)
    club = make_rich(world, "Walkers", kind=AssetKind.ASSOCIATION, source="X", licence="CC BY 4.0")
    page = stranger.get("/assets.geojson")
    read = json.loads(page.html)
    assert read["licence"] == "CC BY 4.0; Open Government Licence v3.0"
    assert "licence_url" not in read
    assert 'share#terms>; rel="license"' in page.response.headers["Link"]
    thing = json.loads(stranger.get("/assets.jsonld?q=walkers").html)["@graph"][0]
    assert thing["contactPoint"]["email"] == "pat@example.org"
    assert thing["subjectOf"]["license"] == {"@type": "CreativeWork", "name": "CC BY 4.0"}
    assert thing["areaServed"][0]["identifier"] == world.wards[10].gss_code
    club.sessions[1].use, club.licence = SessionUse.OPEN, "CC BY 4.0 (https://example.org/by/4.0/)"
    db.session.commit()
    thing = json.loads(stranger.get("/assets.jsonld?q=walkers").html)["@graph"][0]
    assert thing["subjectOf"]["license"] == "https://example.org/by/4.0/"
    last = thing["event"]["eventSchedule"][1]
    assert (last["byDay"], "byMonthWeek" in last) == (["-1FR"], False)
    club.contact, club.status = None, Status.PAUSED
    db.session.commit()
    thing = json.loads(stranger.get("/assets.jsonld?q=walkers").html)["@graph"][0]
    assert not {"contactPoint", "event"} & set(thing)


def test_no_export_gives_away_what_the_page_keeps_back(stranger: Browser, world: World) -> None:
    asset = make_rich(world)
    gift = make_rich(
        world,
        "A gift",
        kind=AssetKind.INDIVIDUAL,
        exact_lat=None,
        exact_lon=None,
        **without_point(shown_as=Precision.WARD, postcode=None),
    )
    make_rich(world, "Not yet", state=AssetState.WAITING)
    make_rich(world, "Gone", status=Status.CLOSED)
    for path in (*EXPORTS, f"/assets/{asset.id}.ics", "/openreferral/services?full=true"):
        text = stranger.get(path).html
        assert "Lunch club" in text, path
        for secret in (EXACT, "-4.03391", "ZZ7 1AB", "A gift", "Not yet"):
            assert secret not in text, (path, secret)
        assert "Gone" not in text or "openreferral" in path
    asset.contact = None
    db.session.commit()
    for path in (*EXPORTS, "/openreferral/services?full=true"):
        text = stranger.get(path).html
        assert "pat@example.org" not in text
        assert "1236 000000" not in text
    stranger.get(f"/assets/{gift.id}.ics", status=404)
    assert not [name for name in vars(plain.load([asset.id])[0]) if name.startswith("exact")]


def test_a_home_goes_out_as_its_ward_and_a_postcode_as_a_postcode(
    stranger: Browser, world: World
) -> None:
    home = {"shown_as": Precision.WARD, "is_home": True, "postcode": None}
    make_rich(world, "Home", **{**without_point(), **home})
    make_rich(world, "Office", where_kind=Where.POSTCODE, shown_as=Precision.POSTCODE)
    make_asset(world, "All over", **{**without_point(where_kind=Where.NOWHERE), "area_id": None})
    rows = {row["name"]: row for row in table(stranger)}
    assert [rows[n]["placed_by"] for n in ("Home", "Office", "All over")] == [
        "ward",
        "postcode",
        "everywhere",
    ]
    assert (rows["Home"]["latitude"], rows["Home"]["postcode"]) == ("", "")
    assert rows["All over"]["ward_code"] == ""


@pytest.mark.parametrize("hidden", [{"is_home": True}, {"shown_as": Precision.WARD}])
def test_the_words_for_a_home_go_nowhere(
    stranger: Browser, world: World, hidden: dict[str, Any]
) -> None:
    asset = make_rich(world, where_words="12 Secret Street")
    with write_transaction():
        entry = replace(entry_of(asset), **hidden)
        services.edit(asset=asset, entry=entry, version=asset.version, as_a=Confirmer.OFFICER)
        db.session.commit()
    ward = f"/boards/coatbridge/wards/{world.wards[7].gss_code}/sheet"
    pages = (f"/assets/{asset.id}", f"/assets/{asset.id}/confirm", "/assets", ward)
    feed = "/openreferral/services?full=true"
    for path in (*EXPORTS, *pages, f"/assets/{asset.id}.ics", feed):
        text = stranger.get(path).html
        assert "Lunch club" in text or "geojson" in path, path  # that one has points only
        for secret in ("Secret", "ZZ7 1A", EXACT[:5]):
            assert secret not in text, (path, secret)
    assert asset.exact_lat == float(EXACT)


def test_an_export_takes_no_more_queries_for_more_entries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    for number in range(9):
        make_rich(world, f"Hall {number}")
    for path in EXPORTS:
        db.session.expire_all()
        count_queries.reset()
        stranger.get(path)
        assert count_queries.number <= 20, path


def test_the_exports_keep_to_the_filters_and_the_order_of_the_list(
    stranger: Browser, world: World
) -> None:
    for name in ("b hall", "A hall", "c hall"):
        make_rich(world, name)
    make_rich(world, "Swap", kind=AssetKind.EXCHANGE)
    assert [row["name"] for row in table(stranger, "?kind=place")] == ["A hall", "b hall", "c hall"]
    graph = json.loads(stranger.get("/assets.jsonld?kind=place").html)["@graph"]
    assert [thing["name"] for thing in graph] == ["A hall", "b hall", "c hall"]
    assert "Swap" not in stranger.get("/assets.ics?kind=place").html
    assert "3 entries" in stranger.get("/assets?kind=place").text
    assert "3 entries fit" in stranger.get("/assets/share?kind=place").text


def test_the_list_in_a_frame_says_when_it_is_next_and_what_it_costs(
    stranger: Browser, world: World
) -> None:
    asset = make_rich(world)
    page = stranger.get("/assets/embed")
    assert re.search(r"(Next: |Open now)[^·]*10am|Open now", page.text)
    assert "By donation" in page.text
    assert "Royal Mail" in page.text
    asset.status = Status.PAUSED
    db.session.commit()
    page = stranger.get("/assets/embed")
    assert "Closed for now" in page.text
    assert "Next:" not in page.text
