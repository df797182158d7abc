"""Two or three proposals side by side, whatever an address asks for."""

from __future__ import annotations

import pytest

from pbapp.db import db
from pbapp.proposals.models import CostLine, ProposalState
from pbapp.rounds.models import Round
from tests.client import Browser, QueryCounter
from tests.proposals.factories import quick
from tests.rounds.factories import make_round
from tests.world import World

COMPARE = "/rounds/small-grants/proposals/compare"


@pytest.fixture
def round(world: World) -> Round:
    round = make_round(world)
    for number in (1, 2, 3, 4):
        lines = [CostLine(position=1, description=f"Hall {number}", amount_pence=1_000_00)]
        quick(world, round, number, what="Tea & <talk>" if number == 1 else "", cost_lines=lines)
    quick(world, round, 9, submitted_by_id=None).state = ProposalState.SUBMITTED
    db.session.commit()
    return round


def test_they_stand_side_by_side_with_what_each_says(stranger: Browser, round: Round) -> None:
    page = stranger.get(f"{COMPARE}?n=2&n=1")
    table = page.text.partition("Compare these")[2]
    assert table.index("Project 2") < table.index("Project 1")
    for said in ("Asks for", "Hall 1: £1,000", "Tea & <talk>", "Not said", "Poverty"):
        assert said in table
    assert "Who pays afterwards" not in table  # nobody said anything
    assert page.links()["Project 2"] == "/rounds/small-grants/proposals/2"


@pytest.mark.parametrize(
    "asked",
    ["", "?n=1", "?n=1&n=1", "?n=x&n=1", "?n=1&n=99999999999999999999", "?n=1&n=9", "?n=%D9%A1"],
)
def test_with_fewer_than_two_it_says_what_to_do(
    stranger: Browser, round: Round, asked: str
) -> None:
    page = stranger.get(COMPARE + asked)
    assert "Choose at least two" in page.text
    assert "Project 9" not in page.text


def test_of_more_than_three_the_first_three_are_shown(stranger: Browser, round: Round) -> None:
    text = stranger.get(f"{COMPARE}?n=4&n=3&n=2&n=1").text
    assert "These are the first three." in text
    assert "Hall 4: £1,000" in text
    assert "Hall 1: £1,000" not in text


def test_without_proposals_there_is_nothing_to_compare(stranger: Browser, world: World) -> None:
    make_round(world)
    assert "There are no two proposals to compare yet." in stranger.get(COMPARE).text


def test_three_cost_no_more_than_two(
    stranger: Browser, round: Round, count_queries: QueryCounter
) -> None:
    numbers = []
    for asked in ("?n=1&n=2", "?n=1&n=2&n=3"):
        db.session.expire_all()
        count_queries.reset()
        stranger.get(COMPARE + asked)
        numbers.append(count_queries.number)
    assert numbers[0] == numbers[1] <= 15
