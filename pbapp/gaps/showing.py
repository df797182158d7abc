"""What pages show of the figures: wards with their shades, and weak spots in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pbapp.gaps import drawing, words
from pbapp.gaps.queries import Gaps
from pbapp.gaps.weak import Lack, WeakSpot, find_weak
from pbapp.places.models import Area, Boundary
from pbapp.places.queries import attribution
from pbapp.plans.models import PriorityVersion


@dataclass(frozen=True)
class Told:
    """A weak spot for a page; `proposals` wait for a vote or its result and would help there."""

    says: str
    ward: Area
    version: PriorityVersion
    spot: WeakSpot
    proposals: list[Any]

    @property
    def has_entries(self) -> bool:
        return self.spot.lack is not Lack.NOTHING

    @property
    def is_about_checking(self) -> bool:
        return self.spot.lack is Lack.STALE


def weak_spots(
    gaps: Gaps, undecided: Iterable[Any], version: PriorityVersion | None = None
) -> list[Told]:
    """The weak spots of a board, or of one priority, the worst first.

    `undecided` are proposals with their priority and wards; one for no ward is for all of them.
    """
    wards = {ward.id: ward for ward in gaps.wards}
    versions = {v.priority_id: v for v in gaps.priorities if version in (None, v)}
    waiting = list(undecided)
    return [
        Told(
            words.weak(spot, wards[spot.area_id].name, versions[spot.priority_id].title),
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


def shaded(
    gaps: Gaps, shapes: list[Boundary], chosen: PriorityVersion | None, measure: words.Measure
) -> dict[str, object]:
    """The wards with a shade and a figure each, and what the shades mean."""
    said = {
        row.area_id: measure.say(row.overall if chosen is None else row.cells[chosen.priority_id])
        for row in gaps.rows
    }
    scale = measure.scale(said.values())
    shades = {area_id: measure.shade(one, scale) for area_id, one in said.items()}
    frame = drawing.frame_of(shapes)
    names = {ward.id: ward.name for ward in gaps.wards}
    return {
        "frame": frame,
        "wards": [
            {
                "drawn": drawn,
                "name": names[drawn.area_id],
                "shade": shades[drawn.area_id],
                "figure": said[drawn.area_id].figure,
            }
            for drawn in drawing.draw(shapes, frame)
        ],
        "legend": words.legend(scale, set(shades.values()), measure),
        "source": attribution(shapes[0].boundary_set),
    }
