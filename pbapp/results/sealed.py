"""What two people sealed, as the count needs it: the pots, their projects, the rule for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.ballots.rules import rules_of
from pbapp.db import db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import Leftover, Round
from pbapp.rounds.queries import sealed_rule
from pbapp.tally import Rule, rule_from_dict

WHOLE = ""  # the pot of a round that has only one, and of the file that holds every ballot


@dataclass(frozen=True)
class SealedPot:
    """One pot that is counted apart. `id` is empty where the round has only one."""

    id: str
    name: str
    budget: int


@dataclass(frozen=True)
class BallotLine:
    """A project as sealed, with the pot that pays for it and what the round knows of it."""

    key: str
    title: str
    cost: int
    minimum: int | None
    pot: str
    proposal: Proposal | None


def pots(round: Round) -> list[SealedPot]:
    """The pots in the order money left over is carried; one without an id where it is alone."""
    rules = rules_of(round.config or {})
    if not rules.has_pots:
        return [SealedPot(WHOLE, rules.pots[0].name, rules.budget_pence)]
    return [SealedPot(pot.id, pot.name, pot.budget_pence) for pot in rules.pots]


def has_several(round: Round) -> bool:
    """Whether this round's pots are counted apart."""
    return bool(round.config) and len(pots(round)) > 1


def pot_name(round: Round, pot: str) -> str:
    """A pot's name where a round has several; empty where it has only one."""
    if pot == WHOLE:
        return ""
    return next((one.name for one in pots(round) if one.id == pot), "")


def next_pot(round: Round, pot: str) -> SealedPot | None:
    """The next pot that has projects, which gets what this one leaves where money is carried."""
    listed, empty = pots(round), unused_pots(round)
    place = next((place for place, one in enumerate(listed) if one.id == pot), len(listed))
    return next((one for one in listed[place + 1 :] if one not in empty), None)


def unused_pots(round: Round) -> list[SealedPot]:
    """Pots that no project on the ballot asks for money from: there is nothing to count."""
    if not has_several(round):
        return []
    rules = rules_of(round.config or {})
    return [pot for pot in pots(round) if not rules.in_pot(pot.id)]


def carries(round: Round) -> bool:
    """Whether what one pot leaves goes on to the next."""
    return (round.config or {}).get("leftover") == Leftover.CARRY.value and has_several(round)


def ballot_lines(round: Round, pot: str = WHOLE) -> list[BallotLine]:
    """The projects of the sealed ballot (of one pot) in the order of the drawn lot.

    Listed so, the file needs no second list: its own order is the lot that settles the last ties.
    """
    config = round.config or {}
    rules = rules_of(config)
    query = (
        select(Proposal)
        .where(Proposal.round_id == round.id)
        .options(joinedload(Proposal.priority), joinedload(Proposal.area))
    )
    proposals = {proposal.number: proposal for proposal in db.session.scalars(query)}
    known = {str(project["id"]): project for project in config["projects"]}
    lines = [
        BallotLine(
            key=key,
            title=known[key]["title"],
            cost=known[key]["cost_pence"],
            minimum=known[key].get("minimum_pence"),
            pot=rules.options[key].pot,
            proposal=proposals.get(known[key]["number"]),
        )
        for key in config.get("lot") or known
    ]
    return [line for line in lines if pot in (WHOLE, line.pot)]


def official_rule(
    round: Round, lines: Sequence[BallotLine], *, withdrawn: Collection[str] | None = None
) -> Rule:
    """The counting rule as sealed, for these projects of the ballot.

    A proposal withdrawn since stays listed and cannot win (a correction says by `withdrawn` which
    cannot). Groups, and caps on a ward's or a
    priority's share, become lists of the projects they bind. The drawn lot is the order of the
    file, so it is not said again: whoever counts the file need not be told the lot.
    """
    name, parameters = sealed_rule(round)
    keys = {line.key for line in lines}
    return rule_from_dict(
        name,
        {
            **parameters,
            "lot": None,
            "withdrawn": [
                line.key
                for line in lines
                if (_is_withdrawn(line) if withdrawn is None else line.key in withdrawn)
            ],
            "groups": _groups(parameters, keys),
            "caps": [
                {"name": cap["name"], "limit": cap["limit"], "projects": bound}
                for cap in parameters.get("caps") or ()
                if (bound := _bound(cap, lines))
            ],
        },
    )


def _is_withdrawn(line: BallotLine) -> bool:
    return line.proposal is not None and line.proposal.state is ProposalState.WITHDRAWN


def _groups(parameters: dict[str, Any], keys: set[str]) -> list[list[str]]:
    """Groups of projects of which only one may win; one project alone is no group."""
    groups = [
        [str(key) for key in group if str(key) in keys] for group in parameters.get("groups") or ()
    ]
    return [group for group in groups if len(group) > 1]


def _bound(cap: dict[str, Any], lines: Iterable[BallotLine]) -> list[str]:
    """The projects a cap binds: those it lists, or those of its ward or its priority."""
    if cap.get("projects"):
        listed = {str(key) for key in cap["projects"]}
        return [line.key for line in lines if line.key in listed]
    return [line.key for line in lines if line.proposal and _is_of(line.proposal, cap)]


def _is_of(proposal: Proposal, cap: dict[str, Any]) -> bool:
    in_ward = proposal.area is not None and proposal.area.gss_code == cap.get("ward")
    of_priority = proposal.priority is not None and proposal.priority.slug == cap.get("priority")
    return in_ward or of_priority
