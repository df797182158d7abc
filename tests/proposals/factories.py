"""Proposals for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from pbapp.db import db
from pbapp.organisations.models import Organisation
from pbapp.proposals import deciding, services
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.services import Content, Cost
from pbapp.rounds.models import Round
from tests.world import World

_numbers = count(1)
LINK = "https://pb.example.org/rounds/small-grants/proposals/1"


def content(world: World, **values: Any) -> Content:
    """What a careful group would write."""
    given: dict[str, Any] = {
        "title": f"Walking football {next(_numbers)}",
        "summary": "A weekly game at walking pace.",
        "what": "Two hours every Tuesday, with tea after.",
        "who_benefits": "About 30 people over 50.",
        "priority_id": world.priorities["mental-health"].id,
        "how_it_helps": "People who play together look out for each other.",
        "costs": (Cost("Hall hire", 900_00), Cost("Tea", 100_50)),
        "area_id": world.wards[10].id,
        "where_words": "Example Sports Hall",
    }
    return Content(**{**given, **values})


def make_proposal(
    world: World, round: Round, *, group: Organisation | None = None, **values: Any
) -> Proposal:
    """A proposal that waits for an officer."""
    proposal = services.submit(
        round=round,
        organisation=group or world.group,
        content=content(world, **values),
        by=world.group_member,
    )
    db.session.commit()
    return proposal


def on_ballot(world: World, round: Round, **values: Any) -> Proposal:
    """A proposal an officer has put on the ballot."""
    proposal = make_proposal(world, round, **values)
    deciding.put_on_ballot(proposal=proposal, by=world.officer, version=proposal.version, link=LINK)
    db.session.commit()
    return proposal


def returned(world: World, round: Round, **values: Any) -> Proposal:
    """A proposal an officer has sent back."""
    proposal = make_proposal(world, round, **values)
    deciding.return_for_changes(
        proposal=proposal,
        by=world.officer,
        version=proposal.version,
        reason="The cost lines leave out the insurance.",
        link=LINK,
    )
    db.session.commit()
    return proposal


def quick(world: World, round: Round, number: int, **values: Any) -> Proposal:
    """A row on the ballot without the ceremony, for long lists."""
    from pbapp import clock

    proposal = Proposal(
        round_id=round.id,
        number=number,
        organisation_id=world.group.id,
        priority_id=values.pop("priority_id", world.priorities["poverty"].id),
        title=f"Project {number}",
        summary="One line.",
        cost_pence=1_000_00,
        state=ProposalState.ON_BALLOT,
        submitted_at=clock.now(),
        updated_at=clock.now(),
        **values,
    )
    db.session.add(proposal)
    return proposal
