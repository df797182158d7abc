"""Where a board is weakest, by rules from its figures alone. Pure: rows in, weak spots out.

Each rule needs something known: where nothing is known there is a gap in what we know, which is
no weak spot of a ward. What comes to a ward from elsewhere counts as cover of it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pbapp.gaps.measures import Cell, WardRow

# A ten-minute walk: what Scottish planning guidance calls local (20-minute neighbourhoods).
FAR_KM = 0.8


class Lack(enum.StrEnum):
    """What is weak, the worst first."""

    NOTHING = "nothing"
    EVENING_AND_WEEKEND = "evening_and_weekend"
    EVENING = "evening"
    WEEKEND = "weekend"
    FAR = "far"
    STALE = "stale"


@dataclass(frozen=True)
class WeakSpot:
    """One thing that one ward lacks for one priority; `unknown` entries might yet have it."""

    lack: Lack
    area_id: int
    priority_id: int
    cell: Cell

    @property
    def unknown(self) -> int:
        """How many entries there are whose times we do not know."""
        here, coming = self.cell.here, self.cell.coming
        return here.entries - here.known + coming.entries - coming.known


def find_weak(rows: Iterable[WardRow], priority_ids: Sequence[int]) -> list[WeakSpot]:
    """Every weak spot: the worst first, then in the order of the rows and of the plan."""
    order = list(Lack)
    found = [
        WeakSpot(lack, row.area_id, priority_id, row.cells[priority_id])
        for row in rows
        for priority_id in priority_ids
        for lack in _lacks(row.cells[priority_id])
    ]
    return sorted(found, key=lambda spot: order.index(spot.lack))


def _lacks(cell: Cell) -> list[Lack]:
    if not cell.entries and not cell.coming.entries:
        return [Lack.NOTHING]
    lacks = []
    if cell.here.known or cell.coming.known:
        evening = cell.here.evening + cell.coming.evening
        weekend = cell.here.weekend + cell.coming.weekend
        if not evening and not weekend:
            lacks.append(Lack.EVENING_AND_WEEKEND)
        elif not evening:
            lacks.append(Lack.EVENING)
        elif not weekend:
            lacks.append(Lack.WEEKEND)
    half = cell.distance.half if cell.distance else None
    if half is not None and half > FAR_KM:
        lacks.append(Lack.FAR)
    if cell.entries and not cell.fresh:
        lacks.append(Lack.STALE)
    return lacks
