"""The example ballots counted by the product itself: the same result as by our plain rules."""

from pbapp.demo import votes
from pbapp.tally import Ballot, Greedy, Instance, Profile, Project, TieRule, VoteType, count
from tests.demo.test_votes import BUDGET, COST, EXAMPLE, LOT, greedy


def counted():
    place = {key: number for number, key in enumerate(COST)}
    instance = Instance(BUDGET, tuple(Project(key, cost) for key, cost in COST.items()), exponent=2)
    ballots = [Ballot(tuple(place[key] for key in ballot)) for ballot in EXAMPLE.ballots]
    lot = TieRule(lot=tuple(sorted(LOT, key=LOT.__getitem__)))
    return count(instance, Profile.of(VoteType.APPROVAL, ballots), Greedy(ties=lot))


def test_the_product_finds_the_winners_that_the_plain_rule_finds():
    outcome = counted()
    assert set(outcome.winners) == set(greedy())


def test_the_product_meets_the_tie_that_the_lot_decides():
    fridge, football = votes.TIES[0]
    (tie,) = [tie for tie in counted().ties if set(tie.between) == {fridge, football}]
    assert tie.chosen == fridge
    assert tie.by == "lot"
    assert tie.decisive
