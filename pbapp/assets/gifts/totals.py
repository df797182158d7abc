"""How many people offer a skill in a ward, said so that it leads to nobody. Pure.

Whoever reads the totals also sees every gift of the board in the list, and so knows their number.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

FEWEST = 5
Ward = TypeVar("Ward", bound=Hashable)


def ward_totals(counts: Mapping[Ward, int]) -> dict[Ward, int]:
    """The totals of 5 and more, for all wards of a board that have any gift, or for none at all.

    One small ward hides every ward's total: else the sum less the others would give it away.
    """
    if any(0 < number < FEWEST for number in counts.values()):
        return {}
    return {ward: number for ward, number in counts.items() if number}


def is_worth_a_recount(counted: Collection[str], now: Collection[str]) -> bool:
    """Whether so many gifts came or went that two counts, side by side, tell of no single one."""
    return len(set(counted) ^ set(now)) >= FEWEST
