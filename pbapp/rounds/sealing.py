"""Freeze what is voted on: two people, one canonical text, one hash.

Dates are not in it: making a phase longer must not break a ballot that is already cast.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import PhaseKind, Pot, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import log, must_lead_the_vote
from pbapp.tally.digest import canonical, sha256

FORMAT = 2


@dataclass(frozen=True)
class BallotProject:
    """One project as it stands on the ballot. `number` is its number in the round."""

    number: int
    title: str
    cost_pence: int
    minimum_pence: int | None = None
    area_id: int | None = None
    priority_id: int | None = None


def digest(config: dict[str, Any]) -> str:
    """SHA-256 of the configuration's canonical JSON, as 64 hexadecimal digits."""
    return sha256(canonical(config))


def draft_config(round: Round, projects: Sequence[BallotProject]) -> dict[str, Any]:
    """Everything the seal will cover but the lot, which is drawn at the moment of sealing."""
    pots = numbered_pots(round)
    return {
        "format": FORMAT,
        "round": {"id": round.id, "slug": round.slug, "title": round.title},
        "currency": round.currency,
        "vote_type": round.vote_type.value,
        "min_choices": round.min_choices,
        "max_choices": round.max_choices,
        "points_each": round.points_each,
        "points_most": round.points_most,
        "within_pot": round.within_pot,
        "min_age": round.min_age,
        "connections": list(round.connections),
        "methods": list(round.methods),
        "people_per_contact": round.people_per_contact,
        "wards": sorted(item.area.gss_code for item in round.round_areas),
        "pots_per_voter": round.pots_per_voter.value,
        "profile": round.profile.value,
        "leftover": round.leftover.value,
        "has_reserve": round.has_reserve,
        "conditions": round.conditions,
        "pots": [
            {
                "id": pot_id,
                "name": pot.name,
                "budget_pence": pot.budget_pence,
                "funder": pot.funder.name if pot.funder else None,
                "funders": [
                    {"name": share.funder.name, "amount_pence": share.amount_pence}
                    for share in pot.shares
                ],
                "payment_approver": pot.payment_approver,
                "is_binding": pot.is_binding,
                "underspend": pot.underspend.value,
                "ward": pot.area.gss_code if pot.area else None,
                "priority": pot.priority.slug if pot.priority else None,
            }
            for pot_id, pot in pots.items()
        ],
        "rule": dict(round.rule),
        "rule_words": round.rule_words,
        "projects": [
            {
                "id": str(project.number),
                "number": project.number,
                "title": project.title,
                "cost_pence": project.cost_pence,
                "minimum_pence": project.minimum_pence,
                "pot": _pot_of(project, pots),
            }
            for project in sorted(projects, key=lambda project: project.number)
        ],
    }


def numbered_pots(round: Round) -> dict[str, Pot]:
    """The pots by their id on the ballot: "1", "2" … in the order money left over is carried."""
    ordered = sorted(round.pots, key=lambda pot: pot.id)
    return {str(number): pot for number, pot in enumerate(ordered, start=1)}


def _pot_of(project: BallotProject, pots: Mapping[str, Pot]) -> str:
    """The pot that pays for a project, by its id on the ballot."""
    paying = paying_pot(pots.values(), project.area_id, project.priority_id)
    for pot_id, pot in pots.items():
        if pot is paying:
            return pot_id
    raise Refused(
        N_("No pot pays for “%(title)s”: it is not in the ward or priority of any."),
        title=project.title,
    )


def paying_pot(pots: Iterable[Pot], area_id: int | None, priority_id: int | None) -> Pot | None:
    """The pot that pays for a project: its ward's or its priority's, or else the one for all."""
    general = None
    for pot in sorted(pots, key=lambda pot: pot.id):
        if pot.area_id is not None and pot.area_id == area_id:
            return pot
        if pot.priority_id is not None and pot.priority_id == priority_id:
            return pot
        if pot.area_id is None and pot.priority_id is None:
            general = general or pot
    return general


