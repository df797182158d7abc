"""What several people's scores come to: the average, and where they see a bid differently.

Pure: points from 0 to 5 by criterion, each criterion with its weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

# Two people this far apart have read different things: they should talk before it is decided.
FAR_APART = 2


@dataclass(frozen=True)
class Line:
    """One criterion over all sheets. `points` in the order of the sheets."""

    criterion_id: int
    points: tuple[int, ...]

    @property
    def average(self) -> Fraction:
        return Fraction(sum(self.points), len(self.points))

    @property
    def spread(self) -> int:
        return max(self.points) - min(self.points)

    @property
    def is_far_apart(self) -> bool:
        return self.spread >= FAR_APART


@dataclass(frozen=True)
class Summary:
    """All sheets of one bid. `average` is weighted, 0 to 5; `spread` the widest of a line."""

    sheets: int
    average: Fraction
    lines: tuple[Line, ...]

    @property
    def spread(self) -> int:
        return max(line.spread for line in self.lines)

    @property
    def is_far_apart(self) -> bool:
        return any(line.is_far_apart for line in self.lines)

    @property
    def in_words(self) -> str:
        """The average with one digit after the dot, rounded half up."""
        return one_digit(self.average)


def one_digit(value: Fraction) -> str:
    tenths = int(value * 10 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def summarise(weights: Mapping[int, int], sheets: Sequence[Mapping[int, int]]) -> Summary | None:
    """What the sheets come to; None while there is none.

    `weights` maps criterion to weight, each sheet criterion to points; every sheet has them all.
    """
    if not sheets or not weights:
        return None
    lines = tuple(Line(key, tuple(sheet[key] for sheet in sheets)) for key in weights)
    total = sum(weights[line.criterion_id] * line.average for line in lines)
    return Summary(len(sheets), total / Fraction(sum(weights.values())), lines)
