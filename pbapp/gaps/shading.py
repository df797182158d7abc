"""How dark a ward is drawn: none, steps, no data, or nothing to say. Never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# "nothing": the figure has no meaning there, such as how far it is to where nobody lives.
NO_DATA, NONE, NOTHING = "no-data", "none", "nothing"
STEPS = 3


@dataclass(frozen=True)
class Scale:
    """Upper ends of the steps, round to one decimal; empty while every figure is 0 or missing."""

    ends: tuple[float, ...]

    def shade(self, figure: float | None) -> str:
        """The name of a figure's shade: "no-data", "none", "1", "2" or "3"."""
        if figure is None:
            return NO_DATA
        if not figure:
            return NONE
        shown = max(0.1, round(figure, 1))  # as it is read in the table, so both say the same
        for number, end in enumerate(self.ends[:-1], 1):
            if shown <= end:
                return str(number)
        return str(len(self.ends))


# Shares in whole hundredths, by thirds: the same on every map, so that two can be compared.
SHARES = Scale((33.0, 67.0, 100.0))


def scale_of(figures: Sequence[float | None]) -> Scale:
    """Equal steps up to the highest figure; fewer if a decimal cannot tell them apart."""
    most = max((figure for figure in figures if figure), default=0.0)
    if not most:
        return Scale(())
    ends = sorted({max(0.1, round(most * n / STEPS, 1)) for n in range(1, STEPS + 1)})
    return Scale(tuple(ends))
