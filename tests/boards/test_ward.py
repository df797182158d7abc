"""A ward's page: what it is strong in, what to check, what is proposed and what was paid."""

from __future__ import annotations

from datetime import timedelta

from pbapp import clock
from pbapp.assets.models import AssetKind, AssetState
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.proposals.factories import make_proposal, on_ballot
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

NORTH, WEST = "/boards/coatbridge/wards/S13003048", "/boards/coatbridge/wards/S13003051"


def days_ago(days: int):
    return clock.now() - timedelta(days=days)


def test_what_a_ward_helps_most_comes_first(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall", main="poverty", supports=["mental-health"])
    make_asset(world, "Club", main="mental-health")
    make_asset(world, "Elsewhere", main="digital-inclusion", area_id=world.wards[10].id)
    page = stranger.get(NORTH)
    text = page.text[page.text.index("What it helps most") :]
    assert "Compare the wards Mental Health: 2 entries Poverty: 1 entry" in text
    assert "Digital Inclusion:" not in text
    assert page.links()["Poverty"] == "/assets?board=coatbridge&ward=S13003048&priority=poverty"


def test_entries_to_check_are_those_that_waited_longest(stranger: Browser, world: World) -> None:
    make_asset(world, "Fresh", confirmed_at=days_ago(30))
    make_asset(world, "Stale", confirmed_at=days_ago(500))
    make_asset(world, "Never")
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    page = stranger.get(NORTH)
    text = page.text[page.text.index("Is it still right?") :]
    assert "1 of 3 entries was confirmed in the last 12 months." in text
    assert text.index("Never confirmed") < text.index("Last confirmed 1 year ago")
    for hidden in ("Fresh", "Waits", "Knits"):
        assert hidden not in text


def test_a_long_list_to_check_is_cut_and_says_so(stranger: Browser, world: World) -> None:
    for n in range(12):
        make_asset(world, f"Number {n}")
    text = stranger.get(NORTH).text
    assert text.count("Never confirmed") == 10
    assert "These are the 10 that have waited longest." in text


def test_proposals_and_awards_of_the_ward_are_led_to(stranger: Browser, world: World) -> None:
    count = counted_round(world)
    next_round = make_round(world, slug="next")
    on_ballot(world, next_round, title="Canal benches", area_id=world.wards[10].id)
    on_ballot(world, next_round, title="In the north", area_id=world.wards[7].id)
    make_proposal(world, next_round, title="Not read yet", area_id=world.wards[10].id)
    page = stranger.get(WEST)
    award = page.links()["Walking football"]
    assert award.startswith(f"/rounds/{count.round.slug}/results/")
    assert stranger.get(award).status == 200
    assert "/rounds/next/proposals/" in page.links()["Canal benches"]
    for hidden in ("In the north", "Not read yet"):
        assert hidden not in page.text


def test_a_ward_without_any_of_it_says_so(stranger: Browser, world: World) -> None:
    text = stranger.get(NORTH).text
    assert "No proposal for this ward is before a vote just now." in text
    assert "No money has been shared out in this ward yet." in text
    assert "Is it still right?" not in text


def test_a_ward_with_much_takes_as_many_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    def queries() -> int:
        count_queries.reset()
        stranger.get(NORTH)
        return count_queries.number

    next_round = make_round(world, slug="next")
    make_asset(world, main="poverty")
    on_ballot(world, next_round, area_id=world.wards[7].id)
    few = queries()
    for n in range(8):
        make_asset(world, f"Number {n}", main="poverty")
        on_ballot(world, next_round, title=f"Proposal {n}", area_id=world.wards[7].id)
    assert queries() == few
    assert few <= 13
