"""What a result means for everybody: facts about the whole, and two results side by side.

Needs only the ballots and the winners, so it serves every rule alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from pbapp.tally.model import Instance, Outcome, Profile


@dataclass(frozen=True, slots=True)
class Spread:
    """How many people got how much.

    `by_winners[k]` people have k winners among their choices (empty ballots are in `by_winners[0]`
    too); `with_a_winner` have at least one, which is `share` of all valid ballots. Of those who
    chose anything, a tenth got `low` or less of the money their choices asked for, half `middle`
    or less, nine tenths `high` or less (as shares from 0 to 1).
    """

    by_winners: tuple[int, ...]
    with_a_winner: int
    share: Fraction
    low: Fraction
    middle: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same ballots under two rules. `prefer_first` people get more money for their choices
    from the first result, `prefer_second` from the second; the others get the same."""

    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    cost_first: int
    cost_second: int
    first: Spread
    second: Spread
    prefer_first: int
    prefer_second: int


def spread(instance: Instance, profile: Profile, winners: tuple[str, ...]) -> Spread:
    """Who got what, over all valid ballots."""
    index, costs = instance.index, [project.cost for project in instance.projects]
    won = [False] * len(costs)
    for id in winners:
        won[index[id]] = True
    by_winners: Counter[int] = Counter()
    gifts: Counter[tuple[int, int]] = Counter()
    for ballot in profile:
        kept = [choice for choice in ballot.choices if won[choice]]
        by_winners[len(kept)] += ballot.count
        asked = sum(costs[choice] for choice in ballot.choices)
        if asked:
            gifts[sum(costs[choice] for choice in kept), asked] += ballot.count
    shares: Counter[Fraction] = Counter()
    for (got, asked), people in gifts.items():
        shares[Fraction(got, asked)] += people
    most = max(by_winners, default=0)
    with_a_winner = profile.ballots_cast - by_winners[0]
    return Spread(
        by_winners=tuple(by_winners[number] for number in range(most + 1)),
        with_a_winner=with_a_winner,
        share=Fraction(with_a_winner, max(profile.ballots_cast, 1)),
        low=_quantile(shares, Fraction(1, 10)),
        middle=_quantile(shares, Fraction(1, 2)),
        high=_quantile(shares, Fraction(9, 10)),
    )


def _quantile(shares: Counter[Fraction], part: Fraction) -> Fraction:
    """The least value that at least this part of the people do not exceed."""
    wanted, seen = part * sum(shares.values()), 0
    for value in sorted(shares):
        seen += shares[value]
        if seen >= wanted:
            return value
    return Fraction(0)


def compare(instance: Instance, profile: Profile, first: Outcome, second: Outcome) -> Comparison:
    """Two outcomes of the same ballots, side by side."""
    index, costs = instance.index, [project.cost for project in instance.projects]
    gain = [0] * len(costs)
    for id in first.winners:
        gain[index[id]] += costs[index[id]]
    for id in second.winners:
        gain[index[id]] -= costs[index[id]]
    prefer_first = prefer_second = 0
    for ballot in profile:
        difference = sum(gain[choice] for choice in ballot.choices)
        prefer_first += ballot.count * (difference > 0)
        prefer_second += ballot.count * (difference < 0)
    ours, theirs = set(first.winners), set(second.winners)
    return Comparison(
        both=tuple(id for id in first.winners if id in theirs),
        only_first=tuple(id for id in first.winners if id not in theirs),
        only_second=tuple(id for id in second.winners if id not in ours),
        cost_first=first.total_cost,
        cost_second=second.total_cost,
        first=spread(instance, profile, first.winners),
        second=spread(instance, profile, second.winners),
        prefer_first=prefer_first,
        prefer_second=prefer_second,
    )
