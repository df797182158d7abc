"""The list of proposals: what is shown, narrowed down, ordered and counted."""

from __future__ import annotations

import json

import pytest

from pbapp.db import db
from pbapp.proposals import services
from pbapp.proposals.services import Cost
from pbapp.rounds.models import PhaseKind, Round
from tests.client import Browser, Page, QueryCounter
from tests.proposals.factories import make_proposal, on_ballot, quick, returned
from tests.rounds.factories import make_round, seal
from tests.world import World

LIST = "/rounds/small-grants/proposals"


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def titles(page: Page) -> list[str]:
    """Titles of the cards, in their order."""
    return [
        "".join(e.itertext()).strip()
        for e in page.root.iter("h2")
        if "pb_card__title" in e.get("class", "")
    ]


def test_before_the_first_the_page_says_when_they_come(stranger: Browser, round: Round) -> None:
    page = stranger.get(LIST)
    assert "No proposal is on the ballot yet." in page.text
    assert "Send in a proposal" in page.links()


def test_everybody_sees_what_is_on_the_ballot_and_nothing_else(
    stranger: Browser, world: World, round: Round
) -> None:
    shown = on_ballot(world, round, title="Shown")
    hidden = [make_proposal(world, round, title="Waiting"), returned(world, round, title="Sent")]
    assert titles(stranger.get(LIST)) == ["Shown"]
    stranger.get(f"{LIST}/{shown.number}")
    for proposal in hidden:
        stranger.get(f"{LIST}/{proposal.number}", status=404)


def test_the_sum_asked_for_stands_beside_the_pot(
    stranger: Browser, world: World, round: Round
) -> None:
    on_ballot(world, round, costs=(Cost("All", 12_000_00),))
    on_ballot(world, round, costs=(Cost("All", 500_50),))
    page = stranger.get(LIST)
    assert "2 proposals ask for £12,500.50; the pot is £100,000." in page.text


def test_the_order_is_random_disclosed_and_the_same_each_time(
    stranger: Browser, resident: Browser, world: World, round: Round
) -> None:
    for number in range(1, 21):
        quick(world, round, number)
    db.session.commit()
    first = titles(stranger.get(LIST))
    assert "In a random order, which is the same for you each time." in stranger.get(LIST).text
    assert titles(stranger.get(LIST)) == first
    assert sorted(titles(resident.get(LIST))) == sorted(first)
    assert first != sorted(first)

    quick(world, round, 21)
    db.session.commit()
    again = titles(stranger.get(LIST))
    assert [title for title in again if title != "Project 21"] == first


def test_pages_hold_all_of_them_once(stranger: Browser, world: World, round: Round) -> None:
    for number in range(1, 31):
        quick(world, round, number)
    db.session.commit()
    first, second = titles(stranger.get(LIST)), titles(stranger.get(f"{LIST}?page=2"))
    assert (len(first), len(second)) == (24, 6)
    assert len(set(first + second)) == 30
    for odd in ("0", "-1", "99", "x", "١٢", "9" * 400):
        stranger.get(f"{LIST}?page={odd}")


def _filled(world: World, round: Round) -> None:
    priorities = world.priorities
    quick(world, round, 1, area_id=world.wards[7].id)
    quick(world, round, 2, priority_id=priorities["digital-inclusion"].id)
    three = quick(world, round, 3, area_id=world.wards[7].id)
    three.cost_pence = 5_000_01
    db.session.commit()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("priority=poverty", {1, 3}),
        ("priority=digital-inclusion", {2}),
        ("ward=S13003048", {1, 3}),
        ("ward=whole", {2}),
        ("cost=to-1000", {1, 2}),
        ("cost=over-5000", {3}),
        ("priority=poverty&ward=S13003048&cost=over-5000", {3}),
        ("priority=nothing&ward=<script>&cost=1&view=none", {1, 2, 3}),
    ],
)
def test_a_filter_is_an_address(
    stranger: Browser, world: World, round: Round, query: str, found: set[int]
) -> None:
    _filled(world, round)
    assert set(titles(stranger.get(f"{LIST}?{query}"))) == {f"Project {n}" for n in found}


def test_the_form_works_without_script_and_keeps_what_was_chosen(
    stranger: Browser, world: World, round: Round
) -> None:
    _filled(world, round)
    page = stranger.submit(stranger.get(LIST), {"priority": "poverty"}, form=0)
    assert "2 of 3 proposals, asking for £6,000.01" in page.text
    assert page.form(0).filled({})[0] == ("priority", "poverty")


