"""How the pot was spent by fifths of the index of deprivation, of the places projects happen in.

A project's fifth is that of the data zone whose middle is nearest to its place, kept when it is
counted. It is shown added up only: no place is ever named with its fifth.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from pbapp.places.models import DataZone
from pbapp.places.queries import list_zones, nearest_zone
from pbapp.results.sealed import BallotLine
from pbapp.rounds.models import Round


def fifths_of(round: Round, lines: Iterable[BallotLine]) -> dict[str, int]:
    """The fifth of each project that has a place, by its key; empty where no index is known."""
    zones = zones_of(round)
    found = {}
    for line in lines:
        proposal = line.proposal
        if zones and proposal is not None and proposal.lat is not None:
            here = [zone for zone in zones if proposal.area_id in (None, zone.area_id)]
            zone = nearest_zone(proposal.lat, proposal.lon or 0.0, here or zones)
            found[line.key] = zone.quintile
    return found


def zones_of(round: Round) -> list[DataZone]:
    """The data zones of a round's wards, each with the index it is of."""
    return list_zones([item.area_id for item in round.round_areas])


def fifth_name(key: str) -> str:
    return {
        "1": _("First fifth: where the index finds most need"),
        "2": _("Second fifth"),
        "3": _("Third fifth"),
        "4": _("Fourth fifth"),
        "5": _("Fifth fifth: where it finds least need"),
    }.get(key, _("Not known"))
