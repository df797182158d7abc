"""A sealed round people can vote in, its key folder, and voters on its list."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pbapp import clock
from pbapp.ballots import services
from pbapp.ballots.models import Voter
from pbapp.ballots.roll import services as roll
from pbapp.ballots.vote import read_vote, ticked
from pbapp.db import db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import Connection, Method, PhaseKind, Round
from pbapp.rounds.sealing import BallotProject
from tests.rounds.factories import a_pot, make_round, seal
from tests.world import World

COSTS = (10_000_00, 20_000_00, 30_000_00, 40_000_00, 60_000_00, 1_500_50)
_people = count(1)


def open_round(
    world: World,
    costs: Sequence[int] = COSTS,
    guards: Mapping[str, Any] = MappingProxyType({}),
    by_ward: bool = False,
    **values: Any,
) -> Round:
    """A round whose voting is open: projects 1, 2, … at these costs, a pot of £100,000.

    `guards` are columns of the round; `by_ward` gives each of three wards a pot of its own:
    projects 3, 6, … in the first, 1, 4, … in the second, 2, 5, … in the third.
    """
    if by_ward:
        values["pots"] = [replace(a_pot(world), name=ward.name) for ward in world.wards.values()]
    round = make_round(world, during=PhaseKind.VOTING, commit=False, **{"max_choices": 4, **values})
    for name, value in guards.items():
        setattr(round, name, value)
    if by_ward:
        for pot, ward in zip(round.pots, world.wards.values(), strict=True):
            pot.area_id = ward.id
    priorities, wards = list(world.priorities.values()), list(world.wards.values())
    for number, cost in enumerate(costs, 1):
        db.session.add(
            Proposal(
                round_id=round.id,
                number=number,
                organisation_id=world.group.id,
                priority_id=priorities[number % 3].id,
                area_id=wards[number % 3].id,
                title=f"Project {number}",
                summary=f"What project {number} does.",
                cost_pence=cost,
                state=ProposalState.ON_BALLOT,
                submitted_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    db.session.flush()
    projects = [
        BallotProject(n, f"Project {n}", cost, area_id=wards[n % 3].id)
        for n, cost in enumerate(costs, 1)
    ]
    seal(world, round, projects)
    return round


def voting(round: Round):  # type: ignore[no-untyped-def]
    """The round's phase of voting."""
    return next(phase for phase in round.phases if phase.kind is PhaseKind.VOTING)


def close(round: Round, seconds_ago: float = 3600) -> None:
    """Let voting have ended."""
    for phase in round.phases:
        if phase.kind is PhaseKind.VOTING:
            phase.ends_at = clock.now() - timedelta(seconds=seconds_ago)
            if phase.starts_at >= phase.ends_at:
                phase.starts_at = phase.ends_at - timedelta(days=1)
    db.session.commit()


def admit(round: Round, keys: Path, area_id: int | None = None, **values: Any) -> Voter:
    """Somebody new on the voters' list, or whoever `values` describes."""
    number = next(_people)
    given: dict[str, Any] = {
        "name": f"Voter {'abcdefghij'[number % 10]} {_letters(number)}",
        "postcode": "ZZ7 1AA",
        "age_band": "25",
        "area_id": area_id or round.round_areas[0].area_id,
        "connection": Connection.LIVE,
        **values,
    }
    token = given.pop("email", f"voter{number}@example.org")
    proof = given.pop("proof", roll.Proof(Method.EMAIL, token))
    network = given.pop("network", None)
    person = roll.Person(**given)
    voter = roll.admit(round=round, keys=keys, person=person, proof=proof, network=network)
    db.session.commit()
    return voter


def cast(round: Round, keys: Path, voter: Voter, *choices: str, **values: Any) -> services.Sent:
    """Put a ballot in the box now: ticks, or another `vote`."""
    given: dict[str, Any] = {
        "voter_id": voter.id,
        "vote": ticked(choices),
        "idempotency_key": secrets.token_hex(16),
        "entered_at": clock.now(),
    }
    sent = services.cast(round=round, keys=keys, **{**given, **values})
    db.session.commit()
    return sent


def live(round: Round) -> list[tuple[str, ...]]:
    """What would count, read past the box's lid."""
    from sqlalchemy import select

    from pbapp.ballots.models import Ballot

    query = select(Ballot.content).where(Ballot.round_id == round.id, Ballot.is_live)
    return sorted(read_vote(content).choices for content in db.session.scalars(query))


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))
