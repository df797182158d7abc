"""What the made-up entries offer: times, cost, ages, access and where else they come."""

from __future__ import annotations

import re
from typing import Any

from pbapp.assets.models import Asset, AssetArea, AssetSession, AssetTerm, Cost, Vocabulary
from pbapp.demo.people import Cast
from pbapp.demo.reading import read

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NTH = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1}
HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def add_details(cast: Cast, asset: Asset, entry: dict[str, Any]) -> None:
    """Put what details.toml says of an entry, and its access as terms, into the entry."""
    facts = read("details")
    terms = facts["terms"]
    its: dict[str, Any] = facts.get(entry["key"], {})
    asset.sessions = [_session(text) for text in its.get("times", [])]
    asset.cost = Cost(its["cost"]) if "cost" in its else None
    asset.cost_words = its.get("cost_words", "")
    youngest, oldest = its.get("ages", (0, 120))
    asset.age_from = youngest or None
    asset.age_to = oldest if oldest < 120 else None
    marks = [
        *((Vocabulary.ACCESS, terms[key]) for key in entry.get("access", []) if key in terms),
        *((Vocabulary.AUDIENCE, slug) for slug in its.get("audience", [])),
        *((Vocabulary.THEME, slug) for slug in its.get("themes", [])),
    ]
    asset.terms = [AssetTerm(vocabulary=vocabulary, slug=slug) for vocabulary, slug in marks]
    asset.serves = [AssetArea(area_id=cast.wards[code].id) for code in its.get("serves", [])]


def _session(text: str) -> AssetSession:
    *words, hours = text.split()
    found = HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f"no times: {text}")
    start_hour, start, end_hour, end = (int(part) for part in found.groups())
    return AssetSession(
        days=sum(1 << DAYS.index(word) for word in words if word in DAYS),
        nth=next((NTH[word] for word in words if word in NTH), None),
        opens=60 * start_hour + start,
        closes=60 * end_hour + end,
    )
