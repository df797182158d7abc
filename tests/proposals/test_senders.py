"""Who may send in a proposal for whom, who may change it then, and who may decide on it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations.models import Hosting, Organisation
from pbapp.organisations.passport.models import Item, Kept, PassportItem
from pbapp.proposals import co_authors, deciding, queries, services
from pbapp.proposals.models import Proposal
from pbapp.proposals.services import EnteredFor
from pbapp.proposals.writing import queries as drafts
from pbapp.proposals.writing import services as writing
from pbapp.refusal import Refused
from pbapp.rounds.models import MayPropose, Round
from tests.proposals.factories import LINK, content, make_proposal
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    found = make_round(world)
    found.may_propose = MayPropose.EVERYBODY
    db.session.commit()
    return found


def send(
    world: World, round: Round, by: Account, group: Organisation | None = None, **values: object
) -> Proposal:
    for_whom = values.pop("entered_for", None)
    return services.submit(
        round=round,
        organisation=group,
        content=content(world, **values),
        by=by,
        entered_for=for_whom,  # type: ignore[arg-type]
    )


def test_a_resident_sends_in_for_themself_and_nobody_else_changes_it(
    world: World, round: Round
) -> None:
    proposal = send(world, round, world.resident)
    assert proposal.organisation is None
    assert queries.is_author(world.resident, proposal)
    assert queries.may_withdraw(world.resident, proposal)
    assert not queries.is_author(world.group_member, proposal)
    assert queries.list_by_account(world.resident) == [proposal]
    assert queries.list_authors(round) == [world.resident]
    contact = queries.contact_of(proposal)
    assert contact is not None
    assert contact.email == world.resident.email
    with pytest.raises(Refused, match="members of the group"):
        services.withdraw(proposal=proposal, by=world.group_member)


def test_a_residents_second_click_and_second_idea_of_the_same_name(
    world: World, round: Round
) -> None:
    first = send(world, round, world.resident, title="A bench")
    assert send(world, round, world.resident, title="A bench") is first
    assert send(world, round, world.board_member, title="A bench") is not first


def test_who_may_propose_is_kept_to(world: World, round: Round) -> None:
    round.may_propose = MayPropose.GROUPS
    with pytest.raises(Refused, match="come from groups"):
        send(world, round, world.resident)
    round.may_propose = MayPropose.CONSTITUTED
    with pytest.raises(Refused, match="needs a constitution"):
        send(world, round, world.group_member, world.group)
    round.may_propose = MayPropose.COUNCIL
    with pytest.raises(Refused, match="the council sends in"):
        send(world, round, world.group_member, world.group)
    entered = send(world, round, world.officer, entered_for=EnteredFor("Roads service"))
    assert entered.entered_for == "Roads service"


def test_a_constitution_that_was_given_or_a_host_is_enough(world: World, round: Round) -> None:
    from pbapp import clock

    round.may_propose = MayPropose.CONSTITUTED
    given = PassportItem(
        organisation_id=world.group.id,
        item=Item.CONSTITUTION,
        says="We have one.",
        given_at=clock.now(),
        state=Kept.WAITING,
    )
    db.session.add(given)
    assert send(world, round, world.group_member, world.group).number == 1
    db.session.delete(given)
    db.session.add(
        Hosting(
            organisation_id=world.group.id,
            host_id=world.funder.id,
            asked_at=clock.now(),
            agreed_at=clock.now(),
        )
    )
    db.session.flush()
    with pytest.raises(Refused, match="needs a constitution"):
        send(world, round, world.group_member, world.group)
    db.session.add(
        PassportItem(
            organisation_id=world.funder.id,
            item=Item.CONSTITUTION,
            given_at=clock.now(),
            state=Kept.WAITING,
        )
    )
    assert send(world, round, world.group_member, world.group).number == 2


def test_an_officer_enters_it_for_somebody_who_may_then_change_and_withdraw_it(
    world: World, round: Round
) -> None:
    asked = EnteredFor("Jo from the flats", "Jo@Example.org ")
    proposal = send(world, round, world.officer, entered_for=asked)
    assert (proposal.entered_for, proposal.submitted_by_id) == (asked.name, world.officer.id)
    facts = db.session.scalars(select(Event.facts).where(Event.verb == "proposal.submitted")).one()
    assert facts["entered_for_somebody"] is True
    assert "Jo" not in str(facts)  # no names in the log

    contact = queries.contact_of(proposal)
    assert contact is not None
    assert contact.email == "jo@example.org"
    jo = Account(email="jo@example.org", created_at=proposal.submitted_at)
    db.session.add(jo)
    db.session.commit()
    assert queries.is_author(jo, proposal)
    assert queries.may_withdraw(jo, proposal)
    with pytest.raises(Refused, match="another officer"):
        deciding.put_on_ballot(
            proposal=proposal, by=world.officer, version=proposal.version, link=LINK
        )
    db.session.add(
        Membership(
            board_id=world.board.id,
            account_id=world.second_officer.id,
            role=Role.MODERATOR,
            since=proposal.submitted_at,
        )
    )
    db.session.commit()
    deciding.put_on_ballot(
        proposal=proposal, by=world.second_officer, version=proposal.version, link=LINK
    )
    assert db.session.scalars(select(Mail.to_address)).all() == ["jo@example.org"]


def test_only_an_officer_of_the_board_enters_for_somebody_and_says_for_whom(
    world: World, round: Round
) -> None:
    for who in (world.resident, world.group_member, world.officer_elsewhere, world.board_member):
        with pytest.raises(Refused, match="Only an officer of this board"):
            send(world, round, who, entered_for=EnteredFor("Jo"))
    with pytest.raises(Refused) as refused:
        send(world, round, world.officer, entered_for=EnteredFor("  "))
    assert refused.value.field == "entered_for"


def test_a_co_author_changes_it_and_cannot_withdraw_or_decide(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    with pytest.raises(Refused, match="members of the group"):
        co_authors.invite(
            proposal=proposal, name="R", email="r@example.org", by=world.resident, url=LINK
        )
    for _ in range(2):  # a second click
        co_authors.invite(
            proposal=proposal,
            name="Robin",
            email=world.officer.email.upper(),
            by=world.group_member,
            url=LINK,
        )
    db.session.commit()
    assert [one.name for one in proposal.co_authors] == ["Robin"]
    (mail,) = db.session.scalars(select(Mail))
    assert (mail.template, mail.to_address) == ("proposal_co_author", world.officer.email)
    changed = content(world, title="Two benches")
    services.edit(proposal=proposal, content=changed, by=world.officer, version=proposal.version)
    assert proposal.title == "Two benches"
    with pytest.raises(Refused, match="members of the group"):
        services.withdraw(proposal=proposal, by=world.officer)
    with pytest.raises(Refused, match="another officer"):
        deciding.put_on_ballot(
            proposal=proposal, by=world.officer, version=proposal.version, link=LINK
        )
    draft = writing.begin_change(proposal=proposal, fields={}, by=world.officer)
    assert drafts.find_draft(draft.id, round, world.officer) is draft
    co_authors.remove(co_author=proposal.co_authors[0], by=world.group_member)
    assert not queries.is_author(world.officer, proposal)
    assert drafts.find_draft(draft.id, round, world.officer) is None  # although they began it
    assert drafts.list_open(world.officer) == []
    assert drafts.find_draft(draft.id, round, world.group_member) is draft


def test_who_is_invited_after_another_was_removed_gets_a_mail_too(
    world: World, round: Round
) -> None:
    proposal = make_proposal(world, round)
    for address in ("ada@example.org", "bo@example.org"):
        invited = co_authors.invite(
            proposal=proposal, name="A", email=address, by=world.group_member, url=LINK
        )
        db.session.commit()
        co_authors.remove(co_author=invited, by=world.group_member)
        db.session.commit()
    asked = db.session.scalars(select(Mail.to_address).order_by(Mail.to_address)).all()
    assert asked == ["ada@example.org", "bo@example.org"]
