"""How the pot was spent by fifth of the index: kept when counted, added up, and nobody's street."""

from __future__ import annotations

import pytest

from pbapp import clock
from pbapp.db import db
from pbapp.places.models import DataZone, DeprivationSet
from pbapp.places.queries import nearest_zone
from pbapp.results.models import Count, Turnout, TurnoutKind
from tests.client import Browser
from tests.results.factories import counted_round
from tests.world import World

PAGE = "/rounds/small-grants/results"
PLACES = {7: 1, 10: 5}  # the fifth of each ward's one data zone
# Three projects in ward 7 (first fifth), three in ward 10 (fifth fifth), one for everywhere.
PROJECTS = (
    (1, "Warm room", 2_000_00, "poverty", 7),
    (2, "Play street", 1_000_00, "poverty", 7),
    (3, "Tool library", 4_000_00, "poverty", 7),
    (4, "Walking football", 3_000_00, "mental-health", 10),
    (5, "Choir", 1_000_00, "mental-health", 10),
    (6, "Canal lights", 9_000_00, "mental-health", 10),
    (7, "Newsletter", 1_500_00, "digital-inclusion", None),
)
VOTES = {("1", "2", "4", "7"): 60, ("3", "5"): 40, ("6",): 12}


def know_the_index(world: World, places: dict[int, int] = PLACES) -> None:
    index = DeprivationSet(
        council_id=world.council.area.id,
        name="Example index",
        source="made up",
        attribution="Made up for a test.",
        imported_at=clock.now(),
    )
    for place, (ward, fifth) in enumerate(places.items()):
        area = world.wards[ward]
        index.zones.append(
            DataZone(
                area_id=area.id,
                gss_code=f"S0100000{place}",
                population=[600, 200, 100][place],
                quintile=fifth,
                lat=area.centre_lat,
                lon=area.centre_lon,
            )
        )
    db.session.add(index)
    db.session.flush()


def counted(world: World, projects=PROJECTS) -> Count:
    return counted_round(world, projects=projects, votes=VOTES)


def test_people_who_voted_are_shown_by_fifth_and_few_are_held_back(world: World, stranger: Browser):
    count = counted(world)
    for fifth, people in {"1": 60, "2": 40, "3": 3, "unknown": 9}.items():
        row = Turnout(round_id=count.round_id, kind=TurnoutKind.FIFTH, key=fifth, people=people)
        db.session.add(row)
    db.session.commit()
    text = stranger.get(PAGE).text
    assert "People who voted, by need in the area of their postcode" in text
    assert "First fifth: where the index finds most need 60" in text
    assert "Third fifth not shown" in text
    assert "Not known not shown" in text


def test_money_is_added_up_by_fifth_with_the_whole_area_apart(world: World, stranger: Browser):
    know_the_index(world)
    counted(world)
    text = stranger.get(PAGE).text
    assert "First fifth: where the index finds most need 2 of 3 projects funded; 75 in 100" in text
    assert "least need 2 of 3 projects funded; 25 in 100 people here live there £4,000" in text
    assert "Second fifth 0 of 0 projects funded; 0 in 100 people here live there £0" in text
    assert "The whole area, or no one place 1 of 1 projects funded £1,500" in text
    assert "Index: Example index. Made up for a test." in text


def test_a_fifth_with_few_projects_is_not_shown_nor_any_that_gives_it_away(
    world: World, stranger: Browser
):
    know_the_index(world, {**PLACES, 11: 3})
    more = [(n, f"Garden {n}", 1_000_00, "poverty", 11) for n in (8, 9, 10)]
    everywhere = (6, "Canal lights", 9_000_00, "mental-health", None)
    counted(world, (*PROJECTS[:5], everywhere, PROJECTS[6], *more))  # two projects in ward 10
    page = stranger.get(PAGE)
    assert "least need 22 in 100 people here live there not shown" in page.text
    assert "most need 67 in 100 people here live there not shown" in page.text
    assert "Third fifth 0 of 3 projects funded; 11 in 100" in page.text
    assert "Where fewer than three projects were on the ballot, we show no figure" in page.text
    assert "fifth" not in stranger.get(f"{PAGE}/4").text


def test_where_no_fifth_may_be_shown_there_is_no_picture(world: World, stranger: Browser):
    know_the_index(world)
    everywhere = (6, "Canal lights", 9_000_00, "mental-health", None)
    counted(world, (*PROJECTS[:5], everywhere, PROJECTS[6]))
    assert "fifth" not in stranger.get(PAGE).text


def test_without_an_index_there_is_no_such_picture(world: World, stranger: Browser):
    counted(world)
    assert "fifth" not in stranger.get(PAGE).text


def test_a_project_counts_for_the_fifth_it_had_when_it_was_counted(world: World):
    know_the_index(world)
    count = counted(world)
    assert {row.project_key: row.facts.get("fifth") for row in count.allocations} == {
        **dict.fromkeys("123", 1),
        **dict.fromkeys("456", 5),
        "7": None,
    }


@pytest.mark.parametrize(("lon", "name"), [(-4.02, "east"), (-4.04, "west")])
def test_the_nearest_middle_is_measured_on_the_ground(lon: float, name: str):
    zones = [
        DataZone(gss_code="east", lat=55.85, lon=-4.0),
        DataZone(gss_code="west", lat=55.85, lon=-4.06),
        DataZone(gss_code="north", lat=55.88, lon=-4.03),
    ]
    assert nearest_zone(55.85, lon, zones).gss_code == name
