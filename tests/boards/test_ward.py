"""A ward's page: what it is strong in, what to check, what is proposed and what was paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import time_machine

from pbapp import clock
from pbapp.assets.models import AssetArea, AssetKind, AssetState, AssetTerm, Status, Vocabulary
from pbapp.db import db
from pbapp.proposals.models import ProposalArea
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.gaps.factories import WEEKEND, hours
from tests.proposals.factories import make_proposal, on_ballot
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

NORTH, WEST, SOUTH = (f"/boards/coatbridge/wards/S130030{n}" for n in (48, 51, 52))
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


def days_ago(days: int):
    return clock.now() - timedelta(days=days)


def test_what_a_ward_helps_most_comes_first(stranger: Browser, world: World) -> None:
    make_asset(world, "Hall", main="poverty", supports=["mental-health"])
    make_asset(world, "Club", main="mental-health")
    make_asset(world, "Elsewhere", main="digital-inclusion", area_id=world.wards[10].id)
    page = stranger.get(NORTH)
    text = page.text[page.text.index("What it helps most") :]
    assert "most Mental Health: 2 entries Most of all wards Poverty: 1 entry" in text
    assert "Digital Inclusion:" not in text
    assert page.links()["Compare the wards"] == "/boards/coatbridge/gaps"
    assert page.links()["Poverty"] == (
        "/assets?board=coatbridge&ward=S13003048&priority=poverty&based=y"
    )


def test_entries_to_check_are_those_that_waited_longest(stranger: Browser, world: World) -> None:
    make_asset(world, "Fresh", confirmed_at=days_ago(30))
    make_asset(world, "Stale", confirmed_at=days_ago(500))
    make_asset(world, "Never")
    make_asset(world, "Due", confirmed_at=days_ago(200), review_due_on=days_ago(18).date())
    make_asset(world, "Waits", state=AssetState.WAITING)
    make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    page = stranger.get(NORTH)
    text = page.text[page.text.index("Is it still right?") :]
    assert "2 of 4 entries were confirmed in the last 12 months." in text
    assert text.index("Never confirmed") < text.index("Stale") < text.index("Due")
    for hidden in ("Fresh", "Waits", "Knits"):
        assert hidden not in text


def test_each_entry_to_check_has_its_own_link(stranger: Browser, world: World) -> None:
    asset = make_asset(world, "Closed for winter", status=Status.PAUSED)
    make_asset(world, "Gone", status=Status.CLOSED)
    page = stranger.get(NORTH)
    assert page.links()["Is this still right? Closed for winter"] == f"/assets/{asset.id}/confirm"
    assert "Gone" not in page.text


def test_a_room_that_is_free_says_when(stranger: Browser, world: World) -> None:
    make_asset(
        world,
        "Example Hall",
        sessions=[hours(1 << 1, 18, 21, use="free"), hours(1 << 4, 9, 12)],
    )
    make_asset(world, "No room", sessions=[hours(1 << 1, 18, 21)])
    make_asset(
        world, "Let by now", sessions=[hours(1, 9, 10, use="free", until_on=date(2026, 11, 1))]
    )
    with time_machine.travel(TUESDAY, tick=False):
        text = stranger.get(NORTH).text
    part = text[text.index("Rooms and spaces that are free") : text.index("Is it still right?")]
    assert "Free: Tuesdays, 6pm to 9pm" in part
    assert "Next free: Tuesday 24 November 2026, 6pm to 9pm" in part
    for hidden in ("Fridays", "No room", "Let by now"):
        assert hidden not in part
    with time_machine.travel(TUESDAY + timedelta(hours=7), tick=False):
        assert "Free now, until 9pm" in stranger.get(NORTH).text
    assert "Nobody has told us yet of a room" in stranger.get(WEST).text


def test_a_ward_tells_of_evenings_and_weekends_and_of_who_comes(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Evening", sessions=[hours(1, 18, 20), hours(WEEKEND, 10, 12)])
    make_asset(world, "Morning", sessions=[hours(1, 9, 12)])
    make_asset(world, "In words", opening="Most days")
    serves = [AssetArea(area_id=world.wards[7].id)]
    make_asset(world, "Van", area_id=world.wards[10].id, serves=serves)
    text = stranger.get(NORTH).text
    assert "3 entries on the map are in this ward." in text
    assert (
        "Of the 2 entries whose times we know, on after six in the week: 1; on at the weekend: 1. "
        "The times of 1 more are not known."
    ) in text
    assert "1 entry serves this ward though it is based elsewhere." in text
    assert "Van Based in Coatbridge West" in text
    assert "Who comes here" not in stranger.get(WEST).text


def test_what_makes_it_a_good_place_is_told_by_theme(stranger: Browser, world: World) -> None:
    make_asset(world, terms=[AssetTerm(vocabulary=Vocabulary.THEME, slug="natural")])
    assert "Natural space: 1 entry" in stranger.get(NORTH).text
    assert "What makes it a good place" not in stranger.get(WEST).text


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
    both = [world.wards[n].id for n in (7, 10)]
    on_ballot(world, next_round, title="In both", area_ids=both)
    on_ballot(world, next_round, title="All over", area_id=None)
    make_proposal(world, next_round, title="Not read yet", area_id=world.wards[10].id)
    page = stranger.get(WEST)
    award = page.links()["Walking football"]
    assert award.startswith(f"/rounds/{count.round.slug}/results/")
    assert stranger.get(award).status == 200
    assert "/rounds/next/proposals/" in page.links()["Canal benches"]
    assert "In both" in page.links()
    assert "for Coatbridge North, Coatbridge West" in page.text
    assert "1 more is for the whole area." in page.text
    for hidden in ("In the north", "Not read yet", "All over"):
        assert hidden not in page.text


def test_money_for_several_wards_is_in_each_of_them(stranger: Browser, world: World) -> None:
    count = counted_round(world)
    won = next(a for a in count.allocations if a.title == "Walking football")
    won.area_id = None
    won.proposal.area_id = None
    won.proposal.more_areas = [ProposalArea(area_id=world.wards[n].id) for n in (7, 10)]
    db.session.commit()
    for address in (NORTH, WEST):
        assert "Walking football" in stranger.get(address).links()
    assert "Walking football" not in stranger.get(SOUTH).links()


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
    assert few <= 20
