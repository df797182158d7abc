"""Floats only make the count fast: with every shortcut shut, the outcome is the same."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from pbapp.tally import Election, EqualShares, Rule, count, outcome_as_dict, read_pabulib
from pbapp.tally import lanes as lanes_module
from pbapp.tally.lanes import Lanes
from tests.tally.elections import SHELF, generated
from tests.tally.test_recount import SHARES
from tests.tally.textbook import same

LOOSE = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def outcome(election: Election, rule: Rule) -> dict[str, object]:
    return outcome_as_dict(count(election.instance, election.profile, rule))


@LOOSE
@given(generated(max_ballots=25, max_cost=90), SHARES)
def test_with_every_decision_taken_exactly(monkeypatch, election: Election, rule: Rule):
    fast = outcome(election, rule)
    with monkeypatch.context() as patch:
        nowhere = np.zeros(1, dtype=bool)
        patch.setattr(
            Lanes,
            "_plain",
            lambda self, place, look: (nowhere.repeat(len(self.lanes)),) * 2,
        )
        slow = count(election.instance, election.profile, rule)
    assert outcome_as_dict(slow) == fast
    same(election, rule, slow)


@LOOSE
@given(generated(max_ballots=25, max_cost=90), SHARES)
def test_with_every_purse_worked_out_again_after_each_round(
    monkeypatch, election: Election, rule: Rule
):
    fast = outcome(election, rule)
    with monkeypatch.context() as patch:
        patch.setattr(lanes_module, "_BLURRED", 0.0)
        assert outcome(election, rule) == fast


@LOOSE
@given(generated(max_ballots=25, max_cost=90), SHARES)
def test_with_wide_error_bounds(monkeypatch, election: Election, rule: Rule):
    """Bounds a million times too wide leave more to the exact side, and change nothing."""
    fast = outcome(election, rule)
    with monkeypatch.context() as patch:
        patch.setattr(lanes_module, "_EPS", 2.0**-33)
        assert outcome(election, rule) == fast


@pytest.mark.shared
@pytest.mark.parametrize("name", ["Netherlands_Assen_2024", "Switzerland_Zurich_S5D10"])
def test_on_real_elections_with_wide_error_bounds(shared, monkeypatch, name: str):
    election = read_pabulib(SHELF / "dev" / f"{name}.pb")
    rule = EqualShares(step=Fraction(20))
    fast = outcome(election, rule)
    monkeypatch.setattr(lanes_module, "_EPS", 2.0**-33)
    assert outcome(election, rule) == fast
