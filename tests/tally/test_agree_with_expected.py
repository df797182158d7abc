"""Real elections: the same winners as another program found in exact arithmetic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pbapp.tally import (
    Election,
    Greedy,
    Ordinal,
    Rank,
    Rule,
    TieBreak,
    TieRule,
    count,
    read_pabulib,
)
from tests.tally.elections import Expected, expected

BY_ID = TieRule(TieBreak.ID)

RULES: dict[str, Rule] = {
    "greedy_by_score": Greedy(ordinal=Ordinal.BORDA, ties=BY_ID),
    "greedy": Greedy(rank=Rank.UTILITY_PER_COST, ordinal=Ordinal.BORDA, ties=BY_ID),
    "greedy_per_cost": Greedy(rank=Rank.VOTES_PER_COST, ordinal=Ordinal.BORDA, ties=BY_ID),
}


@cache
def election(path: Path) -> Election:
    return read_pabulib(path)


@pytest.mark.shared
@pytest.mark.parametrize(
    "case", [case for case in expected("dev", "speed") if case.rule in RULES], ids=str
)
def test_the_winners_are_those_another_program_found(case: Expected):
    found = election(case.path)
    outcome = count(found.instance, found.profile, RULES[case.rule])
    assert sorted(outcome.winners) == sorted(case.winners)
