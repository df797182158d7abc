"""Freeze the ballots, count them, keep the result: each once, each in the officers' log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pbapp import clock
from pbapp.audit import services as audit
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.results import freezing
from pbapp.results.freezing import BallotLine, Choices
from pbapp.results.models import Allocation, Count, FrozenProfile, Turnout, TurnoutKind
from pbapp.results.queries import find_official_count, find_profile
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.tally import (
    Election,
    Outcome,
    ProjectResult,
    Rule,
    outcome_as_dict,
    parameters_digest,
)
from pbapp.tally import count as count_votes

# A ballot that came in before the close may still be on its way into the database.
DRAIN = timedelta(seconds=60)


@dataclass(frozen=True)
class About:
    """What a round knows of a project besides its votes."""

    title: str
    proposal_id: int | None = None
    priority_id: int | None = None
    area_id: int | None = None
    facts: Mapping[str, Any] | None = None


# --- freezing ------------------------------------------------------------------------------------


def freeze(*, round: Round, by_ward: Mapping[str, int], actor: str) -> FrozenProfile:
    """Copy all live ballots into one file, once; asked again, the first one stands.

    `by_ward` is how many people voted by the GSS code of their ward. Raises `Refused` before
    voting has closed (and for a minute after, while the last ballots arrive) and for an unsealed
    round.
    """
    advisory_lock(f"count {round.id}")
    frozen = find_profile(round.id)
    if frozen is not None:
        return frozen
    may_be_counted(round)
    lines = freezing.ballot_lines(round)
    election = freezing.election_for(round, lines, freezing.live_choices(round))
    profile = keep_profile(round, election, actor)
    _keep_turnout(round, TurnoutKind.WARD, by_ward)
    _keep_turnout(round, TurnoutKind.CHANNEL, freezing.people_by_channel(round))
    return profile


def may_be_counted(round: Round) -> None:
    """Refuse while people may still vote, or where nothing fixed what is counted."""
    voting = find_phase(round, PhaseKind.VOTING)
    if round.is_imported or voting is None or voting.ends_at is None:
        raise Refused(N_("There is no vote to count in this round."))
    if clock.now() < voting.ends_at:
        raise Refused(N_("People are still voting. The votes can be counted once voting closes."))
    if clock.now() < voting.ends_at + DRAIN:
        raise Refused(N_("Voting closed a moment ago. Wait a minute for the last votes to arrive."))
    if round.sealed_at is None:
        raise Refused(N_("The ballot was never sealed, so nobody could vote."))


def keep_profile(
    round: Round, election: Election, actor: str, source_digest: str | None = None
) -> FrozenProfile:
    packed, digest = freezing.pack(election)
    profile = FrozenProfile(
        round_id=round.id,
        pabulib_gz=packed,
        digest=digest,
        source_digest=source_digest,
        ballots=election.profile.ballots_cast,
        exponent=election.instance.exponent,
        frozen_at=clock.now(),
    )
    db.session.add(profile)
    flush()
    facts = {"digest": digest, "ballots": profile.ballots, "config_hash": round.config_hash}
    if source_digest:
        facts["source_digest"] = source_digest
    _log(round, actor, "round.ballots_frozen", facts)
    return profile


def _keep_turnout(round: Round, kind: TurnoutKind, people: Mapping[str, int]) -> None:
    db.session.add_all(
        Turnout(round_id=round.id, kind=kind, key=key, people=number)
        for key, number in sorted(people.items())
    )
    flush()


# --- counting ------------------------------------------------------------------------------------


def official_rule(round: Round) -> Rule:
    """The rule that two people sealed before voting opened."""
    return freezing.official_rule(round, freezing.ballot_lines(round))


def run_rule(profile: FrozenProfile, rule: Rule) -> Outcome:
    """Count the frozen file. Pure and slow: call it before a write transaction begins."""
    election = freezing.read(profile)
    return count_votes(election.instance, election.profile, rule)


def keep_count(
    *,
    profile: FrozenProfile,
    outcome: Outcome,
    about: Mapping[str, About],
    budget: int,
    is_official: bool,
    actor: str,
) -> Count:
    """Store one outcome with a row for every project. A round's official count is kept once."""
    round = profile.round
    advisory_lock(f"count {round.id}")
    if is_official:
        counted = find_official_count(round)
        if counted is not None:
            return counted
    plain = outcome_as_dict(outcome)
    published = {"rule": outcome.rule, "parameters": dict(outcome.parameters)}
    count = Count(
        round_id=round.id,
        profile=profile,
        rule=outcome.rule,
        parameters=published["parameters"],
        parameters_digest=parameters_digest(published),
        budget=budget,
        total_cost=outcome.total_cost,
        ties=plain["ties"],
        facts={key: plain.get(key) for key in ("reserve", "part_funded", "detail")},
        is_official=is_official,
        counted_at=clock.now(),
        allocations=_allocations(outcome, plain["projects"], about),  # type: ignore[arg-type]
    )
    db.session.add(count)
    flush()
    facts = {
        "rule": count.rule,
        "ballots_digest": profile.digest,
        "parameters_digest": count.parameters_digest,
        "winners": list(outcome.winners),
        "official": is_official,
    }
    _log(round, actor, "round.counted", facts)
    return count