def test_htmx_gets_the_results_alone(stranger: Browser, world: World, round: Round) -> None:
    _filled(world, round)
    part = stranger.get(f"{LIST}?priority=poverty", headers={"HX-Request": "true"})
    assert "<html" not in part.html
    assert len(titles(part)) == 2
    assert "HX-Request" in part.response.headers["Vary"]


def test_nothing_found_says_what_to_try(stranger: Browser, world: World, round: Round) -> None:
    _filled(world, round)
    page = stranger.get(f"{LIST}?priority=digital-inclusion&cost=over-5000")
    assert "Take one of the filters away" in page.text
    assert page.links()["Show all"] == LIST


def test_the_same_as_a_table(stranger: Browser, world: World, round: Round) -> None:
    _filled(world, round)
    page = stranger.get(f"{LIST}?view=table&priority=poverty")
    rows = [tr for tr in page.root.iter("tr") if tr.find("td") is not None]
    assert len(rows) == 2
    assert page.links()["Cards"] == f"{LIST}?priority=poverty"


def test_the_map_view_works_before_a_map_is_drawn(
    stranger: Browser, world: World, round: Round
) -> None:
    _filled(world, round)
    assert "The map is being prepared" in stranger.get(f"{LIST}?view=map").text


def test_the_points_for_the_map_follow_the_filters(
    stranger: Browser, world: World, round: Round
) -> None:
    here = on_ballot(world, round, title="<b>Here</b>", lat=55.86, lon=-4.03)
    on_ballot(world, round, title="Nowhere")
    make_proposal(world, round, title="Waiting", lat=55.86, lon=-4.03)
    page = stranger.get("/rounds/small-grants/proposals.geojson")
    (feature,) = json.loads(page.html)["features"]
    assert feature["geometry"]["coordinates"] == [-4.03, 55.86]
    assert feature["properties"] == {
        "id": here.number,
        "name": "<b>Here</b>",
        "kind": "mental-health",
        "ward": "Coatbridge West",
        "url": f"{LIST}/{here.number}",
    }
    again = stranger.get(
        "/rounds/small-grants/proposals.geojson",
        status=304,
        headers={"If-None-Match": page.response.headers["ETag"]},
    )
    assert again.html == ""
    none = stranger.get("/rounds/small-grants/proposals.geojson?priority=mental-health&cost=x")
    assert len(json.loads(none.html)["features"]) == 1


def test_the_list_asks_the_database_little_whatever_its_length(
    stranger: Browser, resident: Browser, world: World, round: Round, count_queries: QueryCounter
) -> None:
    numbers = []
    for upto in (1, 60):
        for number in range(len(numbers) * 2 + 1, upto + 1):
            quick(world, round, 100 * upto + number)
        db.session.commit()
        count_queries.reset()
        stranger.get(LIST)
        numbers.append(count_queries.number)
    assert numbers[0] == numbers[1] <= 4
    count_queries.reset()
    resident.get(LIST)
    assert count_queries.number <= 6


def test_a_group_sees_its_own_with_their_state(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    returned(world, round, title="Ours came back")
    page = group_member.get(LIST)
    assert "From your groups" in page.text
    assert "Sent back to the group" in page.text
    assert "Ours came back" not in resident.get(LIST).text


def test_withdrawn_after_sealing_it_is_marked_and_not_added_up(
    stranger: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import queries

    gone, _kept = on_ballot(world, round), on_ballot(world, round)
    seal(world, round, queries.ballot_projects(round))
    services.withdraw(proposal=gone, by=world.group_member)
    db.session.commit()
    page = stranger.get(LIST)
    assert "Withdrawn: cannot win" in page.text
    assert "1 proposal asks for £1,000.50" in page.text


def test_while_voting_is_open_the_list_leads_to_the_vote(stranger: Browser, world: World) -> None:
    round = make_round(world, PhaseKind.VOTING, slug="now")
    quick(world, round, 1)
    db.session.commit()
    from pbapp.proposals import queries

    seal(world, round, queries.ballot_projects(round))
    assert stranger.get("/rounds/now/proposals").links()["Vote now"] == "/rounds/now/vote"
