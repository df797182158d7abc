"""The gap table as people see it, and as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.assets.models import AssetArea, AssetKind, AssetState, Status
from pbapp.boards.models import Board, BoardArea
from pbapp.db import db
from pbapp.papers.packs.matters import Matters
from pbapp.papers.packs.progress_parts import missing
from pbapp.places import queries, services
from pbapp.places.deprivation_file import ZoneRow, read_zones
from pbapp.places.models import Area, AreaType
from tests.assets.factories import HALL, make_asset, make_official_boundaries, without_point
from tests.client import Browser, Page, QueryCounter
from tests.gaps.factories import MONDAY, WEEKEND, hours
from tests.papers.factories import a_meeting
from tests.places.factories import import_wards
from tests.proposals.factories import on_ballot
from tests.rounds.factories import make_round
from tests.world import World

ADDRESS = "/boards/coatbridge/gaps"
NORTH, SOUTH = "Coatbridge North", "Coatbridge South"
HOW_MUCH, HOW_SURE, HOW_FAR, EVENINGS, WEEKENDS = range(5)


def make_zones(world: World, *zones: ZoneRow) -> None:
    """Two thousand people a kilometre north of the hall, in an area of greatest need."""
    code = world.wards[7].gss_code
    services.import_deprivation(
        council=world.council.area,
        rows=zones or [ZoneRow("S01011357", code, 2000, 1, 1, HALL[0] + 0.009, HALL[1])],
        name="SIMD 2020v2",
        source="Scottish Government",
        attribution="Open Government Licence.",
        dated_on=date(2020, 1, 28),
    )
    db.session.commit()


def make_wards(world: World, number: int) -> None:
    """Wards enough for a whole council, each a square beside the one before."""
    for n in range(number):
        ward = Area(
            gss_code=f"S130090{n:02}",
            area_type=AreaType.WARD,
            name=f"Ward of Place {n:02}",
            council_id=world.council.area_id,
            centre_lat=55.8,
            centre_lon=-4.2 + n * 0.01,
        )
        world.board.board_areas.append(BoardArea(area=ward))
        world.wards[100 + n] = ward
    db.session.commit()


def cell(page: Page, table: int, row: str, ward: str) -> str:
    """What a table says for a row and a ward."""
    rows = list(list(page.root.iter("table"))[table].iter("tr"))
    texts = [[" ".join("".join(c.itertext()).split()) for c in row] for row in rows]
    column = texts[0].index(ward)
    return next(cells[column] for cells in texts if cells[0] == row)


def read_csv(stranger: Browser) -> dict[tuple[str, str], dict[str, str]]:
    text = stranger.get(f"{ADDRESS}.csv").html.removeprefix("\ufeff")
    return {(row["ward"], row["priority"]): row for row in csv.DictReader(io.StringIO(text))}


def test_each_ward_is_compared_by_the_people_who_live_there(
    stranger: Browser, world: World
) -> None:
    make_zones(world)
    make_asset(world, main="poverty", confirmed_at=clock.now() - timedelta(days=10))
    make_asset(world, "Club", supports=["poverty"], confirmed_at=clock.now() - timedelta(days=400))
    page = stranger.get(ADDRESS)

    assert page.h1.startswith("What\u2019s here")
    assert cell(page, HOW_MUCH, "People who live there", NORTH) == "2,000"
    assert cell(page, HOW_MUCH, "Poverty", NORTH) == "1.0 2 entries"
    assert cell(page, HOW_SURE, "Poverty", NORTH) == "50% 1 of 2"
    assert cell(page, HOW_FAR, "Poverty", NORTH) == "1.0 km all within 1.0 km"
    assert "SIMD 2020v2, Scottish Government. Published on Tuesday 28 January 2020." in page.text
    assert "most deprived" not in page.html.lower()
    priority = stranger.get("/boards/coatbridge/priorities/poverty").text
    assert "People and areas: SIMD 2020v2, Scottish Government. Published on" in priority


def test_zero_is_not_no_data(stranger: Browser, world: World) -> None:
    make_zones(world)
    make_asset(world, area_id=world.wards[11].id, main="poverty")
    page = stranger.get(ADDRESS)

    assert cell(page, HOW_MUCH, "Poverty", NORTH) == "0 none yet"
    assert cell(page, HOW_MUCH, "Poverty", SOUTH) == "No data 1 entry"
    assert cell(page, HOW_MUCH, "Mental Health", SOUTH) == "No data 0 entries"
    assert cell(page, HOW_SURE, "Poverty", NORTH) == "– nothing to confirm"
    assert cell(page, HOW_SURE, "Poverty", SOUTH) == "0% 0 of 1"
    assert cell(page, HOW_FAR, "Poverty", SOUTH) == "No data"
    assert cell(page, HOW_FAR, "Mental Health", NORTH) == "– no entry with a point yet"

    rows = read_csv(stranger)
    assert rows[NORTH, "Poverty"]["entries_per_1000_people"] == "0.0"
    assert rows[SOUTH, "Poverty"]["entries_per_1000_people"] == ""
    assert rows[SOUTH, "Poverty"]["people_in_areas_of_greatest_need"] == ""
    assert rows[NORTH, "Mental Health"]["share_confirmed"] == ""


@time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False)
def test_a_ward_without_areas_of_greatest_need_says_so(stranger: Browser, world: World) -> None:
    make_zones(world, ZoneRow("S01011357", world.wards[7].gss_code, 900, 5, 10, *HALL))
    make_asset(world, main="poverty")
    assert cell(stranger.get(ADDRESS), HOW_FAR, "Poverty", NORTH) == "– no such area here"
    assert read_csv(stranger)[NORTH, "Poverty"]["people_in_areas_of_greatest_need"] == "0"
    world_set = queries.find_deprivation(world.council.area)
    assert world_set is not None
    world_set.dated_on = None
    db.session.commit()
    assert "Brought in here on Tuesday 10 March 2026" in stranger.get(ADDRESS).text


def test_only_what_is_public_is_counted_and_never_a_person(stranger: Browser, world: World) -> None:
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    make_asset(world, "Everywhere", **without_point(area_id=None))
    page = stranger.get(ADDRESS)
    assert cell(page, HOW_MUCH, "All entries", NORTH) == "No data 0 entries"
    assert "1 published entry." in page.text
    assert "1 entry belongs to no one ward of the board" in page.text
    assert "1 entry has no point on the map" in page.text


def test_evenings_and_weekends_are_told_of_what_has_times(stranger: Browser, world: World) -> None:
    make_asset(world, "Late", main="poverty", sessions=[hours(MONDAY, 17, 20)])
    make_asset(world, "Early", main="poverty", sessions=[hours(MONDAY, 9, 18)])
    make_asset(world, "In words", main="poverty", opening="Most evenings")
    make_asset(world, "Free room", main="mental-health", sessions=[hours(1, 18, 20, use="free")])
    make_asset(
        world,
        "Over",
        main="digital-inclusion",
        sessions=[hours(WEEKEND, 9, 10, until_on=date(2020, 1, 1))],
    )
    page = stranger.get(ADDRESS)
    assert cell(page, EVENINGS, "Poverty", NORTH) == "50% 1 of 2 with times; 1 without"
    assert cell(page, WEEKENDS, "Poverty", NORTH) == "0% 0 of 2 with times; 1 without"
    assert cell(page, EVENINGS, "Mental Health", NORTH) == "No data 1 without times"
    assert cell(page, WEEKENDS, "Digital Inclusion", NORTH) == "No data 1 without times"
    assert cell(page, EVENINGS, "Poverty", SOUTH) == "– nothing here yet"
    assert "3 entries have no regular times." in page.text
    row = read_csv(stranger)[NORTH, "Poverty"]
    assert (row["entries"], row["with_known_times"], row["on_in_the_evening"]) == ("3", "2", "1")
    assert row["on_at_the_weekend"] == "0"
    assert read_csv(stranger)[NORTH, "Mental Health"]["on_in_the_evening"] == ""


def test_what_comes_here_and_what_is_closed_are_counted_apart(
    stranger: Browser, world: World
) -> None:
    make_zones(world)
    make_asset(world, "Hall", main="poverty")
    serves = [AssetArea(area_id=world.wards[7].id)]
    make_asset(world, "Van", main="poverty", area_id=world.wards[10].id, serves=serves)
    make_asset(world, "Winter", main="poverty", status=Status.PAUSED)
    make_asset(world, "Gone", main="poverty", status=Status.CLOSED)
    page = stranger.get(ADDRESS)
    assert cell(page, HOW_MUCH, "Poverty", NORTH) == "0.5 1 entry, and 1 more comes here"
    assert cell(page, HOW_MUCH, "Poverty", SOUTH) == "No data 0 entries"
    assert "1 more is closed for a time and is not counted." in page.text
    row = read_csv(stranger)[NORTH, "Poverty"]
    assert (row["entries"], row["come_from_elsewhere"]) == ("1", "1")


def test_a_weak_spot_is_a_sentence_that_leads_to_what_helps(
    stranger: Browser, world: World
) -> None:
    make_asset(world, main="mental-health", sessions=[hours(WEEKEND, 10, 12)])
    area, mental_health = world.wards[7].id, world.priorities["mental-health"].id
    benches = on_ballot(
        world, make_round(world), title="Evening club", area_id=area, priority_id=mental_health
    )
    page = stranger.get(ADDRESS)
    where = "Coatbridge North, Mental Health"
    assert "Coatbridge North has nothing for Mental Health in the evening." in page.text
    assert "Coatbridge South has nothing for Poverty." in page.text
    links = page.links()
    assert links[f"See what\u2019s here: {where}"] == (
        "/assets?board=coatbridge&ward=S13003048&priority=mental-health"
    )
    assert links[f"Add something: {where}"] == "/assets/new?board=coatbridge"
    assert links["Evening club"].endswith(f"/proposals/{benches.number}")
    assert links[f"Check them: {where}"] == "/boards/coatbridge/wards/S13003048#to-check"


def test_each_column_of_the_file_is_explained(stranger: Browser, world: World) -> None:
    text = stranger.get("/boards/coatbridge/gaps-columns.csv").html.removeprefix("\ufeff")
    explained = [row["column"] for row in csv.DictReader(io.StringIO(text))]
    head = stranger.get(f"{ADDRESS}.csv").html.removeprefix("\ufeff").splitlines()[0]
    assert [name for name in explained if name] == head.split(",")
    stranger.get("/boards/nowhere/gaps-columns.csv", status=404)


@pytest.mark.parametrize(
    ("measure", "shades"),
    [
        ("how-sure", {"3", "nothing"}),
        ("evenings", {"none", "nothing"}),
        ("weekends", {"3", "nothing"}),
        ("how-far", {"no-data"}),
        ("nonsense", {"no-data"}),
    ],
)
def test_each_figure_can_be_drawn(
    stranger: Browser, world: World, measure: str, shades: set[str]
) -> None:
    make_official_boundaries(world)
    make_asset(
        world,
        main="poverty",
        confirmed_at=clock.now(),
        sessions=[hours(WEEKEND, 9, 12)],
    )
    html = stranger.get(f"{ADDRESS}?measure={measure}&priority=poverty").html
    drawn = html[html.index("pb_gaps__map") : html.index("<figcaption>")]
    assert set(re.findall(r"pb_shade--([\w-]+)", drawn)) == shades
    for shade in shades:  # whoever sees no colour reads the legend, and there are stripes and dots
        assert f"pb_shade--{shade}" in html[html.index("<figcaption>") :]


def test_the_map_is_shaded_by_the_chosen_priority(stranger: Browser, world: World) -> None:
    make_zones(world)
    make_asset(world, main="poverty")
    assert "<svg viewBox" not in stranger.get(ADDRESS).html.split("pb_gaps__choices")[0]
    make_official_boundaries(world)
    page = stranger.get(f"{ADDRESS}?priority=poverty")
    assert 'class="pb_shade pb_shade--no-data"' in page.html
    assert "Entries for every 1,000 people: Poverty. The table below has the same" in page.html
    assert "Example attribution" in page.text
    everything = stranger.get(f"{ADDRESS}?priority=nonsense")
    assert "Entries for every 1,000 people: all entries" in everything.html


def test_a_board_of_many_wards_can_be_read(app: Flask, stranger: Browser, world: World) -> None:
    make_wards(world, 6)
    make_official_boundaries(world)
    page = stranger.get(ADDRESS)
    assert cell(page, HOW_MUCH, NORTH, "Poverty") == "No data 0 entries"
    assert cell(page, HOW_MUCH, "Ward of Place 04", "People who live there") == "No data"
    drawing, key = page.html.split("pb_gaps__map")[1].split("pb_gaps__key")
    assert "Ward of Place 04" not in drawing  # the names would lie over each other
    assert "Ward of Place 04: No data" in key
    one = stranger.get("/boards/coatbridge/priorities/poverty")
    assert "1 more weak spot" in one.text
    assert next(list(one.root.iter("table"))[-1].iter("tr"))[0].text == "Ward"

    # A board's paper has the same.
    make_zones(world)
    meeting = a_meeting(world)
    with app.test_request_context():
        told = missing(Matters(meeting))["blocks"]
    assert told[-1]["text"].startswith("People and areas: SIMD 2020v2, Scottish Government.")
    drawn = next(block for block in told if block["kind"] == "map")
    assert drawn["areas"][8]["name"] == "9"
    assert drawn["numbered"][8] == "Ward of Place 05: No data"
    tables = [block for block in told if block["kind"] == "table"]
    assert [[*table["head"]][:2] for table in tables] == [["Ward", "All entries"]] * 3
    assert len(tables[0]["rows"]) == 9


def test_a_schematic_drawing_says_what_it_is(stranger: Browser, world: World) -> None:
    make_official_boundaries(world, schematic=True)
    assert "Schematic, not ward boundaries." in stranger.get(ADDRESS).text


def test_the_empty_page_invites(stranger: Browser, world: World) -> None:
    page = stranger.get(ADDRESS)
    assert page.links()["Add something"] == "/assets/new?board=coatbridge"
    assert "We have no figures on how many people live in each ward." in page.text
    assert cell(page, HOW_MUCH, "Poverty", NORTH) == "No data 0 entries"
    new = Board(council=world.council, slug="new", name="New", place_name="New")
    new.board_areas.append(BoardArea(area=world.wards[9]))
    db.session.add(new)
    db.session.commit()
    assert (
        "The board has no plan with priorities here yet." in stranger.get("/boards/new/gaps").text
    )
    for link in world.board.board_areas:
        db.session.delete(link)
    db.session.commit()
    assert "This board has no wards yet" in stranger.get(ADDRESS).text
    stranger.get("/boards/nowhere/gaps", status=404)
    stranger.get("/boards/nowhere/gaps.csv", status=404)


def test_the_file_has_no_formulas(stranger: Browser, world: World) -> None:
    world.wards[7].name = "=HYPERLINK(1)"
    world.plan.versions[0].title = " @SUM(1)"
    db.session.commit()
    rows = read_csv(stranger)
    assert ("'=HYPERLINK(1)", "' @SUM(1)") in rows
    assert len(rows) == 3 * 4


def test_board_ward_and_priority_lead_here(stranger: Browser, world: World) -> None:
    for page in ("", "/wards/S13003048", "/priorities/poverty"):
        assert ADDRESS in [
            link.split("?")[0].split("#")[0]
            for link in stranger.get(f"/boards/coatbridge{page}").links().values()
        ]


def test_the_page_takes_as_many_queries_however_much_there_is(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    make_official_boundaries(world)
    make_zones(world)
    for n in range(12):
        make_asset(world, f"Number {n}", main="poverty", supports=["mental-health"])
    count_queries.reset()
    stranger.get(ADDRESS)
    assert count_queries.number <= 12


@pytest.mark.shared
def test_the_pilots_real_figures(stranger: Browser, world: World, shared) -> None:
    import_wards(world, shared / "geodata/nl_wards_2022.geojson")
    codes = [f"S130030{n}" for n in range(42, 63)] + ["S13003134"]
    path = shared / "geodata/nl_simd2020_datazones.csv"
    read = read_zones(path, ward_codes=codes, ward_at=lambda lat, lon: None)
    make_zones(world, *read.rows)
    make_asset(world, main="poverty")
    with (shared / "geodata/nl_ward_deprivation_summary.csv").open() as file:
        people = {row["ward_number"]: int(row["pop2017"]) for row in csv.DictReader(file)}
    page = stranger.get(ADDRESS)
    assert cell(page, HOW_MUCH, "People who live there", NORTH) == f"{people['7']:,}"
    assert read_csv(stranger)["Coatbridge West", "Poverty"]["people"] == str(people["10"])
    assert " km all within " in cell(page, HOW_FAR, "Poverty", "Coatbridge West")
