"""What became of proposals, as a filter of the list."""

from __future__ import annotations

from pbapp.db import db
from pbapp.proposals.models import ProposalArea, ProposalState
from tests.client import Browser
from tests.proposals.factories import quick
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

LIST = "/rounds/small-grants/proposals"


def test_funded_and_not_funded_are_found_once_the_result_is_out(
    stranger: Browser, world: World
) -> None:
    counted_round(world)
    page = stranger.get(LIST)
    assert "What became of it" in page.text
    funded = stranger.get(f"{LIST}?status=funded").text
    assert "Warm room at the hall" in funded
    assert "Tablet library" not in funded
    assert "Tablet library" in stranger.get(f"{LIST}?status=not_funded").text
    assert "Tablet library" in stranger.get(f"{LIST}?status=nonsense").text


def test_before_the_result_nothing_says_who_won(stranger: Browser, world: World) -> None:
    counted_round(world, published=False)
    page = stranger.get(f"{LIST}?status=funded")
    assert "What became of it" not in page.text
    assert "Tablet library" in page.text


def test_what_was_refused_is_found_only_by_asking_for_it(stranger: Browser, world: World) -> None:
    round = make_round(world)
    quick(world, round, 1)
    quick(world, round, 2).state = ProposalState.REFUSED
    db.session.commit()
    assert "Project 2" not in stranger.get(LIST).text
    text = stranger.get(f"{LIST}?status=refused").text
    assert "Project 2" in text
    assert "Project 1" not in text


def test_a_proposal_for_several_wards_is_found_by_each(stranger: Browser, world: World) -> None:
    several = quick(world, make_round(world), 1)
    several.more_areas = [ProposalArea(area_id=world.wards[number].id) for number in (7, 11)]
    db.session.commit()
    for number in (7, 11):
        text = stranger.get(f"{LIST}?ward={world.wards[number].gss_code}&view=table").text
        assert "Project 1" in text
        assert "Coatbridge North, Coatbridge South" in text
    assert "The whole area" not in stranger.get(LIST).text
