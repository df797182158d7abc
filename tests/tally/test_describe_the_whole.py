"""Facts about everybody, two results side by side, leftovers between pots, ballot guards."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbapp.tally import (
    ChoiceGuard,
    Completion,
    EqualShares,
    Greedy,
    PartFund,
    Pot,
    compare,
    count,
    count_pots,
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


def pot(name: str, budget: int, rows: dict[str, tuple[int, int]], **rule) -> Pot:
    return Pot(name, *with_votes(budget, rows), Greedy(**rule))


NORTH = pot("north", 100, {"a": (70, 9), "b": (50, 5)})
SOUTH = pot("south", 100, {"c": (60, 9), "d": (65, 5), "e": (70, 4)})


def told(pots: list[Pot], *, carry: bool) -> list[tuple[int, tuple[str, ...], int]]:
    counted = count_pots(pots, carry=carry)
    return [(one.carried_in, one.outcome.winners, one.left) for one in counted]


def test_each_pot_is_counted_apart_with_its_own_money():
    assert told([NORTH, SOUTH], carry=False) == [(0, ("a",), 30), (0, ("c",), 40)]


def test_what_a_pot_leaves_is_counted_with_the_next_ones_money_in_the_published_order():
    assert told([NORTH, SOUTH], carry=True) == [(0, ("a",), 30), (30, ("c", "d"), 5)]
    assert told([SOUTH, NORTH], carry=True) == [(0, ("c",), 40), (40, ("a", "b"), 20)]


def test_money_carried_in_is_one_of_the_parameters_of_the_count():
    first, second = count_pots([NORTH, SOUTH], carry=True)
    assert "carried_in" not in first.outcome.parameters
    assert second.outcome.parameters["carried_in"] == 30


def test_equal_shares_shares_out_what_was_carried_in_too():
    instance, profile = with_votes(100, {"a": (60, 2), "b": (60, 2)})
    shares = EqualShares(completion=Completion.NONE)
    outcome = count(instance, profile, shares, carried_in=20)
    assert outcome.winners == ("a", "b")
    assert count(instance, profile, shares).winners == ()


def test_money_offered_to_the_next_in_line_is_set_aside_and_not_carried():
    instance = instance_of(100, {"a": 60, "b": 70}, b=30)
    profile = approval(instance, [("a", 2), ("b", 1)])
    first = Pot("first", instance, profile, Greedy(part_fund=PartFund.NEXT))
    assert [one.carried_in for one in count_pots([first, NORTH], carry=True)] == [0, 0]


def test_two_pots_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        list(count_pots([NORTH, NORTH], carry=True))


def test_a_ballot_guard_asks_for_exactly_at_least_or_up_to_a_number():
    assert [ChoiceGuard.exactly(3).allows(n) for n in (2, 3, 4)] == [False, True, False]
    assert [ChoiceGuard(at_least=2).allows(n) for n in (1, 2, 9)] == [False, True, True]
    assert [ChoiceGuard(at_least=0, up_to=2).allows(n) for n in (0, 2, 3)] == [True, True, False]
    with pytest.raises(ValueError, match="more than it may"):
        ChoiceGuard(at_least=3, up_to=2)
