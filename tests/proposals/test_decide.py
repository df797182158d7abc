"""An officer puts a proposal on the ballot, returns it, or takes that back within a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Outcome
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.proposals import deciding, queries, services
from pbapp.proposals.models import ProposalState
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.proposals.factories import LINK, content, make_proposal, on_ballot, returned
from tests.rounds.factories import make_round, seal
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


@pytest.fixture
def second_moderator(world: World) -> None:
    db.session.add(
        Membership(
            board=world.board,
            account_id=world.second_officer.id,
            role=Role.MODERATOR,
            since=clock.now(),
        )
    )
    db.session.commit()


def test_on_the_ballot_everybody_sees_it(world: World, round: Round) -> None:
    waiting = make_proposal(world, round)
    assert queries.list_public(round) == []

    deciding.put_on_ballot(proposal=waiting, by=world.officer, version=1, link=LINK)

    assert waiting.state is ProposalState.ON_BALLOT
    assert [one.number for one in queries.list_public(round)] == [waiting.number]
    event = db.session.query(Event).order_by(Event.number.desc()).first()
    assert event is not None
    assert (event.verb, event.actor) == ("proposal.approved", world.officer.actor)


def test_the_group_is_told_when_the_minute_is_over(world: World, round: Round) -> None:
    proposal = returned(world, round)
    mail = db.session.query(Mail).one()
    assert mail.to_address == world.group_member.email
    assert mail.template == "proposal_returned"
    assert mail.context is not None
    assert mail.context["reason"] == "The cost lines leave out the insurance."
    decision = decisions.find_latest("proposal", str(proposal.id))
    assert decision is not None
    assert mail.not_before == decision.at + timedelta(minutes=1)


def test_returning_needs_a_reason(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    with pytest.raises(Refused) as refused:
        deciding.return_for_changes(
            proposal=proposal, by=world.officer, version=1, reason=" ", link=LINK
        )
    assert refused.value.field == "reason"
    assert proposal.state is ProposalState.SUBMITTED


@pytest.mark.parametrize(
    "who", ["second_officer", "officer_elsewhere", "board_member", "resident", "group_member"]
)
def test_only_a_moderator_or_appraiser_of_this_board_decides(
    world: World, round: Round, who: str
) -> None:
    proposal = make_proposal(world, round)
    with pytest.raises(Refused, match="moderator or an appraiser"):
        deciding.put_on_ballot(proposal=proposal, by=getattr(world, who), version=1, link=LINK)


def test_an_officer_does_not_decide_for_their_own_group(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    organisations.add_member(organisation=world.group, account=world.officer)
    with pytest.raises(Refused, match="belong to this group"):
        deciding.put_on_ballot(proposal=proposal, by=world.officer, version=1, link=LINK)
    with pytest.raises(Refused, match="belong to this group"):
        deciding.return_for_changes(
            proposal=proposal, by=world.officer, version=1, reason="No.", link=LINK
        )
    assert proposal.state is ProposalState.SUBMITTED


def test_a_second_click_is_one_decision(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    first, second = (
        deciding.put_on_ballot(proposal=proposal, by=world.officer, version=1, link=LINK)
        for _ in range(2)
    )
    assert first is second
    assert len(decisions.list_for("proposal", str(proposal.id))) == 1


@pytest.mark.usefixtures("second_moderator")
def test_of_two_officers_the_first_decides(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    deciding.return_for_changes(
        proposal=proposal, by=world.second_officer, version=1, reason="Add up.", link=LINK
    )
    with pytest.raises(Refused, match="already decided"):
        deciding.put_on_ballot(proposal=proposal, by=world.officer, version=1, link=LINK)
    assert proposal.state is ProposalState.RETURNED


def test_an_officer_who_read_an_older_version_reads_again(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    services.edit(proposal=proposal, content=content(world), by=world.group_member, version=1)
    with pytest.raises(Refused, match="changed since"):
        deciding.put_on_ballot(proposal=proposal, by=world.officer, version=1, link=LINK)


def test_undone_within_a_minute_it_waits_again_and_no_mail_goes(world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    decision = decisions.find_latest("proposal", str(proposal.id))
    assert decision is not None
    for _ in range(2):
        deciding.undo(decision=decision, proposal=proposal, by=world.officer)
    db.session.expire_all()
    assert proposal.state is ProposalState.SUBMITTED
    assert db.session.query(Mail).one().state is MailState.CANCELLED
    assert [d.outcome for d in decisions.list_for("proposal", str(proposal.id))] == [
        Outcome.APPROVED
    ]


def test_after_a_minute_or_after_sealing_there_is_no_undo(world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    decision = decisions.find_latest("proposal", str(proposal.id))
    assert decision is not None
    with (
        time_machine.travel(decision.at + timedelta(minutes=1), tick=False),
        pytest.raises(Refused, match="one minute"),
    ):
        deciding.undo(decision=decision, proposal=proposal, by=world.officer)
    seal(world, round, queries.ballot_projects(round))
    with pytest.raises(Refused, match="sealed"):
        deciding.undo(decision=decision, proposal=proposal, by=world.officer)
    assert proposal.state is ProposalState.ON_BALLOT


def test_a_withdrawn_proposal_is_not_brought_back_by_undo(world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    decision = decisions.find_latest("proposal", str(proposal.id))
    assert decision is not None
    services.withdraw(proposal=proposal, by=world.group_member)
    with pytest.raises(Refused):
        deciding.undo(decision=decision, proposal=proposal, by=world.officer)


def test_after_sealing_nobody_decides(world: World, round: Round) -> None:
    waiting = make_proposal(world, round)
    on_ballot(world, round)
    seal(world, round, queries.ballot_projects(round))
    with pytest.raises(Refused, match="sealed"):
        deciding.put_on_ballot(
            proposal=waiting, by=world.officer, version=waiting.version, link=LINK
        )


def test_counts_by_state_say_what_the_ballot_asks_for(world: World, round: Round) -> None:
    on_ballot(world, round)
    on_ballot(world, round)
    make_proposal(world, round)
    returned(world, round)
    tally = queries.count_by_state(round)
    assert (tally.on_ballot, tally.waiting, tally.returned, tally.withdrawn) == (2, 1, 1, 0)
    assert tally.asked_pence == 2_001_00
