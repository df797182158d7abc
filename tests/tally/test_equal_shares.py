"""The Method of Equal Shares and its parameters, on elections small enough to follow by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from pbapp.tally import (
    Ballot,
    Change,
    Completion,
    EqualShares,
    Instance,
    Ordinal,
    Profile,
    Project,
    Reason,
    TieRule,
    Utility,
    VoteType,
    count,
    outcome_as_dict,
    rule_from_dict,
)
from tests.tally.elections import approval, instance_of, with_votes

PLAIN = EqualShares(completion=Completion.NONE)
BY_ONE = EqualShares(completion=Completion.ADD1, step=Fraction(1))


def two_neighbourhoods():
    """60 people want a, b or c; 40 people want d. £100: everybody has £1 to spend."""
    instance = instance_of(100, {"a": 40, "b": 40, "c": 20, "d": 30})
    return instance, approval(instance, [("abc", 60), ("d", 40)])


def test_a_smaller_group_with_enough_money_of_its_own_wins_its_project():
    instance, profile = two_neighbourhoods()
    outcome = count(instance, profile, PLAIN)
    assert set(outcome.winners) == {"a", "c", "d"}
    assert outcome.total_cost == 90


def test_every_full_payer_pays_the_same_price():
    instance, profile = two_neighbourhoods()
    outcome = count(instance, profile, PLAIN)
    facts = outcome.project("d").detail
    assert (facts.price, facts.full_payers, facts.ran_out) == (Fraction(3, 4), 40, 0)
    assert facts.effective_support == 40


def test_a_loser_knows_what_its_supporters_had_left_and_who_took_their_money():
    instance, profile = two_neighbourhoods()
    lost = count(instance, profile, PLAIN).project("b")
    assert lost.reason is Reason.SUPPORTERS_SHORT
    assert lost.detail.supporters_left == 0
    assert [(took.project, took.amount) for took in lost.detail.absorbed] == [("a", 40), ("c", 20)]


def test_those_who_cannot_pay_in_full_pay_what_they_have():
    instance = instance_of(40, {"a": 15, "b": 12})
    outcome = count(instance, approval(instance, [("a", 1), ("ab", 1), ("b", 1)]), PLAIN)
    assert outcome.winners == ("b", "a")
    facts = outcome.project("a").detail
    assert (facts.price, facts.full_payers, facts.ran_out) == (Fraction(23, 3), 1, 1)


def test_money_nobody_can_spend_together_is_spent_step_by_step_with_add1():
    instance = instance_of(100, {"a": 60, "b": 40})
    profile = approval(instance, [("a", 1), ("b", 1)])
    assert count(instance, profile, PLAIN).winners == ("b",)
    outcome = count(instance, profile, BY_ONE)
    assert outcome.winners == ("b", "a")
    assert (outcome.detail.step, outcome.detail.endowment) == (10, 60)
    assert outcome.detail.exhaustive


def test_add1_keeps_the_step_before_the_one_that_overspends():
    instance = instance_of(100, {"a": 60, "b": 55})
    profile = approval(instance, [("a", 1), ("b", 1)])
    outcome = count(instance, profile, BY_ONE)
    assert outcome.winners == ("b",)
    assert not outcome.detail.exhaustive or outcome.detail.step == 5


def test_without_the_exhaustive_stop_add1_goes_on_until_it_would_overspend():
    instance = instance_of(100, {"a": 45, "b": 50, "c": 51})
    profile = approval(instance, [("ac", 3), ("b", 1)])
    stopping = count(instance, profile, BY_ONE)
    going_on = count(instance, profile, replace(BY_ONE, stop_exhaustive=False))
    assert stopping.detail.step <= going_on.detail.step
    assert going_on.total_cost <= 100


def test_add1u_spends_the_rest_on_the_most_voted():
    instance = instance_of(100, {"a": 50, "b": 60, "c": 45})
    profile = approval(instance, [("a", 9), ("b", 9), ("c", 1)])
    assert count(instance, profile, BY_ONE).winners == ("a",)
    outcome = count(instance, profile, replace(BY_ONE, completion=Completion.ADD1U))
    assert outcome.winners == ("a", "c")
    assert outcome.project("c").detail.stage == "completion"


def test_the_comparison_funds_the_greedy_winners_where_more_people_prefer_them():
    instance = instance_of(100, {"big": 100, "s1": 20, "s2": 20})
    index = instance.index
    profile = Profile.of(
        VoteType.APPROVAL,
        [
            Ballot((index["big"],), count=51),
            Ballot((index["s1"],), count=25),
            Ballot((index["s2"],), count=24),
        ],
    )
    rule = EqualShares(completion=Completion.ADD1, step=Fraction(1))
    plain = count(instance, profile, rule)
    assert plain.winners != ("big",)
    preferred = count(instance, profile, replace(rule, comparison=True))
    assert preferred.winners == ("big",)
    assert preferred.detail.prefer_greedy == 51
    assert preferred.project("s1").reason is Reason.COMPARISON


def test_points_weigh_what_people_pay():
    instance = instance_of(10, {"a": 10, "b": 10})
    ballots = [Ballot((0,), (1,), count=6), Ballot((1,), (5,), count=4)]
    profile = Profile.of(VoteType.CUMULATIVE, ballots)
    rule = EqualShares(completion=Completion.ADD1, step=Fraction(1))
    assert count(instance, profile, rule).winners == ("a",)
    assert count(instance, profile, replace(rule, utility=Utility.COST)).winners == ("a",)


def test_a_last_choice_without_borda_points_pays_nothing():
    instance = instance_of(10, {"a": 5, "b": 5})
    profile = Profile.of(VoteType.ORDINAL, [Ballot((0, 1), count=2)])
    borda = count(instance, profile, replace(PLAIN, ordinal=Ordinal.BORDA))
    assert borda.winners == ("a",)
    assert borda.project("b").reason is Reason.NO_VOTES
    assert count(instance, profile, PLAIN).winners == ("a", "b")


def test_a_tie_is_broken_by_the_published_order_and_recorded():
    instance = instance_of(20, {"a": 10, "b": 10, "c": 20})
    profile = approval(instance, [("a", 1), ("b", 1)])
    outcome = count(instance, profile, replace(PLAIN, ties=TieRule(lot=("b", "a", "c"))))
    assert outcome.winners == ("b", "a")
    assert [(tie.between, tie.by, tie.decisive) for tie in outcome.ties] == [
        (("b", "a"), "lot", False)
    ]


def test_ties_of_earlier_steps_are_on_record_too():
    instance = instance_of(30, {"a": 20, "b": 20})
    profile = approval(instance, [("a", 2), ("b", 2)])
    outcome = count(instance, profile, BY_ONE)
    assert {tie.stage for tie in outcome.ties} <= {"equal_shares", "earlier_step"}
    assert all(set(tie.between) == {"a", "b"} for tie in outcome.ties)


def test_a_project_that_costs_nothing_wins_with_one_supporter_and_not_with_none():
    instance = Instance(10, (Project("a", 10), Project("b", 0), Project("c", 0)))
    outcome = count(instance, approval(instance, [("ab", 1)]), PLAIN)
    assert outcome.winners == ("b", "a")


def test_a_vote_with_only_empty_ballots_has_no_winner():
    instance = instance_of(10, {"a": 5})
    for rule in (PLAIN, BY_ONE, EqualShares()):
        outcome = count(instance, approval(instance, [("", 3)]), rule)
        assert outcome.winners == ()
        assert outcome.project("a").reason is Reason.NO_VOTES


def test_a_vote_without_ballots_has_no_winner():
    instance = instance_of(10, {"a": 5})
    assert count(instance, Profile.of(VoteType.APPROVAL, ()), EqualShares()).winners == ()


def test_a_withdrawn_project_cannot_win():
    instance, profile = two_neighbourhoods()
    outcome = count(instance, profile, replace(PLAIN, withdrawn=("a",)))
    assert "a" not in outcome.winners
    assert outcome.project("a").reason is Reason.WITHDRAWN
    assert outcome.project("a").change == Change()


def test_a_step_must_be_more_than_nothing():
    with pytest.raises(ValueError, match="more than 0"):
        EqualShares(step=Fraction(0))


def test_a_rule_survives_being_stored():
    rule = EqualShares(
        utility=Utility.POINTS,
        ordinal=Ordinal.BORDA,
        completion=Completion.ADD1,
        step=Fraction(1, 3),
        stop_exhaustive=False,
        comparison=True,
        withdrawn=("x",),
        ties=TieRule(lot=("y", "x")),
    )
    assert rule_from_dict(rule.name, rule.as_dict()) == rule


def test_what_would_have_changed_it_counts_votes_of_people_who_chose_nothing_else():
    instance = instance_of(100, {"a": 50, "b": 60})
    profile = approval(instance, [("a", 5), ("b", 4), ("", 1)])
    lost = count(instance, profile, PLAIN).project("b")
    assert lost.change == Change(cheaper_by=20, more_votes=2)


def test_the_facts_are_plain_json_values():
    instance, profile = two_neighbourhoods()
    plain = outcome_as_dict(count(instance, profile, PLAIN))
    assert plain["projects"][1]["detail"] == {
        "stage": None,
        "round": 3,
        "price": None,
        "full_payers": 0,
        "ran_out": 0,
        "effective_support": 60,
        "supporters_left": 0,
        "with_money": 0,
        "absorbed": [{"project": "a", "amount": 40}, {"project": "c", "amount": 20}],
    }


def test_the_others_with_support_stand_in_reserve_most_votes_first():
    instance, profile = with_votes(100, {"a": (60, 9), "b": (90, 2), "c": (95, 5), "d": (10, 0)})
    outcome = count(instance, profile, EqualShares(completion=Completion.NONE))
    assert outcome.winners == ()
    assert outcome.reserve == ("a", "c", "b")
    assert [outcome.project(id).reserve for id in "abcd"] == [1, 3, 2, None]


def test_a_winner_or_a_withdrawn_project_is_not_in_reserve():
    instance, profile = with_votes(100, {"a": (20, 9), "b": (90, 2), "c": (95, 5)})
    rule = EqualShares(completion=Completion.NONE, withdrawn=("c",))
    outcome = count(instance, profile, rule)
    assert (outcome.winners, outcome.reserve) == (("a",), ("b",))
