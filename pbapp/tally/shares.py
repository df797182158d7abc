"""The Method of Equal Shares: everybody gets the same share of the pot to spend.

Round by round the project is bought that costs its supporters least for what it is worth to
them, each paying the same price (or all they have left), until no project's supporters can pay
for it together. `shares_rule` names the sources and the parameters.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from pbapp.tally.add1 import Add1, Search
from pbapp.tally.greedy import GreedyCount
from pbapp.tally.greedy_rule import Greedy, Rank
from pbapp.tally.lanes import Lanes
from pbapp.tally.model import Instance, Listen, Profile, Tie
from pbapp.tally.shares_rule import Completion, EqualShares
from pbapp.tally.supporters import Supporters


class SharesCount:
    """One whole count: the deciding run, the money it left, and what that was spent on.

    `bought` are the winners of the deciding run, in order; `filled` what the completion added;
    `greedy` the winners of the comparison where more people preferred them, else None.
    """

    def __init__(
        self,
        instance: Instance,
        profile: Profile,
        rule: EqualShares,
        *,
        listen: Listen | None = None,
    ) -> None:
        self.instance, self.profile, self.rule = instance, profile, rule
        self.utility = rule.utility or profile.default_utility()
        index = instance.index
        for id in rule.withdrawn:
            if id not in index:
                raise ValueError(f"the rule names project {id}, which is not on the ballot")
        self.supporters = Supporters(
            instance,
            profile,
            utility=self.utility,
            ordinal=rule.ordinal,
            withdrawn=rule.withdrawn,
        )
        self.votes: list[int] = self.supporters.supported.tolist()
        self.order = rule.ties.order(instance, self.votes)
        self.first = Fraction(instance.budget, max(profile.ballots_cast, 1))
        self.search = self._search(listen)
        self.endowment = self.first + self.search.step * rule.step
        self.lanes = Lanes(self.supporters, [self.endowment], budget=None, ties=self.order)
        self.lane = self.lanes.run()[0]
        self.bought = self.lane.winners
        self.filled = self._fill() if rule.completion is Completion.ADD1U else []
        self.prefer_greedy, self.prefer_shares = 0, 0
        self.greedy = self._comparison() if rule.comparison else None

    @property
    def winners(self) -> list[int]:
        return self.bought + self.filled if self.greedy is None else self.greedy

    def _search(self, listen: Listen | None) -> Search:
        if self.rule.completion is Completion.NONE or not self.supporters.able:
            return Search(0, False, 1, frozenset())

        return Add1(
            self.supporters,
            budget=self.instance.budget,
            first=self.first,
            step=self.rule.step,
            stop_exhaustive=self.rule.stop_exhaustive,
            ties=self.order,
            listen=listen,
        ).run()

    def _fill(self) -> list[int]:
        """Spend what is left greedily, with the same utility, on what has not won."""
        ids = [project.id for project in self.instance.projects]
        rest = replace(self.instance, budget=self.instance.budget - self.lane.cost)
        won = tuple(ids[place] for place in self.bought)
        rule = self._greedy_rule(rank=Rank.UTILITY_PER_COST, beside=won)
        self.fill = GreedyCount(rest, self.profile, rule)
        return self.fill.winners

    def reserve(self) -> list[int]:
        """Who moves up if a winner drops out: the others with support, in the order in which the
        completion would spend money that comes back."""
        ids = [project.id for project in self.instance.projects]
        won = tuple(ids[place] for place in self.winners)
        rule = self._greedy_rule(rank=Rank.UTILITY_PER_COST, beside=won)
        return GreedyCount(self.instance, self.profile, rule).line

    def _greedy_rule(self, *, rank: Rank, beside: tuple[str, ...] = ()) -> Greedy:
        return Greedy(
            rank=rank,
            utility=self.utility,
            ordinal=self.rule.ordinal,
            withdrawn=(*self.rule.withdrawn, *beside),
            ties=self.rule.ties,
        )

    def _comparison(self) -> list[int] | None:
        """The greedy winners, if more people get more from them; equal shares keeps a draw."""
        greedy = GreedyCount(self.instance, self.profile, self._greedy_rule(rank=Rank.VOTES))
        value = np.zeros(self.supporters.size, dtype=np.int64)
        for places, sign in ((greedy.winners, 1), (self.bought + self.filled, -1)):
            for place in places:
                value[place] += sign * self.supporters.scale[place]
        differ = np.flatnonzero(value)
        gain = self.supporters.matrix[:, differ].astype(np.int64) @ value[differ]
        self.prefer_greedy = int(self.supporters.count[gain > 0].sum())
        self.prefer_shares = int(self.supporters.count[gain < 0].sum())
        return greedy.winners if self.prefer_greedy > self.prefer_shares else None

    def ties(self) -> list[Tie]:
        """Ties of the deciding run and of the completion, then the pairs met at earlier steps."""
        free = len(self.bought) - len(self.lanes.exact().purchases)
        found = [
            self.order.record(tied, stage="equal_shares", round=number + free)
            for number, tied in self.lane.ties
        ]
        if self.rule.completion is Completion.ADD1U:
            found += [replace(tie, stage="completion") for tie in self.fill.ties()]
        decided = {(tied[0], other) for _, tied in self.lane.ties for other in tied[1:]}
        earlier = sorted(self.search.ties - decided, key=self._pair_rank)
        found += [self.order.record(pair, stage="earlier_step", round=0) for pair in earlier]
        return found

    def _pair_rank(self, pair: tuple[int, int]) -> tuple[int, int]:
        return self.order.rank[pair[0]], self.order.rank[pair[1]]
