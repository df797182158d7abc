"""What the made-up entries cost, for whom they are, and how one gets in."""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import Asset, AssetTerm, Cost, Vocabulary
from pbapp.demo.reading import read


def add_details(asset: Asset, entry: dict[str, Any]) -> None:
    """Put what details.toml says of an entry, and its access as terms, into the entry."""
    facts = read("details")
    terms = facts["terms"]
    its: dict[str, Any] = facts.get(entry["key"], {})
    asset.cost = Cost(its["cost"]) if "cost" in its else None
    asset.cost_words = its.get("cost_words", "")
    youngest, oldest = its.get("ages", (0, 120))
    asset.age_from = youngest or None
    asset.age_to = oldest if oldest < 120 else None
    marks = [
        *((Vocabulary.ACCESS, terms[key]) for key in entry.get("access", []) if key in terms),
        *((Vocabulary.AUDIENCE, slug) for slug in its.get("audience", [])),
    ]
    asset.terms = [AssetTerm(vocabulary=vocabulary, slug=slug) for vocabulary, slug in marks]
