"""Would the winners be the same without votes that were let in by an address alone?

One word is kept: same, different, or that it may not be said. What those ballots would have
given is never kept or shown, so that there is no second tally to argue from.
"""

from __future__ import annotations

from pbapp.ballots import queries as box
from pbapp.ballots.kept import kept_numbers
from pbapp.db import advisory_lock, db, flush
from pbapp.results import freezing, sealed
from pbapp.results.models import AssuranceCheck, Sturdiness
from pbapp.results.queries import list_official_counts
from pbapp.rounds.models import Round
from pbapp.tally import Pot, count_pots

# With fewer on either side, "different" would say what a handful of people chose.
FEWEST = 10
SURE = 2


def find(round: Round) -> Sturdiness | None:
    """What was found when the votes were counted; None before, and for rounds of elsewhere."""
    row = None if round.is_imported else db.session.get(AssuranceCheck, round.id)
    return row.found if row is not None else None


def keep(round: Round, found: Sturdiness) -> None:
    """Keep it with the result, once."""
    advisory_lock(f"count {round.id}")
    if find(round) is None:
        db.session.add(AssuranceCheck(round_id=round.id, found=found))
        flush()


def find_out(round: Round) -> Sturdiness | None:
    """Count the ballots of the box without those; slow, and nothing is written.

    None where it was found before, or where there is no box any more to look into.
    """
    if find(round) is not None or not box.was_used(round) or kept_numbers(round.id) is not None:
        return None
    every = len(freezing.live_votes(round))
    votes = freezing.live_votes(round, min_assurance=SURE)
    if len(votes) == every:
        return Sturdiness.NO_SUCH_VOTES
    if len(votes) < FEWEST or every - len(votes) < FEWEST:
        return Sturdiness.TOO_FEW
    whole = freezing.election_for(round, votes)
    parts = freezing.elections_by_pot(round, whole) or {sealed.WHOLE: whole}
    pots = []
    for pot, part in parts.items():
        election = freezing.as_if_frozen(part)
        rule = sealed.official_rule(round, sealed.ballot_lines(round, pot))
        pots.append(Pot(pot, election.instance, election.profile, rule))
    counted = count_pots(pots, carry=sealed.carries(round))
    winners = {pot: set(one.outcome.winners) for pot, one in zip(parts, counted, strict=True)}
    return Sturdiness.SAME if winners == _official(round) else Sturdiness.DIFFERENT


def _official(round: Round) -> dict[str, set[str]]:
    return {
        count.pot: {row.project_key for row in count.allocations if row.is_funded}
        for count in list_official_counts(round)
    }
