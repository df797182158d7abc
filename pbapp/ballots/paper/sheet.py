"""What stands on a ballot paper: read from the sealed configuration, whatever the vote type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Connection, PotsPerVoter, Round, VoteType

ORDINARY, LARGE = "ordinary", "large"


@dataclass(frozen=True)
class PaperProject:
    id: str
    title: str
    cost_pence: int


@dataclass(frozen=True)
class PaperPot:
    """One pot and the projects it may pay for."""

    name: str
    budget_pence: int
    ward: str | None
    projects: tuple[PaperProject, ...]


@dataclass(frozen=True)
class Sheet:
    """A ballot paper: its pots, and what makes a vote valid, which holds in each pot."""

    vote_type: VoteType
    pots: tuple[PaperPot, ...]
    one_pot: bool
    min_choices: int | None
    max_choices: int | None
    points_each: int | None
    points_most: int | None
    within_pot: bool
    currency: str
    connections: tuple[Connection, ...]

    @property
    def has_ward_pots(self) -> bool:
        return any(pot.ward for pot in self.pots)


def sheet_of(round: Round, ward: str | None = None) -> Sheet:
    """The paper of a sealed round; with `ward`, without the pots that belong to other wards.

    Raises `Refused` before the ballot is sealed, or when no pot is left.
    """
    if round.sealed_at is None or round.config is None:
        raise Refused(N_("The ballot of this round has not been sealed yet."))
    config: dict[str, Any] = round.config
    pots = [pot for pot in _pots(config) if pot.projects and (not ward or pot.ward in (None, ward))]
    if not pots:
        raise Refused(N_("No pot of this vote belongs to this ward."))
    one = config["vote_type"] == VoteType.CHOOSE_ONE.value
    return Sheet(
        vote_type=VoteType(config["vote_type"]),
        pots=tuple(pots),
        one_pot=len(pots) > 1 and config.get("pots_per_voter") == PotsPerVoter.ONE.value,
        min_choices=None if one else config.get("min_choices"),
        max_choices=1 if one else config["max_choices"],
        points_each=config.get("points_each"),
        points_most=config.get("points_most"),
        within_pot=config["within_pot"],
        currency=config.get("currency", "GBP"),
        connections=tuple(Connection(c) for c in config.get("connections", tuple(Connection))),
    )


def _pots(config: dict[str, Any]) -> Sequence[PaperPot]:
    """Pots with their projects; a round sealed before pots were told apart has one for all."""
    rows = config["projects"]
    if len(config["pots"]) == 1 or any("pot" not in row for row in rows):
        budget = sum(pot["budget_pence"] for pot in config["pots"])
        ward = config["pots"][0].get("ward") if len(config["pots"]) == 1 else None
        return [PaperPot(config["pots"][0]["name"], budget, ward, _projects(rows))]
    return [
        PaperPot(
            pot["name"],
            pot["budget_pence"],
            pot["ward"],
            _projects([row for row in rows if row["pot"] == pot["id"]]),
        )
        for pot in config["pots"]
    ]


def _projects(rows: Sequence[dict[str, Any]]) -> tuple[PaperProject, ...]:
    return tuple(PaperProject(row["id"], row["title"], row["cost_pence"]) for row in rows)
