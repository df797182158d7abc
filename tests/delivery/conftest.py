"""What tests of awards stand on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round
from tests.results.factories import counted_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    """1 Warm room (£4,000), 2 Walking football (£3,000) and 4 School uniform bank (£3,000) won."""
    round = counted_round(world).round
    for proposal in db.session.scalars(select(Proposal).where(Proposal.round_id == round.id)):
        proposal.submitted_by_id = world.group_member.id
    db.session.commit()
    return round
