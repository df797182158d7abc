"""The example ballots of last year's round, counted here by two plain rules of our own."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from pbapp.demo import votes

CONTENT = Path(votes.__file__).parent / "coatbridge"
ROUND = next(
    row
    for row in tomllib.loads((CONTENT / "rounds.toml").read_text())["rounds"]
    if row.get("ballots") == "votes"
)
PROPOSALS = tomllib.loads((CONTENT / "proposals/last-year.toml").read_text())["proposals"]
COST = {row["key"]: row["cost_pence"] for row in PROPOSALS}
WARDS = {row["key"]: row["wards"] for row in PROPOSALS}
LOT = {row["key"]: ROUND["lot"].index(row["number"]) for row in PROPOSALS}
BUDGET = ROUND["budget_pence"]
EXAMPLE = votes.example_votes(COST, BUDGET)


def greedy(budget=BUDGET, lot=LOT):
    support = EXAMPLE.support()
    left, winners = budget, []
    for key in sorted(COST, key=lambda key: (-support[key], COST[key], lot[key])):
        if support[key] and COST[key] <= left:
            winners.append(key)
            left -= COST[key]
    return winners


def price(key, supporters, money):
    """What each supporter who can pay in full pays for it; None if they cannot afford it."""
    if sum(money[voter] for voter in supporters) < COST[key]:
        return None
    due, payers = Fraction(COST[key]), len(supporters)
    for voter in sorted(supporters, key=money.__getitem__):
        if money[voter] * payers >= due:
            break
        due -= money[voter]
        payers -= 1
    return due / payers


def equal_shares(share):
    money = dict.fromkeys(range(len(EXAMPLE.ballots)), Fraction(share))
    supporters = {
        key: [voter for voter, ballot in enumerate(EXAMPLE.ballots) if key in ballot]
        for key in COST
    }
    winners = []
    while True:
        offers = []
        for key in COST.keys() - set(winners):
            each = price(key, supporters[key], money)
            if each is not None:
                offers.append((each / COST[key], COST[key], LOT[key], key, each))
        if not offers:
            return winners
        *_, key, each = min(offers)
        for voter in supporters[key]:
            money[voter] -= min(each, money[voter])
        winners.append(key)


def equal_shares_with_more_money_until_the_pot_is_used():
    share, winners = Fraction(BUDGET, len(EXAMPLE.ballots)), []
    while True:
        found = equal_shares(share)
        if sum(COST[key] for key in found) > BUDGET:
            return winners
        winners = found
        share += 100


def only_for(ward, winners):
    return [key for key in winners if WARDS[key] == [ward]]


def without_a_winner(winners):
    return sum(not set(ballot) & set(winners) for ballot in EXAMPLE.ballots)


def test_the_same_1200_ballots_come_out_every_time():
    assert votes.example_votes(COST, BUDGET) == EXAMPLE
    assert len(EXAMPLE.ballots) == 1200
    support = EXAMPLE.support()
    assert support["money-mondays"] == 373
    assert support["rosebrae-swings"] == 353


def test_every_ballot_keeps_the_rules_of_the_round():
    for ballot in EXAMPLE.ballots:
        assert 1 <= len(ballot) <= ROUND["max_choices"]
        assert len(set(ballot)) == len(ballot)
        assert sum(COST[key] for key in ballot) <= BUDGET


def test_people_who_voted_are_counted_apart_and_no_group_of_them_is_small():
    for counted in (EXAMPLE.by_ward, EXAMPLE.by_channel, EXAMPLE.by_connection):
        assert sum(counted.values()) == 1200
        assert min(counted.values()) >= 10


def test_ballots_for_other_proposals_are_refused():
    with pytest.raises(ValueError, match="not the proposals"):
        votes.example_votes({"something-else": 100}, BUDGET)


def test_most_votes_first_gives_north_and_west_nothing_of_their_own():
    winners = greedy()
    assert sum(COST[key] for key in winners) == 49_850_00
    assert only_for(votes.NORTH, winners) == only_for(votes.WEST, winners) == []
    assert len(only_for(votes.SOUTH, winners)) == 7


def test_equal_shares_gives_every_ward_something_and_leaves_fewer_people_out():
    first = equal_shares(Fraction(BUDGET, 1200))
    assert set(first) - set(greedy())
    winners = equal_shares_with_more_money_until_the_pot_is_used()
    assert sum(COST[key] for key in winners) <= BUDGET
    assert only_for(votes.NORTH, winners)
    assert only_for(votes.WEST, winners)
    assert without_a_winner(winners) * 2 < without_a_winner(greedy())


def test_the_lot_decides_which_of_two_equal_projects_gets_the_last_of_the_money():
    fridge, football = votes.TIES[0]
    support = EXAMPLE.support()
    assert support[fridge] == support[football]
    assert COST[fridge] == COST[football]
    other_way_round = LOT | {fridge: LOT[football], football: LOT[fridge]}
    assert fridge in greedy()
    assert football not in greedy()
    assert football in greedy(lot=other_way_round)
    assert fridge not in greedy(lot=other_way_round)


def test_another_tie_is_settled_by_the_lower_cost():
    tablets, kits = votes.TIES[1]
    support = EXAMPLE.support()
    assert support[tablets] == support[kits]
    assert COST[tablets] < COST[kits]


def test_every_winner_and_nobody_else_has_a_delivery_note():
    told = {row["key"] for row in PROPOSALS if "delivery" in row}
    assert told == set(greedy())
    for row in PROPOSALS:
        note = row.get("delivery")
        if note:
            assert note["status"] in {"done", "under-way", "late"}
            assert 0 < note["spent_pence"] <= row["cost_pence"]
            assert note["reported"] < 0
