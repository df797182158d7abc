"""Load the whole demo, in the order in which things stand on each other."""

from __future__ import annotations

from collections.abc import Callable

from pbapp.config import ROOT
from pbapp.demo.assets import load_assets
from pbapp.demo.people import load_cast
from pbapp.demo.reading import Calendar, read
from pbapp.demo.rounds import load_rounds
from pbapp.places import services as places


def load(timezone: str, *, tell: Callable[[str], object]) -> None:
    """Fill an empty installation; the caller commits. `tell` hears what is being done."""
    tell("Loading the council, its wards and boards, the plan and people …")
    cast = load_cast(Calendar.from_today(timezone))
    schematic = read("council")["schematic"]
    boundary_set = places.load_schematic(
        path=ROOT / schematic["file"],
        council=cast.council.area,
        name=schematic["name"],
        source=schematic["source"],
        attribution=schematic["attribution"],
    )
    tell("Loading what is on the map …")
    load_assets(cast)
    tell("Loading rounds, proposals and last year's 1,200 ballots …")
    load_rounds(cast, boundary_set)
