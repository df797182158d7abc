"""Weak spots with their ward, their priority, and the proposals that would help there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pbapp.gaps.queries import Gaps
from pbapp.gaps.weak.rules import Lack, WeakSpot, find_weak
from pbapp.places.models import Area
from pbapp.plans.models import PriorityVersion


@dataclass(frozen=True)
class Spot:
    """A weak spot for a page; `proposals` wait for a vote or its result and would help there."""

    ward: Area
    version: PriorityVersion
    weak: WeakSpot
    proposals: list[Any]

    @property
    def has_entries(self) -> bool:
        return self.weak.lack is not Lack.NOTHING

    @property
    def is_about_checking(self) -> bool:
        return self.weak.lack is Lack.STALE


def find_spots(
    gaps: Gaps, undecided: Iterable[Any], version: PriorityVersion | None = None
) -> list[Spot]:
    """The weak spots of a board, or of one priority, the worst first.

    `undecided` are proposals with their priority and wards; one for no ward is for all of them.
    """
    wards = {ward.id: ward for ward in gaps.wards}
    versions = {v.priority_id: v for v in gaps.priorities if version in (None, v)}
    waiting = list(undecided)
    return [
        Spot(
            wards[spot.area_id],
            versions[spot.priority_id],
            spot,
            [
                one
                for one in waiting
                if one.priority_id == spot.priority_id
                and (not one.wards or wards[spot.area_id] in one.wards)
                and spot.lack is not Lack.STALE
            ],
        )
        for spot in find_weak((gaps.row_of(ward) for ward in gaps.wards), list(versions))
    ]