def count(
    *, profile: FrozenProfile, rule: Rule | None = None, is_official: bool = True, actor: str
) -> Count:
    """Count a round's frozen ballots by a rule (the sealed one) and keep the result."""
    lines = freezing.ballot_lines(profile.round)
    rule = rule or freezing.official_rule(profile.round, lines)
    election = freezing.read(profile)
    outcome = count_votes(election.instance, election.profile, rule)
    return keep_count(
        profile=profile,
        outcome=outcome,
        about=about_lines(lines),
        budget=election.instance.budget,
        is_official=is_official,
        actor=actor,
    )


def about_lines(lines: Iterable[BallotLine]) -> dict[str, About]:
    found = {}
    for line in lines:
        proposal = line.proposal
        found[line.key] = About(
            title=line.title,
            proposal_id=proposal.id if proposal else None,
            priority_id=proposal.priority_id if proposal else None,
            area_id=proposal.area_id if proposal else None,
        )
    return found


def _allocations(
    outcome: Outcome, facts: Sequence[dict[str, Any]], about: Mapping[str, About]
) -> list[Allocation]:
    """Winners as they were funded, then the others by support; the listed order parts equals."""
    plain = {project["id"]: project for project in facts}
    ordered = sorted(outcome.projects, key=_in_line)
    rows = []
    for position, result in enumerate(ordered, start=1):
        known = about[result.id]
        rows.append(
            Allocation(
                position=position,
                project_key=result.id,
                title=known.title,
                cost=result.cost,
                votes=result.votes,
                is_funded=result.won,
                awarded=result.awarded if result.won else 0,
                facts={**plain[result.id], **(known.facts or {})},
                proposal_id=known.proposal_id,
                priority_id=known.priority_id,
                area_id=known.area_id,
            )
        )
    return rows


def _in_line(result: ProjectResult) -> tuple[bool, int, int, float]:
    support = result.votes if result.points is None else result.points
    return not result.won, result.position or 0, result.reserve or 10**9, -float(support)


# --- examples ------------------------------------------------------------------------------------


def store_example_profile(
    *,
    round: Round,
    ballots: Iterable[Choices],
    turnout_by_ward: Mapping[str, int],
    turnout_by_channel: Mapping[str, int],
) -> Count:
    """Freeze and count ballots that nobody cast, for an example round without a voters' list.

    `ballots` hold project keys of the sealed ballot (the proposal's number as text),
    `turnout_by_ward` people by GSS code.
    """
    if not round.is_example:
        raise Refused(N_("Only an example round may have made-up ballots."))
    actor = "installation"
    lines = freezing.ballot_lines(round)
    election = freezing.election_for(round, lines, ballots)
    profile = keep_profile(round, election, actor)
    _keep_turnout(round, TurnoutKind.WARD, turnout_by_ward)
    _keep_turnout(round, TurnoutKind.CHANNEL, turnout_by_channel)
    return count(profile=profile, actor=actor)


def _log(round: Round, actor: str, verb: str, facts: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="round",
        subject_id=round.id,
        board_id=round.board_id,
        facts=facts,
    )
