"""Official results of real elections, with the parameters that give them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from pbapp.tally import (
    Completion,
    EqualShares,
    Greedy,
    OnUnaffordable,
    Ordinal,
    Rule,
    count,
    read_pabulib,
)
from tests.tally.elections import SHELF

ADD1 = EqualShares(completion=Completion.ADD1, step=Fraction(1))
GOING_ON = replace(ADD1, stop_exhaustive=False)

pytestmark = pytest.mark.shared


def reproduces(name: str, rule: Rule) -> bool:
    election = read_pabulib(SHELF / "dev" / f"{name}.pb")
    outcome = count(election.instance, election.profile, rule, explain=False)
    return set(outcome.winners) == set(election.selected() or ())


@pytest.mark.parametrize("rule", [ADD1, GOING_ON], ids=["stopping", "going on"])
@pytest.mark.parametrize("name", ["Poland_Swiecie_2023", "Netherlands_Assen_2024"])
def test_swiecie_and_assen_are_reproduced_under_either_stop_rule(shared, name: str, rule: Rule):
    assert reproduces(name, rule)


def test_wieliczka_is_reproduced_only_without_the_exhaustive_stop(shared):
    wieliczka = "Poland_Wieliczka_2023_Green_Budget"
    assert reproduces(wieliczka, replace(GOING_ON, comparison=True))
    assert not reproduces(wieliczka, ADD1)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Poland_Gdynia_2023_Cisowa__large", Greedy(on_unaffordable=OnUnaffordable.STOP)),
        ("Poland_Czestochowa_2025_Bleszno", Greedy(min_votes=300)),
        ("Poland_Warszawa_2018_Zacisze", Greedy(min_share=Fraction(1, 10))),
    ],
)
def test_greedy_parameters_reproduce_official_results(shared, name: str, rule: Rule):
    assert reproduces(name, replace(rule, ordinal=Ordinal.OFFICIAL))
