"""From frozen files to outcomes ready to be kept: slow, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pbapp.ballots.paper import queries as paper
from pbapp.results import freezing, sealed
from pbapp.results.fifths import fifths_of
from pbapp.results.models import Count, FrozenProfile
from pbapp.results.queries import find_comparison, list_counted_profiles
from pbapp.results.sealed import BallotLine
from pbapp.rounds.models import Round, VoteType
from pbapp.tally import (
    Election,
    EqualShares,
    Greedy,
    Outcome,
    Phragmen,
    Pot,
    Rule,
    count_pots,
    rule_from_dict,
    spread,
)
from pbapp.tally import count as count_votes


@dataclass(frozen=True)
class About:
    """What a round knows of a project besides its votes."""

    title: str
    proposal_id: int | None = None
    priority_id: int | None = None
    area_id: int | None = None
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reckoning:
    """An outcome ready to be kept. `budget` is in the profile's minor units, with what was
    carried in."""

    outcome: Outcome
    budget: int
    about: Mapping[str, About]
    with_a_winner: int


def reckon_round(
    round: Round, *, withdrawn: Collection[str] | None = None
) -> list[tuple[FrozenProfile, Reckoning]]:
    """Count a round's frozen files by the sealed rule, pot by pot in the sealed order.

    `withdrawn` are the projects that cannot win; without it those withdrawn since the sealing.
    """
    profiles = list_counted_profiles(round)
    elections = [freezing.read(profile) for profile in profiles]
    lines = [sealed.ballot_lines(round, profile.pot) for profile in profiles]
    rules = [sealed.official_rule(round, ours, withdrawn=withdrawn) for ours in lines]
    pots = [
        Pot(profile.pot, election.instance, election.profile, rule)
        for profile, election, rule in zip(profiles, elections, rules, strict=True)
    ]
    found = []
    counted = count_pots(pots, carry=sealed.carries(round))
    for profile, election, ours, one in zip(profiles, elections, lines, counted, strict=True):
        made = reckoning_of(election, one.outcome, _about(round, ours), carried_in=one.carried_in)
        found.append((profile, made))
    return found


def reckon(*, profile: FrozenProfile, rule: Rule, carried_in: int = 0) -> Reckoning:
    """Count one frozen file by any rule."""
    lines = sealed.ballot_lines(profile.round, profile.pot)
    election = freezing.read(profile)
    outcome = count_votes(election.instance, election.profile, rule, carried_in=carried_in)
    return reckoning_of(election, outcome, _about(profile.round, lines), carried_in=carried_in)


def reckoning_of(
    election: Election, outcome: Outcome, about: Mapping[str, About], *, carried_in: int = 0
) -> Reckoning:
    """What is kept of an outcome; how many people chose something that won is counted here."""
    met = spread(election.instance, election.profile, outcome.winners)
    return Reckoning(outcome, election.instance.budget + carried_in, about, met.with_a_winner)


def _about(round: Round, lines: Sequence[BallotLine]) -> dict[str, About]:
    found, fifths = {}, fifths_of(round, lines)
    for line in lines:
        proposal = line.proposal
        found[line.key] = About(
            title=line.title,
            proposal_id=proposal.id if proposal else None,
            priority_id=proposal.priority_id if proposal else None,
            area_id=proposal.area_id if proposal else None,
            facts={"fifth": fifths[line.key]} if line.key in fifths else None,
        )
    return found


# --- the same ballots under the other rule --------------------------------------------------------


def other_rule(profile: FrozenProfile, rule: Rule) -> Rule | None:
    """The rule to compare with, or None where there is nothing to compare.

    Ties are settled as in the official count. Where totals of papers were counted, nobody knows
    which votes stood on one paper, and a rule that asks would be answered with rows that nobody
    cast; where each person has one vote, both rules ask the same of it.
    """
    if profile.round.vote_type is VoteType.CHOOSE_ONE or paper.declared_totals(profile.round):
        return None
    return the_other(rule, profile.exponent)


def the_other(rule: Rule, exponent: int) -> Rule:
    """Equal shares for most votes first, and the other way round; a step is one currency unit."""
    if isinstance(rule, Phragmen):
        return Greedy(withdrawn=rule.withdrawn, ties=rule.ties)
    if isinstance(rule, EqualShares):
        return Greedy(
            utility=rule.utility, ordinal=rule.ordinal, withdrawn=rule.withdrawn, ties=rule.ties
        )
    return EqualShares(
        utility=rule.utility,
        ordinal=rule.ordinal,
        step=Fraction(10**exponent),
        withdrawn=rule.withdrawn,
        ties=rule.ties,
    )


def reckon_other(*, official: Count) -> Reckoning | None:
    """Count by the other rule, with the same money; None where there is nothing to compare."""
    if not official.profile.ballots or find_comparison(official) is not None:
        return None
    rule = other_rule(official.profile, rule_from_dict(official.rule, official.parameters))
    if rule is None:
        return None
    return reckon(profile=official.profile, rule=rule, carried_in=official.carried_in)
