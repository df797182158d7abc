"""The greedy count and its parameters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.tally import (
    Ballot,
    Cap,
    Change,
    Election,
    Greedy,
    Instance,
    OnUnaffordable,
    Ordinal,
    PartFund,
    Profile,
    Project,
    Rank,
    Reason,
    TieBreak,
    TieRule,
    Utility,
    VoteType,
    count,
    outcome_as_dict,
)
from tests.tally.elections import approval, generated, instance_of, with_votes

RULES = st.builds(
    Greedy,
    rank=st.sampled_from(Rank),
    utility=st.sampled_from([None, *Utility]),
    ordinal=st.sampled_from(Ordinal),
    on_unaffordable=st.sampled_from(OnUnaffordable),
    min_votes=st.integers(0, 4),
    min_share=st.none() | st.sampled_from([Fraction(1, 10), Fraction(1, 3)]),
    ties=st.sampled_from([TieRule(), TieRule(TieBreak.ID)]),
)


def test_the_most_voted_projects_win_while_they_fit():
    instance, profile = with_votes(100, {"a": (60, 5), "b": (30, 9), "c": (10, 2)})
    outcome = count(instance, profile, Greedy())
    assert outcome.winners == ("b", "a", "c")
    assert outcome.total_cost == 100


def test_a_project_that_does_not_fit_is_skipped():
    instance, profile = with_votes(100, {"a": (60, 9), "b": (50, 5), "c": (40, 2)})
    outcome = count(instance, profile, Greedy())
    assert outcome.winners == ("a", "c")
    assert outcome.project("b").reason is Reason.DID_NOT_FIT
    assert outcome.project("b").detail.left == 40


def test_the_count_can_stop_at_the_first_project_that_does_not_fit():
    instance, profile = with_votes(100, {"a": (60, 9), "b": (50, 5), "c": (40, 2)})
    outcome = count(instance, profile, Greedy(on_unaffordable=OnUnaffordable.STOP))
    assert outcome.winners == ("a",)
    assert outcome.project("c").reason is Reason.STOPPED
    assert outcome.reserve == ("b", "c")


def test_a_project_nobody_voted_for_never_wins():
    instance, profile = with_votes(100, {"a": (10, 1), "b": (10, 0)})
    outcome = count(instance, profile, Greedy())
    assert outcome.winners == ("a",)
    assert outcome.project("b").reason is Reason.NO_VOTES
    assert outcome.project("b").change == Change(more_votes=1)


def test_a_project_below_the_minimum_of_votes_cannot_win():
    instance, profile = with_votes(100, {"a": (10, 7), "b": (10, 3)})
    outcome = count(instance, profile, Greedy(min_votes=5))
    assert outcome.winners == ("a",)
    assert outcome.project("b").reason is Reason.TOO_FEW_VOTES
    assert outcome.project("b").detail.needed == 5
    assert outcome.project("b").change == Change(more_votes=2)


def test_the_minimum_can_be_a_share_of_all_valid_ballots_the_empty_ones_too():
    instance = instance_of(100, {"a": 10, "b": 10})
    profile = approval(instance, [("a", 6), ("b", 4), ("", 90)])
    tenth = Greedy(min_share=Fraction(5, 100))
    assert count(instance, profile, tenth).winners == ("a",)


def test_at_most_one_of_a_group_wins():
    instance, profile = with_votes(100, {"a": (10, 9), "b": (10, 5), "c": (10, 2)})
    outcome = count(instance, profile, Greedy(groups=(("a", "b"),)))
    assert outcome.winners == ("a", "c")
    assert outcome.project("b").reason is Reason.GROUP
    assert outcome.project("b").detail.group_winner == "a"
    assert outcome.project("b").change.more_votes == 5


def test_a_ward_takes_no_more_than_its_cap():
    instance, profile = with_votes(100, {"a": (30, 9), "b": (30, 5), "c": (20, 2)})
    cap = Cap("Ward 7", 50, ("a", "b", "c"))
    outcome = count(instance, profile, Greedy(caps=(cap,)))
    assert outcome.winners == ("a", "c")
    lost = outcome.project("b")
    assert (lost.reason, lost.detail.cap, lost.detail.cap_left) == (Reason.CAP, "Ward 7", 20)
    assert lost.change.cheaper_by == 10


def test_what_is_left_is_offered_to_the_next_in_line_whose_minimum_it_meets():
    instance = instance_of(100, {"a": 60, "b": 70, "c": 80}, b=50, c=40)
    profile = approval(instance, [("a", 9), ("b", 5), ("c", 2)])
    outcome = count(instance, profile, Greedy(part_fund=PartFund.NEXT))
    assert outcome.winners == ("a",)
    assert (outcome.part_funded.project, outcome.part_funded.amount) == ("c", 40)
    assert outcome.project("c").reason is Reason.PART_FUNDED
    assert outcome.project("c").awarded == 40
    assert count(instance, profile, Greedy()).part_funded is None


def test_a_withdrawn_project_stays_listed_and_cannot_win():
    instance, profile = with_votes(100, {"a": (10, 9), "b": (10, 5)})
    outcome = count(instance, profile, Greedy(withdrawn=("a",)))
    assert outcome.winners == ("b",)
    assert outcome.project("a").reason is Reason.WITHDRAWN
    assert outcome.project("a").votes == 9


def test_a_rule_that_names_an_unknown_project_is_refused():
    instance, profile = with_votes(100, {"a": (10, 9)})
    with pytest.raises(ValueError, match="project z, which is not on the ballot"):
        count(instance, profile, Greedy(groups=(("a", "z"),)))


def test_ranked_ballots_give_official_points_or_borda_points():
    instance = instance_of(10, {"a": 10, "b": 10})
    ballots = [Ballot((0, 1), count=3), Ballot((1,), count=2)]
    profile = Profile.of(VoteType.ORDINAL, ballots, max_length=2)
    official = count(instance, profile, Greedy())
    assert official.winners == ("b",)
    assert official.project("b").points == 7
    borda = count(instance, profile, Greedy(ordinal=Ordinal.BORDA))
    assert borda.winners == ("a",)
    assert borda.project("b").points == 0


def test_points_decide_where_people_gave_points():
    instance = instance_of(10, {"a": 10, "b": 10})
    ballots = [Ballot((0,), (1,), count=3), Ballot((1,), (4,))]
    profile = Profile.of(VoteType.CUMULATIVE, ballots)
    assert count(instance, profile, Greedy()).winners == ("b",)
    assert count(instance, profile, Greedy(utility=Utility.CARDINALITY)).winners == ("a",)


def test_value_for_money_can_rank():
    instance, profile = with_votes(100, {"a": (90, 9), "b": (20, 4)})
    assert count(instance, profile, Greedy()).winners == ("a",)
    assert count(instance, profile, Greedy(rank=Rank.VOTES_PER_COST)).winners == ("b",)


@given(generated(), RULES)
def test_no_count_spends_more_than_the_budget_or_funds_what_nobody_chose(
    election: Election, rule: Greedy
):
    outcome = count(election.instance, election.profile, rule)
    assert outcome.total_cost <= election.instance.budget
    assert all(outcome.project(id).votes > 0 for id in outcome.winners)


@given(generated(), RULES)
def test_skipping_leaves_no_project_that_still_fits(election: Election, rule: Greedy):
    outcome = count(election.instance, election.profile, rule)
    left = election.instance.budget - outcome.total_cost
    if rule.on_unaffordable is OnUnaffordable.SKIP:
        assert all(outcome.project(id).cost > left for id in outcome.reserve)


@given(generated(), RULES, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(election: Election, rule: Greedy, random):
    ballots = [replace(ballot, count=1) for ballot in election.profile for _ in range(ballot.count)]
    random.shuffle(ballots)
    shuffled = Profile.of(
        election.profile.vote_type, ballots, max_length=election.profile.max_length
    )
    before, after = (
        outcome_as_dict(count(election.instance, profile, rule))
        for profile in (election.profile, shuffled)
    )
    assert before == after


@given(generated(), RULES)
def test_a_loser_would_have_won_at_the_stated_lower_cost(election: Election, rule: Greedy):
    outcome = count(election.instance, election.profile, rule)
    for lost in outcome.projects:
        if lost.change is not None and lost.change.cheaper_by is not None:
            cheaper = tuple(
                replace(project, cost=project.cost - lost.change.cheaper_by)
                if project.id == lost.id
                else project
                for project in election.instance.projects
            )
            again = count(Instance(election.instance.budget, cheaper), election.profile, rule)
            assert lost.id in again.winners


@given(generated((VoteType.APPROVAL,)), RULES)
def test_a_loser_would_have_won_with_the_stated_votes_and_not_with_one_fewer(
    election: Election, rule: Greedy
):
    outcome = count(election.instance, election.profile, rule)
    for place, lost in enumerate(outcome.projects):
        if lost.won or lost.change.more_votes is None:
            continue
        for votes, wins in ((lost.change.more_votes, True), (lost.change.more_votes - 1, False)):
            profile = _with_more_votes(election, place, votes)
            assert (lost.id in count(election.instance, profile, rule).winners) is wins


def _with_more_votes(election: Election, place: int, votes: int) -> Profile:
    """More people name one project, with no more ballots: an empty ballot is filled for each."""
    profile = election.profile
    extra = Profile.of(profile.vote_type, [*profile, Ballot((place,), count=votes)])
    return replace(extra, ballots_cast=profile.ballots_cast)


@given(generated(), RULES)
def test_a_rule_survives_being_stored(election: Election, rule: Greedy):
    assert Greedy.from_dict(rule.as_dict()) == rule


def test_a_rule_with_every_parameter_survives_being_stored():
    rule = Greedy(
        groups=(("a", "b"),),
        caps=(Cap("Ward 7", 500, ("a",)),),
        part_fund=PartFund.NEXT,
        withdrawn=("c",),
        ties=TieRule(lot=("b", "a", "c")),
    )
    assert Greedy.from_dict(rule.as_dict()) == rule


def test_a_project_that_costs_nothing_comes_first_in_value_for_money():
    instance = Instance(10, (Project("a", 10), Project("b", 0)))
    profile = approval(instance, [("a", 5), ("b", 1)])
    assert count(instance, profile, Greedy(rank=Rank.VOTES_PER_COST)).winners == ("b", "a")
