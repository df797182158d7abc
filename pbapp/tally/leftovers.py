"""What happens to money that a pot's count leaves, by an order published before voting opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbapp.tally.model import Instance, Outcome


@dataclass(frozen=True, slots=True)
class Pot:
    """A counted pot: what was on its ballot, and the result with its reserve list."""

    name: str
    instance: Instance
    outcome: Outcome

    @property
    def left(self) -> int:
        part = self.outcome.part_funded
        given = self.outcome.total_cost + (0 if part is None else part.amount)
        return self.instance.budget - given


@dataclass(frozen=True, slots=True)
class Carried:
    """What the leftovers paid for: the pot whose reserve moved up, the project, its cost."""

    pot: str
    project: str
    cost: int


def carry(pots: Sequence[Pot], order: Sequence[str]) -> tuple[list[Carried], int]:
    """Put all leftovers together and fund reserves, pot by pot in the published order.

    Within a pot the reserve list is followed; a project that does not fit is passed over. Returns
    what was funded and what still is left (for the funder, or next year). Raises ValueError where
    the order does not name known pots, or one twice.
    """
    known: Mapping[str, Pot] = {pot.name: pot for pot in pots}
    if len(set(order)) != len(order) or not set(order) <= set(known):
        raise ValueError("the order of pots names a pot twice, or one that was not counted")
    left = sum(pot.left for pot in pots)
    carried: list[Carried] = []
    for name in order:
        pot = known[name]
        offered = pot.outcome.part_funded
        costs = {project.id: project.cost for project in pot.instance.projects}
        for id in pot.outcome.reserve:
            if (offered is None or offered.project != id) and costs[id] <= left:
                carried.append(Carried(name, id, costs[id]))
                left -= costs[id]
    return carried, left
