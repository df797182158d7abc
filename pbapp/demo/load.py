"""Load the whole demo, in the order in which things stand on each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from pbapp.config import ROOT
from pbapp.demo.appraisal import load_appraisal
from pbapp.demo.assets import load_assets
from pbapp.demo.bids import load_bids
from pbapp.demo.delivery import load_delivery
from pbapp.demo.desk import load_desk
from pbapp.demo.engagement import load_engagement
from pbapp.demo.groups import load_groups
from pbapp.demo.keeping import load_keeping
from pbapp.demo.landmarks import load_landmarks
from pbapp.demo.meetings import load_meetings
from pbapp.demo.news import load_news
from pbapp.demo.participation import load_participation
from pbapp.demo.people import Cast, load_cast
from pbapp.demo.plans import load_plan_progress
from pbapp.demo.reading import Calendar, read
from pbapp.demo.rounds import load_rounds
from pbapp.demo.times import load_times
from pbapp.demo.together import load_together
from pbapp.demo.voices import load_voices
from pbapp.places import services as places
from pbapp.places.deprivation_file import ZoneRow
from pbapp.web.context import settings


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
    _load_zones(cast)
    tell("Loading what is on the map …")
    load_assets(cast)
    load_landmarks(cast)
    load_times(cast)
    load_voices(cast)
    load_groups(cast)
    load_together(cast)
    load_keeping(cast)
    load_plan_progress(cast)
    load_engagement(cast)
    tell("Loading rounds, proposals and last year's 1,200 ballots …")
    load_rounds(cast, boundary_set)
    load_bids(cast)
    load_appraisal(cast)
    load_delivery(cast)
    load_meetings(cast)
    load_participation(cast)
    load_news(cast)
    load_desk(cast)
    _keep_calendar()


def _keep_calendar() -> None:
    """The council's holidays and committees, for whoever sets a round up."""
    there = settings().instance / "calendar.toml"
    if not there.exists():
        shutil.copyfile(Path(__file__).parent / "coatbridge" / "calendar.toml", there)


def _load_zones(cast: Cast) -> None:
    """Made-up data zones round each ward's centre, so that wards can be compared."""
    facts = read("zones")
    rows: list[ZoneRow] = []
    for zone in facts["zones"]:
        ward = cast.wards[zone["ward"]]
        north, east = zone["km"]
        rows.append(
            ZoneRow(
                code=f"S019900{len(rows) + 1:02}",
                ward_code=ward.gss_code,
                people=zone["people"],
                quintile=zone["fifth"],
                decile=None,
                lat=round((ward.centre_lat or 0.0) + north / 111.2, 5),
                lon=round((ward.centre_lon or 0.0) + east / 62.4, 5),
            )
        )
    index = facts["index"]
    places.import_deprivation(
        council=cast.council.area,
        rows=rows,
        name=index["name"],
        source=index["source"],
        attribution=index["attribution"],
    )