def ask_to_seal(*, round: Round, projects: Sequence[BallotProject], by: Account) -> None:
    """The first of two people says that the ballot is right. Asking again replaces the first ask.

    What they saw is kept, so that the second person seals exactly that. The caller holds the
    round (`rounds.services.hold`) before it lists the projects.
    """
    must_lead_the_vote(round, by)
    _check_it_may_be_sealed(round, projects)
    config = draft_config(round, projects)
    round.config = config
    round.seal_asked_by_id = by.id
    flush()
    log(round, by, "round.seal_asked", {"draft_hash": digest(config)})


def seal(
    *,
    round: Round,
    projects: Sequence[BallotProject],
    by: Account,
    lot: Sequence[int] | None = None,
) -> str:
    """The second person freezes rules and projects and the lot for ties is drawn.

    Returns the hash of the sealed configuration. Raises `Refused` for the same person, or when
    something changed since it was asked for. The caller holds the round before it lists the
    projects, so that none comes or goes meanwhile. `lot` is for a lot that was drawn elsewhere and
    published before (project numbers in order); otherwise it is drawn here.
    """
    must_lead_the_vote(round, by)
    _check_it_may_be_sealed(round, projects)
    if round.seal_asked_by_id is None:
        raise Refused(N_("Somebody has to ask for the ballot to be sealed first."))
    if round.seal_asked_by_id == by.id:
        raise Refused(N_("A second person has to seal the ballot: not the one who asked for it."))
    config = draft_config(round, projects)
    if round.config is None or digest(round.config) != digest(config):
        raise Refused(
            N_(
                "The projects or the rules have changed since sealing was asked for. "
                "Look at them again, and ask again."
            )
        )
    config["lot"] = _draw(config, lot)
    round.config = config
    round.config_hash = digest(config)
    round.sealed_by_id = by.id
    round.sealed_at = clock.now()
    flush()
    facts = {"config_hash": round.config_hash, "lot": config["lot"]}
    log(round, by, "round.sealed", facts)
    return round.config_hash


def _draw(config: dict[str, Any], given: Sequence[int] | None) -> list[str]:
    ids: list[str] = [project["id"] for project in config["projects"]]
    if given is None:
        secrets.SystemRandom().shuffle(ids)
        return ids
    lot = [str(number) for number in given]
    if sorted(lot) != sorted(ids):
        raise Refused(N_("The lot has to name every project on the ballot once."), "lot")
    return lot


def _check_it_may_be_sealed(round: Round, projects: Sequence[BallotProject]) -> None:
    if round.sealed_at is not None:
        raise Refused(N_("The ballot is sealed already."))
    voting = find_phase(round, PhaseKind.VOTING)
    if voting is None or (voting.ends_at is not None and voting.ends_at <= clock.now()):
        raise Refused(N_("Voting is over, so there is nothing left to seal."))
    if not projects:
        raise Refused(N_("There is no project on the ballot yet."))
    if not (round.is_public or round.rehearses_id):
        raise Refused(N_("Show the round to everybody before its ballot is sealed."))
    _check_named_projects(round, projects)
    for pot in round.pots:
        if pot.funder is None or not pot.payment_approver:
            raise Refused(
                N_("Say who gives the money in “%(pot)s” and who approves paying it."),
                pot=pot.name,
            )


def _check_named_projects(round: Round, projects: Sequence[BallotProject]) -> None:
    """What the counting rule says about single projects has to be about projects on the ballot."""
    named = {id for group in round.rule.get("groups") or [] for id in group}
    caps = round.rule.get("caps") or []
    named |= {str(id) for cap in caps for id in cap.get("projects") or []}
    strangers = sorted(named - {str(project.number) for project in projects})
    if strangers:
        raise Refused(
            N_("The counting rule names projects that are not on the ballot: %(numbers)s."),
            numbers=", ".join(strangers),
        )
