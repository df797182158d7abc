"""Freeze the ballots, count them, keep the result: each once, each in the officers' log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.ballots import queries as box
from pbapp.ballots.log import due as ballot_log
from pbapp.ballots.log.services import seal_close
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.vote import Vote, ticked
from pbapp.db import advisory_lock, db, flush
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.refusal import N_, Refused
from pbapp.results import freezing, sealed
from pbapp.results.models import Allocation, Count, FrozenProfile, Turnout, TurnoutKind
from pbapp.results.queries import (
    COUNT_JOB,
    find_comparison,
    find_count_job,
    find_official_count,
    find_profile,
)
from pbapp.results.reckoning import Reckoning, reckon_other, reckon_round
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import must_lead_the_vote
from pbapp.tally import Election, ProjectResult, outcome_as_dict, parameters_digest

NOBODY: Mapping[str, int] = MappingProxyType({})

# --- freezing ------------------------------------------------------------------------------------


def close_and_freeze(*, round: Round, keys: Path, actor: str) -> None:
    """Freeze the ballots with who took part. From here on none comes, goes, or stops counting.

    Raises `Refused` as `freeze` does, and `KeyMissing` without the round's key.
    """
    seal_close(round=round, keys=keys)
    by_ward = freezing.people_by_ward(round, keys)
    by_fifth = freezing.people_by_fifth(round, keys)
    freeze(round=round, by_ward=by_ward, by_fifth=by_fifth, actor=actor)


def freeze(
    *, round: Round, by_ward: Mapping[str, int], by_fifth: Mapping[str, int] = NOBODY, actor: str
) -> FrozenProfile:
    """Copy all live ballots into one file, and into one a pot where a round has several, once.

    Asked again, the first ones stand. Returns the file of the whole. `by_ward` is how many people
    voted by the GSS code of their ward, `by_fifth` by fifth of the index. Raises `Refused` before
    voting has closed (and for a minute after, while the last ballots arrive) and for an unsealed
    round.
    """
    advisory_lock(f"count {round.id}")
    frozen = find_profile(round.id)
    if frozen is not None:
        return frozen
    may_be_counted(round)
    profile = _keep_profiles(round, freezing.live_votes(round), actor)
    _keep_turnout(round, TurnoutKind.WARD, by_ward)
    _keep_turnout(round, TurnoutKind.CHANNEL, freezing.people_by_channel(round))
    _keep_turnout(round, TurnoutKind.FIFTH, by_fifth)
    return profile


def may_be_counted(round: Round) -> None:
    """Refuse while people may still vote, or where nothing fixed what is counted."""
    voting = find_phase(round, PhaseKind.VOTING)
    if round.is_imported or voting is None or voting.ends_at is None:
        raise Refused(N_("There is no vote to count in this round."))
    if clock.now() < voting.ends_at:
        raise Refused(N_("People are still voting. The votes can be counted once voting closes."))
    if not box.is_box_shut(round):
        raise Refused(N_("Voting closed a moment ago. Wait a minute for the last votes to arrive."))
    if round.sealed_at is None:
        raise Refused(N_("The ballot was never sealed, so nobody could vote."))
    waiting = paper.first_open(round)
    if waiting is not None:
        raise Refused(
            N_(
                "Batch %(n)s of papers is still open. Accept it, or make it void, before the count."
            ),
            n=waiting.number,
        )


def _keep_profiles(
    round: Round, votes: Iterable[Vote], actor: str, at: datetime | None = None
) -> FrozenProfile:
    """The file of the whole, then one for each pot that is counted apart."""
    election = freezing.election_for(round, votes)
    whole = keep_profile(round, election, actor, at=at)
    for pot, part in freezing.elections_by_pot(round, election).items():
        keep_profile(round, part, actor, pot=pot, at=at)
    return whole


def keep_profile(
    round: Round,
    election: Election,
    actor: str,
    *,
    pot: str = sealed.WHOLE,
    source_digest: str | None = None,
    at: datetime | None = None,
) -> FrozenProfile:
    """Store the ballots of a round for good. `at` is for an example of the past."""
    packed, digest = freezing.pack(election)
    profile = FrozenProfile(
        round_id=round.id,
        pot=pot,
        pabulib_gz=packed,
        digest=digest,
        source_digest=source_digest,
        ballots=election.profile.ballots_cast,
        exponent=election.instance.exponent,
        frozen_at=at or clock.now(),
    )
    db.session.add(profile)
    flush()
    facts = {"digest": digest, "ballots": profile.ballots, "config_hash": round.config_hash}
    if pot:
        facts["pot"] = pot
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


def ask_to_count(*, round: Round, by: Account) -> Job | None:
    """Ask the worker to count, once; None when the votes are counted already.

    Raises `Refused` for anybody but a voting lead of the board, and before it may be counted.
    """
    must_lead_the_vote(round, by)
    advisory_lock(f"count {round.id}")
    if find_official_count(round) is not None:
        return None
    may_be_counted(round)
    if find_profile(round.id) is None and (refused := ballot_log.why_not_close(round)):
        raise refused
    asked = find_count_job(round)
    if asked is not None and jobs.is_at_work(asked):
        return asked
    return jobs.ask(kind=COUNT_JOB, arguments={"round_id": round.id, "actor": by.actor})


# --- counting ------------------------------------------------------------------------------------


def keep_count(
    *,
    profile: FrozenProfile,
    reckoning: Reckoning,
    is_official: bool = True,
    edition: int = 1,
    actor: str,
    at: datetime | None = None,
) -> Count:
    """Store one outcome with a row for every project. A pot's official count is kept once in
    each edition of the result: the caller has set those of the one before aside."""
    round, outcome = profile.round, reckoning.outcome
    advisory_lock(f"count {round.id}")
    if is_official:
        counted = find_official_count(round, profile.pot)
        if counted is not None:
            return counted
    plain = outcome_as_dict(outcome)
    parameters = dict(outcome.parameters)
    published = {"rule": outcome.rule, "parameters": parameters}
    count = Count(
        round=round,
        profile=profile,
        pot=profile.pot,
        rule=outcome.rule,
        parameters=parameters,
        parameters_digest=parameters_digest(published),
        budget=reckoning.budget,
        total_cost=outcome.total_cost,
        ties=plain["ties"],
        facts={
            **{key: plain.get(key) for key in ("reserve", "part_funded", "detail")},
            "with_a_winner": reckoning.with_a_winner,
        },
        is_official=is_official,
        edition=edition,
        counted_at=at or clock.now(),
        allocations=_allocations(reckoning, plain["projects"]),  # type: ignore[arg-type]
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
    verb = "round.counted" if edition == 1 else "round.counted_again"
    _log(round, actor, verb, {**facts, "edition": edition} if edition > 1 else facts)
    return count


def keep_round(
    *,
    reckoned: Iterable[tuple[FrozenProfile, Reckoning]],
    actor: str,
    at: datetime | None = None,
) -> list[Count]:
    """The official count of every pot of a round, in the sealed order. The caller commits once:
    either all of them are there or none."""
    return [
        keep_count(profile=profile, reckoning=reckoning, actor=actor, at=at)
        for profile, reckoning in reckoned
    ]


def count(*, round: Round, actor: str, at: datetime | None = None) -> list[Count]:
    """The official counts of a small round in one go."""
    return keep_round(reckoned=reckon_round(round), actor=actor, at=at)


def _allocations(reckoning: Reckoning, facts: Sequence[dict[str, Any]]) -> list[Allocation]:
    """Winners as they were funded, then the others by support; the listed order parts equals."""
    plain = {project["id"]: project for project in facts}
    rows = []
    for position, result in enumerate(sorted(reckoning.outcome.projects, key=_in_line), start=1):
        known = reckoning.about[result.id]
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


def _in_line(result: ProjectResult) -> tuple[bool, int, Fraction, int]:
    support = Fraction(result.votes) if result.points is None else result.points
    return not result.won, result.position or 0, -support, result.reserve or 0


def keep_other(*, official: Count, reckoning: Reckoning, actor: str) -> Count:
    """Store the comparison, once. It is never the result."""
    made = find_comparison(official)
    if made is not None:
        return made
    return keep_count(
        profile=official.profile,
        reckoning=reckoning,
        is_official=False,
        edition=official.edition,
        actor=actor,
        at=official.counted_at,
    )


# --- examples ------------------------------------------------------------------------------------


def store_example_profile(
    *,
    round: Round,
    ballots: Iterable[tuple[str, ...]],
    turnout_by_ward: Mapping[str, int],
    turnout_by_channel: Mapping[str, int],
    turnout_by_fifth: Mapping[str, int] = NOBODY,
) -> list[Count]:
    """Freeze and count ballots that nobody cast, for an example round without a voters' list.

    `ballots` hold project keys of the sealed ballot (the proposal's number as text),
    `turnout_by_ward` people by GSS code. It counts as done an hour after voting closed.
    """
    if not round.is_example:
        raise Refused(N_("Only an example round may have made-up ballots."))
    actor = "installation"
    voting = find_phase(round, PhaseKind.VOTING)
    at = (
        min(clock.now(), voting.ends_at + timedelta(hours=1)) if voting and voting.ends_at else None
    )
    _keep_profiles(round, map(ticked, ballots), actor, at)
    _keep_turnout(round, TurnoutKind.WARD, turnout_by_ward)
    _keep_turnout(round, TurnoutKind.CHANNEL, turnout_by_channel)
    _keep_turnout(round, TurnoutKind.FIFTH, turnout_by_fifth)
    counts = count(round=round, actor=actor, at=at)
    for official in counts:
        reckoning = reckon_other(official=official)
        if reckoning is not None:
            keep_other(official=official, reckoning=reckoning, actor=actor)
    return counts


def _log(round: Round, actor: str, verb: str, facts: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="round",
        subject_id=round.id,
        board_id=round.board_id,
        facts=facts,
    )
