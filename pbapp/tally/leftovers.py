"""Several pots of one round: each counted apart, and what one leaves carried on to the next.

Whether money is carried, and in which order, is published before voting opens. Carried forward
only: a pot is counted with its own money and with what the pots before it left, so no ward's or
priority's own vote is ever decided by money that another one's vote took away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pbapp.tally.model import Instance, Outcome, Profile
from pbapp.tally.rules import Rule, count


@dataclass(frozen=True, slots=True)
class Pot:
    """One pot before its count: its own projects, the ballots that choose any of them, its rule."""

    name: str
    instance: Instance
    profile: Profile
    rule: Rule


@dataclass(frozen=True, slots=True)
class Counted:
    """One pot's outcome, with what was `carried_in` from pots before it and what it `left`.

    An offer to the next in line is set aside until the group answers, so it is not left.
    """

    name: str
    carried_in: int
    outcome: Outcome
    left: int


def count_pots(pots: Sequence[Pot], *, carry: bool, explain: bool = True) -> Iterator[Counted]:
    """Count pot by pot in the published order; raises ValueError where two have one name.

    With `carry` all that a pot leaves goes to the next one, and the last one's rest is left over.
    """
    if len({pot.name for pot in pots}) != len(pots):
        raise ValueError("two pots have the same name")
    carried = 0
    for pot in pots:
        outcome = count(pot.instance, pot.profile, pot.rule, carried_in=carried, explain=explain)
        left = pot.instance.budget + carried - given(outcome)
        yield Counted(pot.name, carried, outcome, left)
        carried = left if carry else 0


def given(outcome: Outcome) -> int:
    """What a count spends: its winners, and what it offers to the next in line."""
    offer = outcome.part_funded
    return outcome.total_cost + (0 if offer is None else offer.amount)
