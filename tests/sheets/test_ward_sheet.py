"""A ward on paper: what it says and leaves out, and codes that lead to the live pages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets.finding.landmark_file import replace_landmarks
from pbapp.assets.models import (
    AssetArea,
    AssetContact,
    AssetKind,
    AssetSession,
    AssetState,
    AssetTerm,
    Confirmer,
    Cost,
    SessionUse,
    Status,
    Vocabulary,
)
from pbapp.db import db
from pbapp.sheets.codes import code_of
from tests.assets.factories import make_asset, make_official_boundaries, without_point
from tests.client import Browser, QueryCounter
from tests.world import World

ADDRESS = "/boards/coatbridge/wards/S13003048/sheet"


def names_on(page) -> list[str]:
    """The headings of the entries, without their numbers."""
    found = ["".join(e.itertext()).split() for e in page.root.iter("h3")]
    return [" ".join(words[words[0].isdigit() :]) for words in found]


def test_the_list_and_the_pins_match(stranger: Browser, world: World) -> None:
    make_official_boundaries(world)
    north = make_asset(
        world, "Hall", lat=55.871, lon=-4.034, opening="Mondays", where_words="By the canal"
    )
    make_asset(world, "Club", lat=55.863, lon=-4.034)
    make_asset(world, "Everywhere", **without_point())
    replace_landmarks(board=world.board, marks=[("<b>Station", 55.867, -4.034)], source="OSM")
    page = stranger.get(ADDRESS)
    assert page.h1.endswith("in Coatbridge North")
    assert names_on(page) == [north.name, "Club", "Everywhere"]
    drawn = ["".join(e.itertext()) for e in page.root.iter() if str(e.tag).endswith("}text")]
    assert drawn == ["<b>Station", "<b>Station", "1", "2", "200 m", "N"]  # a name has a light edge
    off = "In this ward, not on the map"
    for said in ("When: Mondays", "Where: By the canal", off, "Well-known places: OSM."):
        assert said in page.text
    assert f"/e/{code_of(north.id)}" in page.text
    assert page.links()["Large print"] == f"{ADDRESS}?print=large"
    assert "pb_sheet--large" in stranger.get(f"{ADDRESS}?print=large").html


@time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False)  # a Tuesday
def test_an_entry_says_what_people_need_to_go_there(stranger: Browser, world: World) -> None:
    hall = make_asset(
        world,
        "Hall",
        cost=Cost.PAID,
        cost_words="£2",
        age_from=60,
        status=Status.PAUSED,
        alert="The roof is being mended",
        alert_until=clock.today() + timedelta(days=9),
        confirmed_at=clock.now(),
        confirmed_by=Confirmer.GROUP,
    )
    hall.terms = [AssetTerm(vocabulary=Vocabulary.ACCESS, slug="step_free")]
    hall.sessions = [
        AssetSession(days=1, opens=600, closes=720),
        AssetSession(days=2, opens=600, closes=720, use=SessionUse.FREE),
        AssetSession(days=4, opens=600, closes=720, until_on=date(2020, 1, 1)),
    ]
    hall.contact = AssetContact(
        name="The caretaker", consent_at=clock.now(), consent_by=Confirmer.GROUP
    )
    db.session.commit()
    text = stranger.get(ADDRESS).text
    for said in (
        "Closed for now: The roof is being mended",
        "When: Mondays, 10am to noon",
        "Free to use: Tuesdays, 10am to noon",
        "Cost: There is a charge, £2",
        "Who: age 60 and over",
        "Access: Step-free",
        "Contact: The caretaker",
    ):
        assert said in text
    assert "Wednesday" not in text


def test_no_person_no_exact_place_and_nothing_unpublished_is_printed(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Gone", status=Status.CLOSED)
    make_asset(world, "Elsewhere", area_id=world.wards[10].id)
    text = stranger.get(ADDRESS).text
    assert "Nothing in this ward is on the map yet." in text
    for hidden in ("Knits", "Waits", "Gone", "Elsewhere"):
        assert hidden not in text
    make_asset(
        world,
        "Coarse",
        **without_point(),
        exact_postcode="ZZ7 1AA",
        exact_lat=55.8671,
        exact_lon=-4.0341,
    )
    assert "ZZ7 1AA" not in stranger.get(ADDRESS).text


def test_hostile_words_stay_words(stranger: Browser, world: World) -> None:
    make_official_boundaries(world)
    make_asset(world, "<img src=x onerror=alert(1)>", summary="${alert(1)}", where_words="</svg>")
    html = stranger.get(ADDRESS).html
    assert "<img src=x" not in html
    assert "&lt;/svg&gt;" in html


def test_a_sheet_leaves_out_what_was_confirmed_longest_ago_and_says_so(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbapp.sheets.gathering.MOST", 2)
    for n, days in enumerate((3, 900, 5)):
        make_asset(world, f"Number {n}", confirmed_at=clock.now() - timedelta(days=days))
    page = stranger.get(ADDRESS)
    assert "no room for 1 more entry" in page.text
    assert names_on(page) == ["Number 0", "Number 2"]


def test_what_comes_here_from_elsewhere_is_listed_apart(stranger: Browser, world: World) -> None:
    here, west = world.wards[7].id, world.wards[10].id
    for name, area_id in (("Library bus", west), ("Helpline", None), ("Hall", here)):
        entry = make_asset(world, name, **without_point(area_id=area_id))
        entry.serves = [AssetArea(area_id=here)]
    db.session.commit()
    page = stranger.get(ADDRESS)
    assert names_on(page) == ["Hall", "Helpline", "Library bus"]
    assert (
        page.text.index("Hall") < page.text.index("Based elsewhere") < page.text.index("Helpline")
    )


def test_where_entries_come_from_is_said(stranger: Browser, world: World) -> None:
    make_asset(world, "Listed", source="Example list", source_ref="1", licence="CC BY 4.0")
    assert "Some entries come from Example list (CC BY 4.0)." in stranger.get(ADDRESS).text
    assert "Royal Mail" not in stranger.get(ADDRESS).text
    make_asset(world, "Placed", postcode="ML5 3AA")
    assert "Contains Royal Mail data" in stranger.get(ADDRESS).text


def test_a_ward_of_another_board_has_no_sheet_here(stranger: Browser, world: World) -> None:
    for code in ("S13003050", "9", "nonsense"):
        stranger.get(f"/boards/coatbridge/wards/{code}/sheet", status=404)
    stranger.get("/boards/nowhere/paper-form", status=404)


def test_a_long_sheet_takes_as_few_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    make_official_boundaries(world)
    for n in range(8):
        make_asset(world, f"Number {n}")
    count_queries.reset()
    stranger.get(ADDRESS)
    assert count_queries.number <= 9


def test_a_short_address_leads_to_the_question_whether_it_is_still_right(
    stranger: Browser, world: World
) -> None:
    hall, waiting = make_asset(world), make_asset(world, "Waits", state=AssetState.WAITING)
    page = stranger.get(f"/e/{code_of(hall.id).lower()}", status=302)
    assert page.location == f"/assets/{hall.id}/confirm?from=sheet"
    old = make_asset(world, "Old", state=AssetState.DUPLICATE, duplicate_of_id=hall.id)
    page = stranger.get(f"/e/{code_of(old.id)}", status=302)
    assert (
        stranger.get(page.location, status=303).location == f"/assets/{hall.id}/confirm?from=sheet"
    )
    for code in (code_of(waiting.id), "00000000", "short", "%00"):
        stranger.get(f"/e/{code}", status=404)


def test_the_form_to_fill_in_asks_for_what_the_map_needs(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/coatbridge/paper-form")
    assert page.h1.endswith("A form to fill in")
    for asked in ("A place or building", "Coatbridge West", "By donation", "Hearing loop"):
        assert page.text.count(asked) == 3, asked
    assert re.search(r"/assets/walkabout\?board=coatbridge", page.text)
