"""What the literature promises of these rules, on generated elections, by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from pbapp.tally import (
    Ballot,
    Completion,
    Election,
    EqualShares,
    Greedy,
    Instance,
    Ordinal,
    Outcome,
    Phragmen,
    Profile,
    Project,
    Rule,
    TieRule,
    Utility,
    VoteType,
    count,
    outcome_as_dict,
)
from pbapp.tally.shares import SharesCount
from pbapp.tally.shares_facts import Ledger
from tests.tally.elections import generated

APPROVALS = (VoteType.APPROVAL, VoteType.CHOOSE_1)
PLAIN = EqualShares(completion=Completion.NONE)
ADD1 = EqualShares(completion=Completion.ADD1, step=Fraction(1))
EVERY = [Greedy(), PLAIN, ADD1, EqualShares(step=Fraction(1)), Phragmen()]

rules = st.sampled_from(EVERY)


def run(election: Election, rule: Rule) -> Outcome:
    return count(election.instance, election.profile, rule)


def shuffled(profile: Profile, random) -> Profile:
    ballots = [
        Ballot(ballot.choices, ballot.points) for ballot in profile for _ in range(ballot.count)
    ]
    random.shuffle(ballots)
    return Profile.of(
        profile.vote_type, ballots, points_scale=profile.points_scale, max_length=profile.max_length
    )


@given(generated(), rules)
def test_no_rule_overspends_or_funds_what_nobody_chose(election: Election, rule: Rule):
    outcome = run(election, rule)
    assert outcome.total_cost <= election.instance.budget
    assert outcome.total_cost == sum(outcome.project(id).cost for id in outcome.winners)
    assert all(outcome.project(id).votes > 0 for id in outcome.winners)
    assert len(set(outcome.winners)) == len(outcome.winners)


@given(generated(), rules, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing_at_all(election: Election, rule: Rule, random):
    mixed = shuffled(election.profile, random)
    before = outcome_as_dict(run(election, rule))
    assert outcome_as_dict(count(election.instance, mixed, rule)) == before


@given(generated(), rules, st.randoms(use_true_random=False))
def test_the_order_of_projects_in_the_file_changes_nothing_once_a_lot_is_drawn(
    election: Election, rule: Rule, random
):
    projects = list(election.instance.projects)
    ids = [project.id for project in projects]
    rule = replace(rule, ties=TieRule(lot=tuple(sorted(ids))))
    random.shuffle(projects)
    moved = {project.id: place for place, project in enumerate(projects)}
    ballots = [
        Ballot(tuple(moved[ids[choice]] for choice in ballot.choices), ballot.points, ballot.count)
        for ballot in election.profile
    ]
    profile = Profile.of(
        election.profile.vote_type, ballots, max_length=election.profile.max_length
    )
    other = Instance(election.instance.budget, tuple(projects))
    assert count(other, profile, rule).winners == run(election, rule).winners


@given(generated(), rules, st.integers(2, 9))
def test_counting_in_smaller_money_changes_nothing(election: Election, rule: Rule, factor: int):
    instance = election.instance
    finer = Instance(
        instance.budget * factor,
        tuple(Project(project.id, project.cost * factor) for project in instance.projects),
    )
    before = run(election, rule)
    if isinstance(rule, EqualShares):
        rule = replace(rule, step=rule.step * factor)
    assert count(finer, election.profile, rule).winners == before.winners


@given(generated())
def test_add1u_leaves_nothing_supported_that_still_fits(election: Election):
    outcome = run(election, EqualShares(step=Fraction(1)))
    left = election.instance.budget - outcome.total_cost
    points = election.profile.default_utility() is Utility.POINTS
    for lost in outcome.projects:
        supported = lost.points if points else lost.votes
        assert lost.won or not supported or lost.cost > left


@given(generated(APPROVALS))
def test_a_greedy_winner_wins_with_more_votes_too(election: Election):
    outcome = run(election, Greedy())
    for place, project in enumerate(election.instance.projects):
        if project.id in outcome.winners:
            more = Profile.of(VoteType.APPROVAL, [*election.profile, Ballot((place,))])
            more = replace(more, ballots_cast=election.profile.ballots_cast)
            assert project.id in count(election.instance, more, Greedy()).winners


@given(generated(APPROVALS))
def test_an_equal_shares_winner_wins_when_it_gets_cheaper(election: Election):
    """Discount monotonicity of the plain rule with cardinality utility."""
    rule = replace(PLAIN, utility=Utility.CARDINALITY)
    outcome = run(election, rule)
    for place, project in enumerate(election.instance.projects):
        if project.id in outcome.winners and project.cost > 1:
            projects = list(election.instance.projects)
            projects[place] = replace(project, cost=project.cost - 1)
            cheaper = Instance(election.instance.budget, tuple(projects))
            assert project.id in count(cheaper, election.profile, rule).winners


# -- prices -------------------------------------------------------------------------------------


@given(generated(), st.sampled_from([PLAIN, ADD1]), st.sampled_from(Ordinal))
def test_winners_are_paid_for_by_their_supporters_out_of_equal_shares(
    election: Election, rule: EqualShares, ordinal: Ordinal
):
    """Priceability: nobody pays more than their share or for what they did not choose; each
    winner is paid exactly; and no loser's supporters have enough left to pay for it."""
    found = SharesCount(election.instance, election.profile, replace(rule, ordinal=ordinal))
    ledger = Ledger(found)
    paid = dict.fromkeys(range(found.supporters.groups), Fraction(0))
    for place in found.bought:
        share = ledger.share(place)
        assert share.price is not None
        total = Fraction(0)
        rows, people = found.supporters.rows[place], found.supporters.people[place]
        for at, (row, number) in enumerate(zip(rows.tolist(), people.tolist(), strict=True)):
            unit = 1 if found.supporters.units is None else int(found.supporters.units[place][at])
            gift = min(found.endowment - paid[row], share.price * unit)
            paid[row] += gift
            total += gift * int(number)
        assert total == found.supporters.cost[place]
    assert all(0 <= gift <= found.endowment for gift in paid.values())
    for place in found.supporters.able:
        if place not in found.bought:
            rows, people = found.supporters.rows[place], found.supporters.people[place]
            left = sum(
                (found.endowment - paid[row]) * int(number)
                for row, number in zip(rows.tolist(), people.tolist(), strict=True)
            )
            assert left < found.supporters.cost[place]
            assert left == ledger.share(place).supporters_left


