"""A ward on paper: numbers that match, nothing private, and codes that lead to the live page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.assets.models import AssetKind, AssetState
from pbapp.gaps.drawing import Frame
from pbapp.gaps.sheet import number
from pbapp.web.qr import qr_code
from tests.assets.factories import make_asset, make_official_boundaries, without_point
from tests.client import Browser, QueryCounter
from tests.world import World

ADDRESS = "/boards/coatbridge/wards/S13003048/sheet"
FRAME = Frame(west=-4.1, north=55.9, narrow=0.56, scale=6000.0, width=348.0, height=612.0)
points = st.tuples(st.floats(55.81, 55.9), st.floats(-4.1, -4.0))


# --- numbers --------------------------------------------------------------------------------------


@given(st.lists(st.one_of(points, st.just((None, None))), max_size=30))
def test_every_thing_is_on_the_sheet_once_and_every_number_has_a_pin(places):
    found = number([(n, lat, lon) for n, (lat, lon) in enumerate(places)], FRAME, near=20)
    assert sorted(found.things + found.off_the_map) == list(range(len(places)))
    covered = []
    for pin in found.pins:
        first, _, last = pin.label.partition("–")
        covered += range(int(first), int(last or first) + 1)
    assert covered == list(range(1, len(found.things) + 1))


def test_numbers_run_from_north_to_south_and_west_to_east():
    places = [("south", 55.82, -4.09), ("east", 55.895, -4.01), ("west", 55.894, -4.09)]
    assert number(places, FRAME, near=20).things == ["west", "east", "south"]


def test_things_too_close_share_a_pin():
    found = number(
        [("a", 55.85, -4.05), ("b", 55.8501, -4.05), ("c", 55.82, -4.05)], FRAME, near=20
    )
    assert [pin.label for pin in found.pins] == ["1–2", "3"]


def test_what_lies_outside_the_drawing_is_listed_apart():
    assert number([("far", 56.9, -4.05)], FRAME, near=20).off_the_map == ["far"]
    assert number([("any", 55.85, -4.05)], None, near=20).off_the_map == ["any"]


@pytest.mark.parametrize("address", ["https://example.org/", "https://example.org/" + "a" * 200])
def test_a_qr_code_is_drawn_module_by_module(address):
    import segno

    code = qr_code(address)
    dark = {
        (int(x) + i, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", code.path)
        for i in range(int(length))
    }
    matrix = segno.make_qr(address, error="m").matrix
    assert dark == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, m in enumerate(row) if m}
    assert code.size == len(matrix) + 8


# --- the page -------------------------------------------------------------------------------------


def test_the_list_and_the_pins_match(stranger: Browser, world: World) -> None:
    make_official_boundaries(world)
    north = make_asset(
        world, "Hall", lat=55.871, lon=-4.034, opening="Mondays", where_words="By the canal"
    )
    make_asset(world, "Club", lat=55.863, lon=-4.034)
    make_asset(world, "Everywhere", **without_point())
    page = stranger.get(ADDRESS)
    assert page.h1.endswith("in Coatbridge North")
    names = [e.text for e in page.root.iter("span") if e.get("class") == "pb_sheet__name"]
    assert names == [north.name, "Club", "Everywhere"]
    drawn = [e for e in page.root.iter() if str(e.tag).endswith("}text")]
    pins = ["".join(e.itertext()) for e in drawn]
    assert pins == ["1", "2"]
    for said in ("When: Mondays", "Where: By the canal", "In this ward, not on the map"):
        assert said in page.text
    assert "http://localhost/boards/coatbridge/wards/S13003048" in page.text
    assert page.links()["Large print"] == f"{ADDRESS}?print=large"
    assert "pb_sheet--large" in stranger.get(f"{ADDRESS}?print=large").html


def test_no_person_and_nothing_unpublished_is_printed(stranger: Browser, world: World) -> None:
    make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Elsewhere", area_id=world.wards[10].id)
    text = stranger.get(ADDRESS).text
    assert "Nothing in this ward is on the map yet." in text
    for hidden in ("Knits", "Waits", "Elsewhere"):
        assert hidden not in text


def test_hostile_words_stay_words(stranger: Browser, world: World) -> None:
    make_official_boundaries(world)
    make_asset(world, "<img src=x onerror=alert(1)>", summary="${alert(1)}", where_words="</svg>")
    html = stranger.get(ADDRESS).html
    assert "<img src=x" not in html
    assert "&lt;/svg&gt;" in html


def test_a_sheet_holds_so_many_and_says_so(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbapp.gaps.views.ON_A_SHEET", 2)
    for n in range(3):
        make_asset(world, f"Number {n}")
    page = stranger.get(ADDRESS)
    assert "more entries than fit on a sheet" in page.text
    assert "Number 2" not in page.text


def test_a_ward_of_another_board_has_no_sheet_here(stranger: Browser, world: World) -> None:
    for code in ("S13003050", "7", "nonsense"):
        stranger.get(f"/boards/coatbridge/wards/{code}/sheet", status=404)


def test_a_long_sheet_takes_as_few_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    make_official_boundaries(world)
    for n in range(8):
        make_asset(world, f"Number {n}")
    count_queries.reset()
    stranger.get(ADDRESS)
    assert count_queries.number <= 6
