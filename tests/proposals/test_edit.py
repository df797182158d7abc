"""A group changes its proposal, mends a returned one, or takes it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.audit.queries import list_revisions
from pbapp.proposals import queries, services
from pbapp.proposals.models import ProposalState
from pbapp.proposals.services import Cost
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from tests.proposals.factories import content, make_proposal, on_ballot, returned
from tests.rounds.factories import make_round, seal
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def days(number: float):  # type: ignore[no-untyped-def]
    return time_machine.travel(clock.now() + timedelta(days=number), tick=False)


def test_an_edit_keeps_what_changed(world: World, round: Round) -> None:
    proposal = make_proposal(world, round, title="A bench")
    changed = content(
        world,
        title="Two benches",
        priority_id=world.priorities["poverty"].id,
        area_id=None,
        costs=(Cost("Benches", 1_200_00),),
    )
    services.edit(proposal=proposal, content=changed, by=world.group_member, version=1)

    assert proposal.cost_pence == 1_200_00
    assert proposal.version == 2
    (revision,) = list_revisions("proposal", proposal.id)
    assert revision.changes == {
        "title": ["A bench", "Two benches"],
        "priority": ["Mental Health", "Poverty"],
        "ward": ["Coatbridge West", ""],
        "costs": ["Hall hire: £900; Tea: £100.50", "Benches: £1,200"],
        "cost": ["£1,000.50", "£1,200"],
    }


def test_two_people_editing_at_once_do_not_overwrite(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    services.edit(
        proposal=proposal, content=content(world, title="First"), by=world.group_member, version=1
    )
    with pytest.raises(Refused, match="changed since"):
        services.edit(
            proposal=proposal,
            content=content(world, title="Second"),
            by=world.group_member,
            version=1,
        )
    assert proposal.title == "First"


def test_a_returned_one_is_mended_after_the_last_day_and_waits_again(
    world: World, round: Round
) -> None:
    proposal = returned(world, round)
    with days(25):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )
        assert proposal.updated_at == clock.now()
    assert proposal.state is ProposalState.SUBMITTED
    assert list_revisions("proposal", proposal.id)[0].note == "sent in again"


def test_a_waiting_one_stays_as_it_is_after_the_last_day(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    with days(25), pytest.raises(Refused, match="time to change"):
        services.edit(proposal=proposal, content=content(world), by=world.group_member, version=1)


def test_when_voting_opens_a_returned_one_is_out(world: World, round: Round) -> None:
    proposal = returned(world, round)
    with days(45), pytest.raises(Refused, match="time to change"):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )


def test_what_is_on_the_ballot_is_not_edited(world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    with pytest.raises(Refused, match="on the ballot"):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )


@pytest.mark.parametrize("who", ["resident", "officer", "officer_elsewhere", "board_member"])
def test_only_the_group_edits_or_withdraws(world: World, round: Round, who: str) -> None:
    proposal = make_proposal(world, round)
    person = getattr(world, who)
    with pytest.raises(Refused, match="members of the group"):
        services.edit(proposal=proposal, content=content(world), by=person, version=1)
    with pytest.raises(Refused, match="members of the group"):
        services.withdraw(proposal=proposal, by=person)


def test_after_sealing_nothing_is_edited_or_sent_in(world: World, round: Round) -> None:
    waiting, chosen = make_proposal(world, round), on_ballot(world, round)
    seal(world, round, queries.ballot_projects(round))
    for proposal in (waiting, chosen):
        with pytest.raises(Refused, match="sealed"):
            services.edit(
                proposal=proposal,
                content=content(world),
                by=world.group_member,
                version=proposal.version,
            )
    with pytest.raises(Refused, match="sealed"):
        make_proposal(world, round)


def test_withdrawn_before_sealing_it_is_gone_after_it_stays_marked(
    world: World, round: Round
) -> None:
    early, late, kept = (on_ballot(world, round) for _ in range(3))
    services.withdraw(proposal=early, by=world.group_member)
    seal(world, round, queries.ballot_projects(round))
    services.withdraw(proposal=late, by=world.group_member)

    assert [(p.number, p.is_withdrawn) for p in queries.list_public(round)] == [
        (late.number, True),
        (kept.number, False),
    ]
    assert not queries.is_public(early)
    assert queries.is_public(late)
    assert [p.number for p in queries.list_on_ballot(round)] == [kept.number]


def test_withdrawing_twice_is_one_withdrawal(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    for _ in range(2):
        services.withdraw(proposal=proposal, by=world.group_member)
    assert proposal.state is ProposalState.WITHDRAWN


def test_after_voting_nothing_is_withdrawn(world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    with days(63), pytest.raises(Refused, match="Voting is over"):
        services.withdraw(proposal=proposal, by=world.group_member)


def test_a_withdrawn_one_cannot_be_edited(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    services.withdraw(proposal=proposal, by=world.group_member)
    with pytest.raises(Refused):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )


def test_phases_for_the_record(world: World, round: Round) -> None:
    assert queries.can_send_in(round, clock.now())
    assert not queries.can_send_in(make_round(world, PhaseKind.VOTING, slug="v"), clock.now())