# -- fair to every group ------------------------------------------------------------------------


def subsets(items: range) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(items, size) for size in range(1, len(items) + 1))


@settings(max_examples=60, deadline=None)
@given(generated((VoteType.APPROVAL,), max_projects=5, max_ballots=7))
def test_no_group_that_could_pay_for_what_it_agrees_on_is_left_behind(election: Election):
    """Extended justified representation up to one project, cost utility, by brute force: for each
    set of projects and each group that all choose it and whose shares cover it, somebody in the
    group gets (with one more project of the set) more than that set is worth."""
    outcome = run(election, PLAIN)
    projects = election.instance.projects
    voters = [set(b.choices) for b in election.profile for _ in range(b.count)]
    share = Fraction(election.instance.budget, len(voters))
    won = {place for place, project in enumerate(projects) if project.id in outcome.winners}
    for wanted in subsets(range(len(projects))):
        cost = sum(projects[place].cost for place in wanted)
        agree = [choices for choices in voters if choices.issuperset(wanted)]
        size = -(-cost // share)
        if len(agree) < size:
            continue
        # The worst group of that size are the voters who get least.
        got = sorted(sum(projects[p].cost for p in choices & won) for choices in agree)
        best_of_worst = got[int(size) - 1]
        missing = [projects[place].cost for place in wanted if place not in won]
        assert best_of_worst + max(missing, default=0) >= cost


@given(generated(APPROVALS))
def test_phragmen_levels_never_fall(election: Election):
    outcome = run(election, Phragmen())
    levels = [outcome.project(id).detail.level for id in outcome.winners]
    assert levels == sorted(levels)
