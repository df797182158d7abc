"""When the made-up Coatbridge's entries are on, whom they serve, and what makes a good place."""

from __future__ import annotations

import re

from sqlalchemy import select

from pbapp.assets.models import Asset, AssetArea, AssetSession, AssetTerm, SessionUse, Vocabulary
from pbapp.assets.times import DAYS
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read

TIME = re.compile(r"(free )?(?:(-?\d) )?([A-Z,-]+) (\d+):(\d\d)-(\d+):(\d\d)")


def load_times(cast: Cast) -> None:
    """Add what the file has to the entries that stand already."""
    facts, names = read("times"), {one["key"]: one["name"] for one in read("assets")["assets"]}
    entries = {asset.name: asset for asset in db.session.scalars(select(Asset))}
    for key, times in facts["times"].items():
        entry = entries[names[key]]
        entry.sessions = [session_of(time) for time in times]
        if "term" not in entry.opening and any(s.use is SessionUse.OPEN for s in entry.sessions):
            entry.opening = ""  # the rows say all that the words said
    for key, codes in facts["serves"].items():
        served = [AssetArea(area_id=cast.wards[code].id) for code in codes]
        entries[names[key]].serves = served
    for key, slugs in facts["themes"].items():
        entries[names[key]].terms += [
            AssetTerm(vocabulary=Vocabulary.THEME, slug=slug) for slug in slugs
        ]
    db.session.flush()


def session_of(text: str) -> AssetSession:
    """What the file says as a row: "free TU 18:00-21:00", say."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"no time: {text}")
    free, nth, days, *hours = found.groups()
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, hours)
    return AssetSession(
        use=SessionUse.FREE if free else SessionUse.OPEN,
        days=sum(1 << number for number in _days(days)),
        opens=60 * opens_hour + opens_minute,
        closes=60 * closes_hour + closes_minute,
        nth=int(nth) if nth else None,
    )


def _days(text: str) -> set[int]:
    """Numbers of days: 0, 1, 2 and 5 for MO-WE,SA."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.update(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return found
