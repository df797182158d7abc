"""One word with the result: would the same projects have won without votes of level 1?"""

from __future__ import annotations

import pytest

from pbapp.ballots.models import RoundKey
from pbapp.db import db
from pbapp.results import assurance, services
from pbapp.results.models import Sturdiness
from pbapp.rounds.models import Round
from tests.client import Browser
from tests.results.factories import BY_WARD, PROJECTS, cast, close_vote, sealed_round
from tests.world import World


def counted(world: World, light: dict[int, int], sure: dict[int, int], **values: object) -> Round:
    """A counted round: project to ballots, those of level 1 and those above."""
    round = sealed_round(world, **values)
    db.session.add(RoundKey(round_id=round.id, fingerprint="0" * 64))
    for level, votes in ((1, light), (2, sure)):
        for project, people in votes.items():
            for _ in range(people):
                cast(round, [project]).assurance = level
    close_vote(round, published=True)
    services.freeze(round=round, by_ward=BY_WARD, actor="test")
    services.count(round=round, actor="test")
    db.session.commit()
    return round


@pytest.mark.parametrize(
    ("light", "sure", "found", "said"),
    [
        ({1: 12}, {1: 12, 2: 11}, Sturdiness.SAME, "the same projects would have won"),
        ({5: 40}, {1: 12, 2: 11}, Sturdiness.DIFFERENT, "other projects would have won"),
        ({5: 9}, {1: 5, 2: 4, 3: 8}, Sturdiness.TOO_FEW, "we do not say"),
        ({5: 40}, {1: 9}, Sturdiness.TOO_FEW, "we do not say"),
        ({}, {1: 12}, Sturdiness.NO_SUCH_VOTES, "showed more than"),
    ],
)
def test_the_result_says_whether_it_rests_on_votes_by_address_alone(
    stranger: Browser,
    world: World,
    light: dict[int, int],
    sure: dict[int, int],
    found: Sturdiness,
    said: str,
) -> None:
    round = counted(world, light, sure)
    page = "/rounds/small-grants/results"
    assert said not in stranger.get(page).text
    assert assurance.find_out(round) is found
    assurance.keep(round, found)
    db.session.commit()
    assert assurance.find_out(round) is None
    assert said in stranger.get(page).text


def test_money_that_a_pot_leaves_over_is_carried_there_too(world: World) -> None:
    pots = {7: 5_000_00, 10: 3_000_00}
    round = counted(world, {2: 12}, {1: 12}, ward_pots=pots, projects=PROJECTS[:2])
    assert assurance.find_out(round) is Sturdiness.DIFFERENT


def test_a_round_without_a_box_says_nothing(world: World) -> None:
    round = counted(world, {1: 12}, {1: 12})
    db.session.delete(db.session.get_one(RoundKey, round.id))
    db.session.flush()
    assert assurance.find_out(round) is None
