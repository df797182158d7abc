"""Facts about everybody, two results side by side, leftovers between pots, ballot guards."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbapp.tally import (
    Carried,
    ChoiceGuard,
    Completion,
    EqualShares,
    Greedy,
    PartFund,
    Pot,
    carry,
    compare,
    count,
    facts_as_dict,
    spread,
)
from tests.tally.elections import approval, instance_of, with_votes


def test_the_spread_counts_everybody_the_empty_ballots_too():
    instance = instance_of(100, {"a": 60, "b": 40, "c": 50})
    profile = approval(instance, [("ab", 5), ("ac", 3), ("c", 1), ("", 1)])
    whole = spread(instance, profile, ("a", "b"))
    assert whole.by_winners == (2, 3, 5)
    assert (whole.with_a_winner, whole.share) == (8, Fraction(4, 5))
    assert (whole.low, whole.middle, whole.high) == (0, 1, 1)


def test_the_same_ballots_under_two_rules_stand_side_by_side():
    instance = instance_of(100, {"a": 50, "b": 50, "c": 50})
    profile = approval(instance, [("ab", 50), ("c", 50)])
    greedy = count(instance, profile, Greedy())
    shares = count(instance, profile, EqualShares(completion=Completion.ADD1, step=Fraction(1)))
    both = compare(instance, profile, greedy, shares)
    assert (both.both, both.only_first, both.only_second) == (("a",), ("b",), ("c",))
    assert (both.prefer_first, both.prefer_second) == (50, 50)
    assert both.second.share == 1
    assert facts_as_dict(both)["cost_first"] == 100


def test_leftovers_fund_reserves_pot_by_pot_in_the_published_order():
    north = pot("north", 100, {"a": (70, 9), "b": (50, 5)})
    south = pot("south", 100, {"c": (60, 9), "d": (65, 5), "e": (70, 4)})
    assert carry([north, south], ["south", "north"]) == ([Carried("south", "d", 65)], 5)
    assert carry([north, south], ["north", "south"]) == ([Carried("north", "b", 50)], 20)
    assert carry([north, south], []) == ([], 70)


def pot(name: str, budget: int, rows: dict[str, tuple[int, int]]) -> Pot:
    instance, profile = with_votes(budget, rows)
    return Pot(name, instance, count(instance, profile, Greedy()))


def test_money_offered_to_the_next_in_line_is_not_left_over():
    instance = instance_of(100, {"a": 60, "b": 70}, b=30)
    profile = approval(instance, [("a", 2), ("b", 1)])
    outcome = count(instance, profile, Greedy(part_fund=PartFund.NEXT))
    assert carry([Pot("one", instance, outcome)], ["one"]) == ([], 0)


@pytest.mark.parametrize("order", [["one", "one"], ["two"]])
def test_an_order_of_pots_must_name_counted_pots_once(order: list[str]):
    with pytest.raises(ValueError, match="order of pots"):
        carry([pot("one", 10, {"a": (5, 1)})], order)


def test_a_ballot_guard_asks_for_exactly_at_least_or_up_to_a_number():
    assert [ChoiceGuard.exactly(3).allows(n) for n in (2, 3, 4)] == [False, True, False]
    assert [ChoiceGuard(at_least=2).allows(n) for n in (1, 2, 9)] == [False, True, True]
    assert [ChoiceGuard(at_least=0, up_to=2).allows(n) for n in (0, 2, 3)] == [True, True, False]
    with pytest.raises(ValueError, match="more than it may"):
        ChoiceGuard(at_least=3, up_to=2)
