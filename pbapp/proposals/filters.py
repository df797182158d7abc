"""How a visitor narrows the list of proposals down, kept in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from pbapp.proposals.queries import Listed

WHOLE_AREA = "whole"


@dataclass(frozen=True)
class Band:
    """A range of costs, in pence; `upto` is included."""

    key: str
    above: int
    upto: int | None

    def holds(self, pence: int) -> bool:
        return pence > self.above and (self.upto is None or pence <= self.upto)


BANDS = (
    Band("to-1000", 0, 1_000_00),
    Band("to-5000", 1_000_00, 5_000_00),
    Band("over-5000", 5_000_00, None),
)


@dataclass(frozen=True)
class Filters:
    """What a visitor narrowed the list down to; a value nobody offers narrows nothing."""

    priority: str = ""
    ward: str = ""
    cost: str = ""
    view: str = "cards"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        view = args.get("view", "")
        return cls(
            priority=args.get("priority", ""),
            ward=args.get("ward", ""),
            cost=args.get("cost", ""),
            view=view if view in ("cards", "table", "map") else "cards",
        )

    def known(self, found: list[Listed]) -> Filters:
        """The same, without values that no proposal of the round has."""
        return replace(
            self,
            priority=self.priority if self.priority in priorities_of(found) else "",
            ward=self.ward if self.ward in wards_of(found) else "",
            cost=self.cost if self.cost in {band.key for band in BANDS} else "",
        )

    def apply(self, found: list[Listed]) -> list[Listed]:
        band = next((band for band in BANDS if band.key == self.cost), None)
        return [
            one
            for one in found
            if (not self.priority or one.priority_slug == self.priority)
            and (not self.ward or (one.ward_code or WHOLE_AREA) == self.ward)
            and (band is None or band.holds(one.cost_pence))
        ]

    def values(self, **changed: Any) -> dict[str, Any]:
        """For an address: only what differs from the plain list."""
        now = {"priority": self.priority, "ward": self.ward, "cost": self.cost}
        now["view"] = "" if self.view == "cards" else self.view
        return {name: value for name, value in {**now, **changed}.items() if value}

    @property
    def is_any(self) -> bool:
        return bool(self.priority or self.ward or self.cost)


def priorities_of(found: list[Listed]) -> dict[str, str]:
    """Slug to name of the priorities that have a proposal."""
    return {one.priority_slug: one.priority_name or "" for one in found if one.priority_slug}


def wards_of(found: list[Listed]) -> dict[str, str]:
    """Code to name of the wards that have a proposal, and the whole area if it has one."""
    named = {one.ward_code: one.ward_name or "" for one in found if one.ward_code}
    wards = dict(sorted(named.items(), key=lambda pair: pair[1]))
    if any(one.ward_code is None for one in found):
        wards[WHOLE_AREA] = _("The whole area")
    return wards
