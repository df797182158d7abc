"""The Method of Equal Shares: its parameters.

Source: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive
Utilities", NeurIPS 2021; completions as on equalshares.net.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from pbapp.tally.model import Ordinal, Utility
from pbapp.tally.ties import TieRule


class Completion(StrEnum):
    """What happens when the first count leaves money.

    `ADD1` counts again with everybody's share a step larger, until nothing more fits or the next
    count would overspend. `ADD1U` then spends what is left greedily.
    """

    NONE = "none"
    ADD1 = "add1"
    ADD1U = "add1u"


@dataclass(frozen=True, slots=True)
class EqualShares:
    """`step` is in minor units (100: a pound). `stop_exhaustive` also ends Add1 as soon as no
    supported project fits what is left. `comparison` funds the greedy winners instead where more
    people prefer them."""

    utility: Utility | None = None
    ordinal: Ordinal = Ordinal.OFFICIAL
    completion: Completion = Completion.ADD1U
    step: Fraction = Fraction(100)
    stop_exhaustive: bool = True
    comparison: bool = False
    withdrawn: tuple[str, ...] = ()
    ties: TieRule = field(default_factory=TieRule)

    name = "equalshares"

    def __post_init__(self) -> None:
        if self.step <= 0:
            raise ValueError("the step must be more than 0")

    def as_dict(self) -> dict[str, object]:
        """Every parameter, ready to be stored, hashed and published."""
        return {
            "utility": None if self.utility is None else str(self.utility),
            "ordinal": str(self.ordinal),
            "completion": str(self.completion),
            "step": str(self.step),
            "stop_exhaustive": self.stop_exhaustive,
            "comparison": self.comparison,
            "withdrawn": list(self.withdrawn),
            **self.ties.as_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> EqualShares:
        """The rule that `as_dict` described; raises ValueError on a value it does not know."""
        utility = values.get("utility")
        withdrawn: list[str] = values.get("withdrawn") or []  # type: ignore[assignment]
        return cls(
            utility=None if utility is None else Utility(str(utility)),
            ordinal=Ordinal(str(values.get("ordinal", Ordinal.OFFICIAL))),
            completion=Completion(str(values.get("completion", Completion.ADD1U))),
            step=Fraction(str(values.get("step", 100))),
            stop_exhaustive=bool(values.get("stop_exhaustive", True)),
            comparison=bool(values.get("comparison", False)),
            withdrawn=tuple(withdrawn),
            ties=TieRule.from_dict(values),
        )


@dataclass(frozen=True, slots=True)
class Phragmen:
    """Phragmén's sequential rule, for comparison: money flows in evenly and each project is
    bought as soon as its supporters can pay for it together; stops when that project does not
    fit the budget. Source: Los, Christoff, Grossi, "Proportional Budget Allocations", IJCAI 2022.
    """

    withdrawn: tuple[str, ...] = ()
    ties: TieRule = field(default_factory=TieRule)

    name = "phragmen"

    def as_dict(self) -> dict[str, object]:
        return {"withdrawn": list(self.withdrawn), **self.ties.as_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Phragmen:
        withdrawn: list[str] = values.get("withdrawn") or []  # type: ignore[assignment]
        return cls(withdrawn=tuple(withdrawn), ties=TieRule.from_dict(values))
