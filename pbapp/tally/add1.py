"""Add1: the step at which it stops, without counting every step.

Step t counts with everybody's share `first + t * step`. Add1 stops at the first step whose winners
leave no room for another supported project, or at the step before the first that overspends.
What step t buys is not monotone in t, so nothing may be skipped without proof: see `lanes` for
how two lanes prove everything between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from pbapp.tally.lanes import Lane, Lanes
from pbapp.tally.model import Listen, Progress
from pbapp.tally.supporters import Supporters
from pbapp.tally.ties import TieOrder

_FIRST_LANES = 12
_MOST_LANES = 32
_CELLS = 800_000
_WIDEST = 2**20


@dataclass(frozen=True, slots=True)
class Search:
    """Where Add1 stopped. `exhaustive` says nothing more fitted; otherwise the next step would
    have overspent. `ties` are the pairs (chosen, passed over) met at any step."""

    step: int
    exhaustive: bool
    counted: int
    ties: frozenset[tuple[int, int]]


# The step it stops at, and whether that is because nothing more fits.
_Stop = tuple[int, bool]


class Add1:
    """One search. `listen` hears each time a further step has been reached."""

    def __init__(
        self,
        supporters: Supporters,
        *,
        budget: int,
        first: Fraction,
        step: Fraction,
        stop_exhaustive: bool,
        ties: TieOrder,
        listen: Listen | None = None,
    ) -> None:
        self._s, self._ties, self._listen = supporters, ties, listen
        self._reached = -1
        self._budget, self._first, self._step = budget, first, step
        self._stop_exhaustive = stop_exhaustive
        self._most = max(2, min(_MOST_LANES, _CELLS // max(supporters.groups, 1)))
        self._met: dict[int, set[tuple[int, int]]] = {}
        self._counted = 0

    def run(self) -> Search:
        step, stride, size = 0, 1, min(_FIRST_LANES, self._most)
        while True:
            chain = [step + number * stride for number in range(size)]
            found, share = self._through([chain])
            if found is not None:
                return self._search(*found)
            step = chain[-1] + 1
            size = min(self._most, size * 2)
            # Widening pays only where nearly every gap is proved: an unproved one is counted again.
            if share > 0.9:
                stride = min(stride * 4, _WIDEST)
            elif share < 0.75:
                stride = max(1, stride // 4)

    def _through(self, chains: Sequence[Sequence[int]]) -> tuple[_Stop | None, float]:
        """Count the steps of each chain, then those between them not proved to be the same.

        Also says what share of the gaps was proved: whether wider ones are worth trying.
        """
        lanes = iter(self._count(chains))
        gaps: list[tuple[int, int]] = []
        found, same, pairs = None, 0, 0
        for chain in chains:
            before, previous = 0, None
            for step, lane in zip(chain, lanes, strict=False):
                if previous is not None:
                    pairs += 1
                    same += lane.same and lane.winners == previous.winners
                    if step - before > 1 and not lane.same:
                        gaps.append((before + 1, step - 1))
                before, previous = step, lane
                found = self._stops_at(step, lane)
                if found is not None:
                    break
            if found is not None:
                break
        for group in self._in_batches(gaps):
            earlier, _ = self._through(group)
            if earlier is not None:
                return earlier, 0.0
        return found, same / max(pairs, 1)

    def _in_batches(self, gaps: Sequence[tuple[int, int]]) -> Iterator[list[list[int]]]:
        """Chains that begin and end where the gaps do, as many together as one batch holds."""
        group: list[list[int]] = []
        room = self._most
        share = max(2, self._most // max(len(gaps), 1))
        for first, last in gaps:
            stride = max(1, -(-(last - first) // (share - 1)))
            chain = [*range(first, last, stride), last]
            if group and len(chain) > room:
                yield group
                group, room = [], self._most
            group.append(chain)
            room -= len(chain)
        if group:
            yield group

    def _count(self, chains: Sequence[Sequence[int]]) -> list[Lane]:
        steps = [step for chain in chains for step in chain]
        self._counted += len(steps)
        lanes = Lanes(
            self._s,
            [self._first + step * self._step for step in steps],
            budget=self._budget,
            ties=self._ties,
            proving=any(b - a > 1 for chain in chains for a, b in pairwise(chain)),
        ).run()
        within = [
            (step, lane.cost) for step, lane in zip(steps, lanes, strict=True) if not lane.over
        ]
        if self._listen is not None and within and within[-1][0] > self._reached:
            self._reached, cost = within[-1]
            self._listen(Progress("counting", self._reached, cost))
        return lanes

    def _search(self, step: int, exhaustive: bool) -> Search:
        met = (pairs for at, pairs in self._met.items() if at <= step)
        return Search(step, exhaustive, self._counted, frozenset().union(*met))

    def _stops_at(self, step: int, lane: Lane) -> _Stop | None:
        if lane.over:
            return step - 1, False
        if lane.ties:
            self._met[step] = {(tied[0], other) for _, tied in lane.ties for other in tied[1:]}
        return (step, True) if self._ends(lane) else None

    def _ends(self, lane: Lane) -> bool:
        """Nothing more can be bought: by any count, or within what this one leaves."""
        won = set(lane.winners)
        losers = [place for place in self._s.able if place not in won]
        if not losers:
            return True
        left = self._budget - lane.cost
        return self._stop_exhaustive and all(self._s.cost[place] > left for place in losers)
