"""Rounds that can be counted, with proposals and ballots written straight into their tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from pbapp import clock
from pbapp.ballots.models import Ballot, Channel
from pbapp.ballots.vote import ticked
from pbapp.db import db
from pbapp.proposals.models import CostLine, Proposal, ProposalState
from pbapp.results import services
from pbapp.results.models import Count
from pbapp.rounds.models import Leftover, PhaseKind, Round
from pbapp.rounds.sealing import BallotProject
from tests.rounds.factories import a_pot, make_round, seal
from tests.world import World

# Number, title, cost in pence, priority, ward.
PROJECTS = (
    (1, "Warm room at the hall", 4_000_00, "poverty", 7),
    (2, "Walking football", 3_000_00, "mental-health", 10),
    (3, "Tablet library", 4_500_00, "digital-inclusion", 11),
    (4, "School uniform bank", 3_000_00, "poverty", None),
    (5, "Canal path lights", 9_000_00, "mental-health", 10),
)
# With a pot of £10,000: 1 and 2 win, 3 does not fit, 4 wins by its lower place, 5 is too dear.
VOTES = {("1", "2"): 20, ("3",): 18, ("1", "3"): 4, ("2",): 6, ("4",): 12, ("5",): 3, (): 2}
BY_WARD = {"S13003048": 31, "S13003051": 24, "S13003052": 10}


def propose(world: World, round: Round, number: int, title: str, cost: int, **about) -> Proposal:
    proposal = Proposal(
        round_id=round.id,
        number=number,
        organisation_id=world.group.id,
        title=title,
        summary=f"{title} for everybody.",
        cost_pence=cost,
        cost_lines=[CostLine(position=1, description="All of it", amount_pence=cost)],
        state=ProposalState.ON_BALLOT,
        submitted_at=clock.now(),
        updated_at=clock.now(),
        **about,
    )
    db.session.add(proposal)
    return proposal


def sealed_round(
    world: World,
    *,
    budget_pence: int = 10_000_00,
    projects: Sequence = PROJECTS,
    ward_pots: Mapping[int, int] | None = None,
    leftover: Leftover = Leftover.FUNDER,
    **values,
) -> Round:
    """A round in which people are voting. `ward_pots`: a pot for each ward, with its pence."""
    pots = [a_pot(world, budget_pence)]
    if ward_pots:
        pots = [
            replace(a_pot(world, pence), name=f"{world.wards[ward].name} pot")
            for ward, pence in ward_pots.items()
        ]
    round = make_round(world, PhaseKind.VOTING, commit=False, pots=pots, **values)
    round.leftover = leftover
    for pot, ward in zip(sorted(round.pots, key=lambda pot: pot.id), ward_pots or (), strict=False):
        pot.area_id = world.wards[ward].id
    for number, title, cost, priority, ward in projects:
        propose(
            world,
            round,
            number,
            title,
            cost,
            priority_id=world.priorities[priority].id if priority else None,
            area_id=world.wards[ward].id if ward else None,
            lat=world.wards[ward].centre_lat if ward else None,
            lon=world.wards[ward].centre_lon if ward else None,
        )
    db.session.flush()
    lines = [
        BallotProject(number, title, cost, area_id=world.wards[ward].id if ward else None)
        for number, title, cost, _, ward in projects
    ]
    seal(world, round, lines, lot=[number for number, *_ in projects])
    return round


def cast(round: Round, choices: Iterable[int], *, is_live: bool = True) -> Ballot:
    """One ballot as the ballot box keeps it."""
    ballot = Ballot(
        round_id=round.id,
        voter_tag=secrets.token_hex(32),
        channel=Channel.ONLINE,
        assurance=1,
        content=ticked(str(number) for number in choices).content,
        salt=secrets.token_bytes(32),
        leaf=secrets.token_hex(32),
        receipt_hash=secrets.token_hex(32),
        idempotency_key=secrets.token_hex(32),
        is_live=is_live,
    )
    db.session.add(ballot)
    return ballot


def expand(votes: dict[tuple[str, ...], int]) -> list[tuple[str, ...]]:
    return [chosen for chosen, people in votes.items() for _ in range(people)]


def cast_all(round: Round, votes: dict[tuple[str, ...], int] = VOTES) -> None:
    for chosen in expand(votes):
        cast(round, map(int, chosen))
    db.session.flush()


def close_vote(round: Round, *, published: bool = False) -> None:
    """Move the dates back so that voting closed two hours ago; the result is out, or not yet."""
    voting = next(phase for phase in round.phases if phase.kind is PhaseKind.VOTING)
    assert voting.ends_at
    by = voting.ends_at - (clock.now() - timedelta(hours=2))
    if published:
        by += timedelta(days=5)
        round.certified_at = clock.now()
    for phase in round.phases:
        phase.starts_at -= by
        if phase.ends_at:
            phase.ends_at -= by
    db.session.commit()


def counted_round(world: World, *, published: bool = True, votes=VOTES, **values) -> Count:
    """A round that is over and counted; its result is public unless you say otherwise."""
    round = sealed_round(world, **values)
    cast_all(round, votes)
    close_vote(round, published=published)
    profile = services.freeze(round=round, by_ward=BY_WARD, actor="test")
    count = services.count(round=profile.round, actor="test")[0]
    db.session.commit()
    return count
