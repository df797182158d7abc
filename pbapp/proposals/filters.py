"""How a visitor narrows the list of proposals down, kept in the address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from pbapp.proposals.models import ProposalState
from pbapp.proposals.queries import Listed

WHOLE_AREA = "whole"
NARROWING = ("priority", "ward", "cost", "status")
BALLOT, FUNDED, NOT_FUNDED = "ballot", "funded", "not_funded"
WITHDRAWN, REFUSED = "withdrawn", "refused"


@dataclass(frozen=True)
class Found:
    """A round's public proposals, and what they can be narrowed down by.

    `funded` holds the ids of those that won, None before the result is out; `names` the round's
    wards by code.
    """

    proposals: list[Listed]
    names: Mapping[str, str]
    funded: Collection[int] | None = None

    @cached_property
    def priorities(self) -> dict[str, str]:
        """Slug to name of the priorities that have a proposal."""
        found = self.proposals
        return {one.priority_slug: one.priority_name or "" for one in found if one.priority_slug}

    @cached_property
    def wards(self) -> dict[str, str]:
        """Code to name of the wards that have a proposal, and the whole area if it has one."""
        own = {one.ward_code: one.ward_name or "" for one in self.proposals if one.ward_code}
        codes = {code for one in self.proposals for code in one.ward_codes}
        named = {code: self.names.get(code) or own.get(code, "") for code in codes}
        wards = dict(sorted(named.items(), key=lambda pair: pair[1]))
        if any(not one.ward_codes for one in self.proposals):
            wards[WHOLE_AREA] = _("The whole area")
        return wards

    @cached_property
    def statuses(self) -> dict[str, str]:
        """What has become of them, as far as there is more than one answer."""
        words = {
            FUNDED: _("Funded"),
            NOT_FUNDED: _("Not funded"),
            BALLOT: _("On the ballot"),
            WITHDRAWN: _("Withdrawn"),
            REFUSED: _("Refused"),
        }
        there = {self._status(one) for one in self.proposals}
        return (
            {key: name for key, name in words.items() if key in there} if there != {BALLOT} else {}
        )

    def has_status(self, one: Listed, status: str) -> bool:
        if status:
            return self._status(one) == status
        return self._status(one) != REFUSED

    def ward_words(self, one: Listed) -> str:
        """Its wards by name, or that it is for the whole area."""
        names = sorted(self.wards[code] for code in one.ward_codes)
        return ", ".join(names) or _("The whole area")

    def _status(self, one: Listed) -> str:
        if one.state is ProposalState.REFUSED:
            return REFUSED
        if one.is_withdrawn:
            return WITHDRAWN
        if self.funded is None:
            return BALLOT
        return FUNDED if one.id in self.funded else NOT_FUNDED


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
    status: str = ""
    view: str = "cards"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        view = args.get("view", "")
        return cls(
            priority=args.get("priority", ""),
            ward=args.get("ward", ""),
            cost=args.get("cost", ""),
            status=args.get("status", ""),
            view=view if view in ("cards", "table", "map") else "cards",
        )

    def known(self, found: Found) -> Filters:
        """The same, without values that no proposal of the round has."""
        return replace(
            self,
            priority=self.priority if self.priority in found.priorities else "",
            ward=self.ward if self.ward in found.wards else "",
            cost=self.cost if self.cost in {band.key for band in BANDS} else "",
            status=self.status if self.status in found.statuses else "",
        )

    def apply(self, found: Found) -> list[Listed]:
        """What matches; what was refused only where somebody asks for it."""
        band = next((band for band in BANDS if band.key == self.cost), None)
        return [
            one
            for one in found.proposals
            if (not self.priority or one.priority_slug == self.priority)
            and (not self.ward or self.ward in (one.ward_codes or [WHOLE_AREA]))
            and (band is None or band.holds(one.cost_pence))
            and found.has_status(one, self.status)
        ]

    def values(self, **changed: Any) -> dict[str, Any]:
        """For an address: only what differs from the plain list."""
        now = {name: getattr(self, name) for name in NARROWING}
        now["view"] = "" if self.view == "cards" else self.view
        return {name: value for name, value in {**now, **changed}.items() if value}

    @property
    def is_any(self) -> bool:
        return any(getattr(self, name) for name in NARROWING)
