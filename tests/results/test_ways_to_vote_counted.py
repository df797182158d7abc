"""A small round of each way of voting: cast through the pages, counted, published."""

from __future__ import annotations

from typing import Any

import pytest

from pbapp.db import db
from pbapp.results import services
from pbapp.rounds.models import VoteType
from tests.ballots.factories import open_round
from tests.ballots.walk import prove, send, vote_page
from tests.client import Browser
from tests.results.factories import close_vote
from tests.rounds.factories import RULE
from tests.world import World

SHARES = {"name": "equalshares", "completion": "add1u"}
COSTS = (60_000_00, 30_000_00, 70_000_00)
POINTS = {
    "vote_type": VoteType.CUMULATIVE,
    "points_each": 10,
    "points_most": 9,
    "max_choices": None,
}
GIVEN = [{"points-1": "1", "points-3": "9"}, {"points-3": "8", "points-2": "2"}, {"points-1": "9"}]
TICKED = [{"choice": ["1", "2"]}, {"choice": ["2", "3"]}, {"choice": ["1", "2"]}]


@pytest.mark.parametrize(
    ("guards", "rule", "marked", "won"),
    [
        (POINTS, RULE, GIVEN, {"3", "2"}),
        (POINTS, SHARES, GIVEN, {"1", "2"}),
        (
            {"vote_type": VoteType.ORDINAL, "max_choices": 2},
            RULE,
            [{"rank-1": "1", "rank-2": "2"}, {"rank-3": "1"}, {"rank-1": "2", "rank-3": "1"}],
            {"3", "2"},
        ),
        (
            {"vote_type": VoteType.CHOOSE_ONE},
            RULE,
            [{"choice": ["1"]}, {"choice": ["3"]}, {"choice": ["1"]}],
            {"1"},
        ),
        (
            {"min_choices": 2, "max_choices": 2, "within_pot": False},
            SHARES,
            TICKED,
            {"1", "2"},
        ),
    ],
    ids=["points", "points-shares", "ranking", "one", "exactly-shares"],
)
def test_a_round_is_voted_on_counted_and_published(
    world: World,
    stranger: Browser,
    guards: dict[str, Any],
    rule: dict[str, Any],
    marked: list[dict[str, Any]],
    won: set[str],
) -> None:
    round = open_round(world, COSTS, guards=guards, rule=rule)
    for number, fields in enumerate(marked):
        voter = Browser(stranger.app)
        prove(voter, round, email=f"p{number}@example.org", name=f"Voter {'ABC'[number]} Bell")
        page = voter.get(vote_page(round, "/choose"))
        send(voter, voter.follow(voter.submit(page, fields, form="ballot")))
    close_vote(round, published=True)
    profile = services.freeze(round=round, by_ward={}, actor="test")
    assert profile.ballots == len(marked)
    (count,) = services.count(round=round, actor="test")
    db.session.commit()
    funded = {a.project_key for a in count.allocations if a.is_funded}
    assert funded == won
    page = stranger.get("/rounds/small-grants/results")
    for key in funded:
        assert f"Project {key}" in page.text
