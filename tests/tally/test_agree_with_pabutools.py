"""Generated elections: the same winners as pabutools, an independent program (GPL-3, tests only).

pabutools funds projects nobody chose under the greedy rule, and differs on purpose from ours for
projects that cost nothing, so neither is generated here.
"""

from __future__ import annotations

import os
import random
from fractions import Fraction
from typing import Any

import pytest

from pbapp.tally import (
    Ballot,
    Completion,
    Election,
    EqualShares,
    Greedy,
    Instance,
    Ordinal,
    Phragmen,
    Profile,
    Project,
    Rank,
    TieBreak,
    TieRule,
    VoteType,
    count,
    election_of,
    write_pabulib,
)

BY_ID = TieRule(TieBreak.ID)
ELECTIONS = int(os.environ.get("PBAPP_PABUTOOLS_ELECTIONS", "400"))


@pytest.fixture(scope="module")
def pabutools() -> Any:
    return pytest.importorskip("pabutools.election", reason="pabutools is not installed")


def election(dice: random.Random) -> Election:
    """Everything chosen by somebody; costs that make ties and misfits common."""
    vote_type = dice.choice([VoteType.APPROVAL, VoteType.CUMULATIVE, VoteType.ORDINAL])
    size = dice.randint(2, 7)
    top = dice.choice([3, 30, 500])
    projects = tuple(Project(f"p{n}", dice.randint(1, top)) for n in range(1, size + 1))
    budget = dice.randint(1, sum(project.cost for project in projects))
    ballots = [Ballot((place,), (1,)) for place in range(size)]
    for _ in range(dice.randint(1, 25)):
        chosen = tuple(dice.sample(range(size), dice.randint(1, min(4, size))))
        ballots.append(Ballot(chosen, tuple(dice.randint(1, 4) for _ in chosen)))
    if vote_type is VoteType.ORDINAL:
        # With Borda points a last choice scores 0: give everybody a project ranked above another.
        ballots += [Ballot((place, (place + 1) % size)) for place in range(size)]
    elif not vote_type.has_points:
        ballots = [Ballot(ballot.choices) for ballot in ballots]
    return election_of(Instance(budget, projects), Profile.of(vote_type, ballots))


def winners(election: Election, rule: Any) -> list[str]:
    return sorted(count(election.instance, election.profile, rule, explain=False).winners)


@pytest.mark.parametrize("seed", range(4))
def test_generated_elections_have_the_same_winners(pabutools, seed: int):
    from pabutools import rules
    from pabutools.election.pabulib import parse_pabulib_from_string

    dice = random.Random(seed)
    for _ in range(ELECTIONS // 4):
        ours = election(dice)
        instance, profile = parse_pabulib_from_string(write_pabulib(ours))
        vote_type = ours.profile.vote_type
        worth = {
            VoteType.APPROVAL: pabutools.Cost_Sat,
            VoteType.CUMULATIVE: pabutools.Additive_Cardinal_Sat,
            VoteType.ORDINAL: pabutools.Additive_Borda_Sat,
        }[vote_type]
        shares = EqualShares(completion=Completion.NONE, ordinal=Ordinal.BORDA, ties=BY_ID)
        plain = rules.method_of_equal_shares(instance, profile, sat_class=worth)
        assert winners(ours, shares) == sorted(project.name for project in plain)
        greedy = rules.greedy_utilitarian_welfare(instance, profile, sat_class=worth)
        by_worth = Greedy(rank=Rank.UTILITY_PER_COST, ordinal=Ordinal.BORDA, ties=BY_ID)
        assert winners(ours, by_worth) == sorted(project.name for project in greedy)
        if vote_type is VoteType.APPROVAL:
            loads = rules.sequential_phragmen(instance, profile)
            assert winners(ours, Phragmen(ties=BY_ID)) == sorted(p.name for p in loads)
        if sum(project.cost for project in ours.instance.projects) < 120:
            step = dice.choice([1, 2])
            add1 = rules.method_of_equal_shares(
                instance, profile, sat_class=worth, voter_budget_increment=step
            )
            stepping = EqualShares(
                completion=Completion.ADD1, step=Fraction(step), ordinal=Ordinal.BORDA, ties=BY_ID
            )
            assert winners(ours, stepping) == sorted(project.name for project in add1)
