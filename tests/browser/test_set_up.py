"""An officer sets a round up on a phone, two people seal it, and it opens by the clock."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from pbapp import clock
from pbapp.db import db, write_transaction
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_phase, find_round
from tests.browser.harness import PHONE, NewPage, OwnSite
from tests.browser.roles import Person, SecondLead, VotingLead

TITLE = "Coatbridge young people decide"


def test_a_round_is_set_up_on_a_phone_and_opens_by_the_clock(
    new_page: NewPage, own_demo: OwnSite
) -> None:
    lead = VotingLead(new_page(PHONE, base=own_demo.address))
    lead.signs_in()
    desk = lead.begins_a_round("Youth")
    lead.sets_it_up(desk)
    lead.shows_it()
    slug = desk.rsplit("/", 1)[1]
    with own_demo.app.app_context(), write_transaction():
        round = find_round(slug)
        assert round is not None
        for number in (1, 2):
            db.session.add(
                Proposal(
                    round_id=round.id,
                    number=number,
                    title=f"Skate ramp {number}",
                    summary="A ramp that can be moved.",
                    cost_pence=500_00,
                    state=ProposalState.ON_BALLOT,
                    submitted_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
        voting = find_phase(round, PhaseKind.VOTING)
        assert voting is not None
        opens = voting.starts_at
        db.session.commit()
    lead.asks_to_seal(TITLE)
    second = SecondLead(new_page(PHONE, base=own_demo.address))
    second.signs_in()
    second.seals(TITLE)
    visitor = Person(new_page(PHONE, base=own_demo.address))
    with time_machine.travel(opens - timedelta(minutes=1)):
        visitor.at(f"/rounds/{slug}")
        visitor.sees("Voting opens on")
    with time_machine.travel(opens + timedelta(minutes=1)):
        visitor.at(f"/rounds/{slug}")
        visitor.sees("Vote now", "Example Trust")
