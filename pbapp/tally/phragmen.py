"""Phragmén's sequential rule, for comparison with the rules a board can choose.

Every project a voter shares in raises that voter's load; the next project is the one that leaves
its supporters with the lowest equal load. A voter's load is the level of the last project they
shared in, so exact sums need only count how many supporters stand at each level.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pbapp.tally.model import Instance, Ordinal, Profile, Tie, Utility
from pbapp.tally.shares_rule import Phragmen
from pbapp.tally.supporters import Supporters
from pbapp.tally.ties import TieOrder

_EPS = 2.0**-52


class PhragmenCount:
    """One run: `winners` in the order bought, `levels` the load each left its supporters with."""

    def __init__(self, instance: Instance, profile: Profile, rule: Phragmen) -> None:
        self.supporters = Supporters(
            instance,
            profile,
            utility=Utility.CARDINALITY,
            ordinal=Ordinal.OFFICIAL,
            withdrawn=rule.withdrawn,
        )
        self.order: TieOrder = rule.ties.order(instance, self.supporters.votes)
        self.winners: list[int] = []
        self.levels: list[Fraction] = []
        self.ties: list[Tie] = []
        self._budget = left = instance.budget
        self._last = np.full(self.supporters.groups, -1)
        self._load = np.zeros(self.supporters.groups)
        cost = self.supporters.cost
        self._open = {place for place in self.supporters.able if cost[place] <= left}
        while self._open:
            level, tied = self._lowest()
            if any(cost[place] > left for place in tied):
                break
            if len(tied) > 1:
                number = len(self.winners) + 1
                self.ties.append(self.order.record(tied, stage="phragmen", round=number))
            place = self.order.first(tied)
            left -= cost[place]
            self._take(place, level)

    def _take(self, place: int, level: Fraction) -> None:
        rows = self.supporters.rows[place]
        self._last[rows] = len(self.winners)
        self._load[rows] = float(level)
        self._open.discard(place)
        self.winners.append(place)
        self.levels.append(level)

    def _lowest(self) -> tuple[Fraction, list[int]]:
        """The lowest level a project can be bought at now, and every project that has it.

        Floats leave a few candidates; their exact levels decide.
        """
        s = self.supporters
        held = np.add.reduceat(self._load[s.flat_rows] * s.flat_people[:, 0], s.flat_starts)
        level = (s.costs + held) / s.people_total
        slack = level * (s.sizes + len(self.winners) + 8) * _EPS
        is_open = np.array([place in self._open for place in s.listed.tolist()])
        level[~is_open] = np.inf
        near = s.listed[level - slack <= (level + slack)[is_open].min()]
        exact = {place: self._level(place) for place in near.tolist() if place in self._open}
        lowest = min(exact.values())
        return lowest, [place for place, level in exact.items() if level == lowest]

    def _level(self, place: int) -> Fraction:
        s = self.supporters
        at = np.bincount(
            self._last[s.rows[place]] + 1, s.people[place], minlength=len(self.winners) + 1
        )
        held = sum(
            (level * int(count) for level, count in zip(self.levels, at[1:], strict=True) if count),
            Fraction(0),
        )
        return (s.cost[place] + held) / s.votes[place]
