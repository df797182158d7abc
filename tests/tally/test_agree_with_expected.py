"""Real elections: the same winners as another program found in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from pbapp.tally import (
    Completion,
    Election,
    EqualShares,
    Greedy,
    Ordinal,
    Phragmen,
    Rank,
    Rule,
    TieBreak,
    TieRule,
    count,
    read_pabulib,
)
from tests.tally.elections import Expected, expected

BY_ID = TieRule(TieBreak.ID)


def _shares(completion: Completion) -> EqualShares:
    """One currency unit a step: these files keep whole units."""
    return EqualShares(completion=completion, step=Fraction(1), ordinal=Ordinal.BORDA, ties=BY_ID)


RULES: dict[str, Rule] = {
    "greedy_by_score": Greedy(ordinal=Ordinal.BORDA, ties=BY_ID),
    "greedy": Greedy(rank=Rank.UTILITY_PER_COST, ordinal=Ordinal.BORDA, ties=BY_ID),
    "mes": _shares(Completion.NONE),
    "mes_add1": _shares(Completion.ADD1),
    "mes_add1u": _shares(Completion.ADD1U),
    "phragmen": Phragmen(ties=BY_ID),
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
