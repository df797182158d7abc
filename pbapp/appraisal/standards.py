"""What a round checks and scores unless its people settle something else: data/standards.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "standards.toml"


@dataclass(frozen=True)
class CriterionTerms:
    """One thing bids are scored for: what 0 and what 5 points mean, and how much it counts."""

    name: str
    low: str
    high: str
    weight: int = 1


@dataclass(frozen=True)
class Standard:
    """The checks by key, and the criteria, of rounds that began from one template."""

    checks: tuple[str, ...]
    criteria: tuple[CriterionTerms, ...]


@lru_cache(maxsize=1)
def _all() -> dict[str, Standard]:
    facts = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        entry["template"]: Standard(
            checks=tuple(entry["checks"]),
            criteria=tuple(CriterionTerms(**terms) for terms in entry["criteria"]),
        )
        for entry in facts["standards"]
    }


def standard_of(template: str) -> Standard:
    """The standard of a template; of a round without one, or with an old one, the general one."""
    return _all().get(template, _all()[""])
