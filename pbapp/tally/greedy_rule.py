"""The greedy count's parameters: everything that must be fixed before voting opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from pbapp.tally.model import Ordinal, Utility
from pbapp.tally.ties import TieRule


class Rank(StrEnum):
    """What the order of support is: votes (points where people gave points), or value for money."""

    VOTES = "votes"
    UTILITY_PER_COST = "utility-per-cost"
    VOTES_PER_COST = "votes-per-cost"


class OnUnaffordable(StrEnum):
    SKIP = "skip"
    STOP = "stop"


class PartFund(StrEnum):
    NONE = "none"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Cap:
    """Together these projects may take at most `limit` (a ward's or a priority's share)."""

    name: str
    limit: int
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Greedy:
    """The rule's parameters. `min_votes` is compared with what the order counts (votes or points);
    `min_share` with the share of all valid ballots that name the project."""

    rank: Rank = Rank.VOTES
    utility: Utility | None = None
    ordinal: Ordinal = Ordinal.OFFICIAL
    on_unaffordable: OnUnaffordable = OnUnaffordable.SKIP
    min_votes: int = 0
    min_share: Fraction | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    caps: tuple[Cap, ...] = ()
    part_fund: PartFund = PartFund.NONE
    withdrawn: tuple[str, ...] = ()
    ties: TieRule = field(default_factory=TieRule)

    name = "greedy"

    def as_dict(self) -> dict[str, object]:
        """Every parameter, ready to be stored, hashed and published."""
        return {
            "rank": str(self.rank),
            "utility": None if self.utility is None else str(self.utility),
            "ordinal": str(self.ordinal),
            "on_unaffordable": str(self.on_unaffordable),
            "min_votes": self.min_votes,
            "min_share": None if self.min_share is None else str(self.min_share),
            "groups": [list(group) for group in self.groups],
            "caps": [
                {"name": cap.name, "limit": cap.limit, "projects": list(cap.projects)}
                for cap in self.caps
            ],
            "part_fund": str(self.part_fund),
            "withdrawn": list(self.withdrawn),
            **self.ties.as_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Greedy:
        """The rule that `as_dict` described; raises ValueError on a value it does not know."""
        given = dict(values)
        utility, share = given.get("utility"), given.get("min_share")
        groups: list[list[str]] = given.get("groups") or []  # type: ignore[assignment]
        caps: list[dict[str, object]] = given.get("caps") or []  # type: ignore[assignment]
        withdrawn: list[str] = given.get("withdrawn") or []  # type: ignore[assignment]
        return cls(
            rank=Rank(str(given.get("rank", Rank.VOTES))),
            utility=None if utility is None else Utility(str(utility)),
            ordinal=Ordinal(str(given.get("ordinal", Ordinal.OFFICIAL))),
            on_unaffordable=OnUnaffordable(str(given.get("on_unaffordable", "skip"))),
            min_votes=int(str(given.get("min_votes", 0))),
            min_share=None if share is None else Fraction(str(share)),
            groups=tuple(tuple(group) for group in groups),
            caps=tuple(
                Cap(str(cap["name"]), int(str(cap["limit"])), tuple(cap.get("projects") or ()))  # type: ignore[arg-type]
                for cap in caps
            ),
            part_fund=PartFund(str(given.get("part_fund", "none"))),
            withdrawn=tuple(withdrawn),
            ties=TieRule.from_dict(given),
        )
