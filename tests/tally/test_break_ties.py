"""Ties are broken by a published value, and every tie is on record."""

from __future__ import annotations

import pytest

from pbapp.tally import Greedy, TieBreak, TieRule, count
from tests.tally.elections import approval, instance_of, with_votes


def test_the_cheaper_of_two_equals_wins():
    instance, profile = with_votes(50, {"a": (50, 4), "b": (40, 4)})
    outcome = count(instance, profile, Greedy())
    assert outcome.winners == ("b",)
    (tie,) = outcome.ties
    assert (tie.between, tie.chosen, tie.by, tie.decisive) == (("b", "a"), "b", "cost", True)


def test_the_lot_decides_between_equals_of_one_cost():
    instance, profile = with_votes(50, {"a": (50, 4), "b": (50, 4)})
    outcome = count(instance, profile, Greedy(ties=TieRule(lot=("b", "a"))))
    assert outcome.winners == ("b",)
    assert outcome.ties[0].by == "lot"


def test_without_a_drawn_lot_the_listed_order_decides_and_never_the_spelling_of_ids():
    instance, profile = with_votes(50, {"c2": (50, 4), "c10": (50, 4)})
    assert count(instance, profile, Greedy()).winners == ("c2",)
    assert count(instance, profile, Greedy(ties=TieRule(TieBreak.ID))).winners == ("c10",)


def test_a_tie_that_did_not_matter_says_so():
    instance, profile = with_votes(90, {"a": (50, 4), "b": (40, 4)})
    (tie,) = count(instance, profile, Greedy()).ties
    assert not tie.decisive


def test_more_votes_decide_before_the_lot_where_the_order_counts_something_else():
    instance = instance_of(40, {"a": 40, "b": 40})
    profile = approval(instance, [("a", 4), ("b", 4)])
    order = TieRule(lot=("b", "a")).order(instance, [3, 4])
    assert order.record([0, 1], stage="greedy", round=1).by == "votes"
    assert count(instance, profile, Greedy()).ties[0].by == "lot"


@pytest.mark.parametrize("lot", [("a",), ("a", "a"), ("a", "z")])
def test_a_lot_must_name_every_project_once(lot: tuple[str, ...]):
    instance, profile = with_votes(50, {"a": (50, 4), "b": (50, 4)})
    with pytest.raises(ValueError, match="every project once"):
        count(instance, profile, Greedy(ties=TieRule(lot=lot)))
