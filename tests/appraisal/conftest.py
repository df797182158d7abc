"""A round that takes proposals, and a bid that waits in it."""

from __future__ import annotations

import pytest

from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round
from tests.proposals.factories import make_proposal
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


@pytest.fixture
def bid(world: World, round: Round) -> Proposal:
    return make_proposal(world, round)
