"""Officers offer to make one bid of several; it happens when everybody behind them agrees."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal.merging import queries, services
from pbapp.appraisal.merging.models import Merge, MergeState
from pbapp.appraisal.merging.services import Draft
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import put_into_words
from pbapp.organisations.models import Member, MemberRole, Organisation, OrganisationKind
from pbapp.proposals import deciding
from pbapp.proposals import services as proposals
from pbapp.proposals.content import Cost
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import is_author, speaks_for
from pbapp.refusal import Refused
from pbapp.rounds.models import MayPropose, Round
from tests.appraisal.factories import LINK, an_appraiser, impartial, person
from tests.client import Browser
from tests.proposals.factories import content, make_proposal
from tests.world import World

DRAFT = Draft(
    title="Walking football for all",
    summary="One weekly game in two halls.",
    what="Two hours on Tuesdays and on Thursdays.",
    who_benefits="About 60 people.",
    how_it_helps="People look out for each other.",
    costs=[Cost("Both halls", 1_500_00)],
)


@pytest.fixture
def bid(world: World, round: Round) -> Proposal:
    return make_proposal(world, round, title="Football on Tuesdays")


@pytest.fixture
def lena(world: World) -> Account:
    return person("Lena")


@pytest.fixture
def other(world: World, round: Round, lena: Account) -> Proposal:
    group = Organisation(
        kind=OrganisationKind.GROUP, name="Example Striders", created_at=clock.now()
    )
    db.session.add(group)
    db.session.flush()
    db.session.add(Member(organisation=group, account_id=lena.id, role=MemberRole.LEAD))
    made = proposals.submit(
        round=round,
        organisation=group,
        content=content(world, title="Football on Thursdays"),
        by=lena,
    )
    db.session.commit()
    return made


@pytest.fixture
def ada(world: World, bid: Proposal, other: Proposal) -> Account:
    account = an_appraiser(world)
    impartial(bid, account)
    return account


def offered(bid: Proposal, other: Proposal, by: Account) -> Merge:
    merge = services.offer(
        whole=bid, others=[other], draft=DRAFT, why="Nearly the same twice.", by=by
    )
    db.session.commit()
    found = queries.find(merge.id)
    assert found is not None
    return found


def letters() -> list[str]:
    waiting = Mail.state == MailState.WAITING
    query = select(Mail).where(Mail.template.startswith("merge"), waiting)
    found = db.session.scalars(query.order_by(Mail.written_at, Mail.key))
    return [put_into_words(mail).subject for mail in found]


def test_two_bids_become_one_when_both_groups_agree(
    app: Flask,
    world: World,
    bid: Proposal,
    other: Proposal,
    ada: Account,
    lena: Account,
    group_member: Browser,
) -> None:
    officer, striders = Browser(app, signed_in_as=ada), Browser(app, signed_in_as=lena)
    page = officer.get(f"/desk/proposals/{bid.id}/merge")
    page = officer.submit(page, {"with": str(other.id)}, form="choose")
    assert 'value="Hall hire"' in page.html
    wrong = officer.submit(page, {"title": "", "cost_pence_1": "١٢"}, form="merge", status=422)
    assert "Fill this in." in wrong.text
    fields = {
        "why": "Nearly the same twice.",
        "title": "Walking football for all",
        "cost_what_3": "",
        "cost_pence_3": "",
    }
    sent = officer.submit(page, fields, form="merge")
    assert officer.submit(page, fields, form="merge").location == sent.location  # twice
    assert db.session.scalar(select(func.count(Merge.id))) == 1
    assert len(letters()) == 2
    here = sent.location or ""
    page = group_member.get(here)
    assert "Nearly the same twice." in page.text
    assert "£1,101" in page.text  # the second hall is out
    group_member.submit(page, {"agrees": "yes"}, form="answer")
    db.session.refresh(bid)
    assert bid.title == "Football on Tuesdays"
    page = striders.get(here)
    assert "Agrees" in page.text
    striders.submit(page, {"agrees": "yes"}, form="answer")
    striders.submit(page, {"agrees": "yes"}, form="answer")  # a double click
    db.session.refresh(bid)
    db.session.refresh(other)
    assert (bid.title, bid.cost_pence) == ("Walking football for all", 1_101_00)
    assert bid.state is ProposalState.SUBMITTED
    assert (other.state, other.merged_into_id) == (ProposalState.MERGED, bid.id)
    assert is_author(lena, bid)
    assert "“Football on Thursdays” is now part of “Walking football for all”" in letters()
    deciding.put_on_ballot(proposal=bid, by=ada, version=bid.version, link=LINK)
    db.session.commit()
    page = Browser(app).get(f"/rounds/{bid.round.slug}/proposals/{other.number}")
    assert "This proposal goes on as: Walking football for all" in page.text
    page = group_member.get(f"/rounds/{bid.round.slug}/proposals/{bid.number}")
    assert (
        "It stands for these proposals too: Football on Thursdays (Example Striders)" in page.text
    )
    assert "Joined from several proposals" in page.text
    with pytest.raises(Refused, match="joined with another"):
        proposals.withdraw(proposal=other, by=lena)


def test_one_no_and_every_bid_stays(
    world: World, bid: Proposal, other: Proposal, ada: Account, lena: Account
) -> None:
    merge = offered(bid, other, ada)
    services.answer(merge=merge, by=lena, agrees=False, words="We like our Thursdays.")
    db.session.commit()
    assert merge.state is MergeState.DECLINED
    assert other.state is ProposalState.SUBMITTED
    assert sorted(letters()) == [
        "“Football on Thursdays” stays as it is",
        "“Football on Tuesdays” stays as it is",
    ]
    with pytest.raises(Refused, match="over"):
        services.answer(merge=merge, by=world.group_member, agrees=True, words="")
    assert offered(bid, other, ada).id != merge.id  # officers may ask again


def test_an_offer_ends_when_nobody_answers(
    world: World, bid: Proposal, other: Proposal, ada: Account, lena: Account
) -> None:
    merge = offered(bid, other, ada)
    services.answer(merge=merge, by=lena, agrees=True, words="")
    db.session.commit()
    assert services.expire_due() == 0
    with time_machine.travel(merge.expires_at + timedelta(seconds=1), tick=False):
        with pytest.raises(Refused, match="over"):
            services.answer(merge=merge, by=world.group_member, agrees=True, words="")
        assert services.expire_due() == 1
        assert services.expire_due() == 0
        db.session.commit()
    assert merge.state is MergeState.EXPIRED
    assert other.state is ProposalState.SUBMITTED


def test_an_offer_taken_back_at_once_is_never_heard_of(
    bid: Proposal, other: Proposal, ada: Account
) -> None:
    merge = offered(bid, other, ada)
    services.take_back(merge=merge, by=ada)
    services.take_back(merge=merge, by=ada)  # a double click
    db.session.commit()
    assert letters() == []
    assert merge.state is MergeState.TAKEN_BACK
    query = select(func.count(Mail.id)).where(Mail.state == MailState.CANCELLED)
    assert db.session.scalar(query) == 2


def test_what_was_decided_on_meanwhile_is_not_joined(
    world: World, bid: Proposal, other: Proposal, ada: Account, lena: Account
) -> None:
    merge = offered(bid, other, ada)
    deciding.put_on_ballot(proposal=other, by=ada, version=other.version, link=LINK)
    services.answer(merge=merge, by=lena, agrees=True, words="")
    db.session.commit()
    services.answer(merge=merge, by=world.group_member, agrees=True, words="")
    assert merge.state is MergeState.OVERTAKEN
    assert bid.title == "Football on Tuesdays"


def test_a_bid_changed_after_the_offer_is_not_joined_and_all_are_told(
    world: World, bid: Proposal, other: Proposal, ada: Account, lena: Account, group_member: Browser
) -> None:
    merge = offered(bid, other, ada)
    services.answer(merge=merge, by=lena, agrees=True, words="")
    changed = content(world, title="Football on Fridays")
    proposals.edit(proposal=other, content=changed, by=lena, version=other.version)
    db.session.commit()
    page = group_member.get(services.path_of(merge))
    page = group_member.follow(group_member.submit(page, {"agrees": "yes"}, form="answer"))
    assert "was changed or decided on" in page.text
    db.session.refresh(other)
    assert other.state is ProposalState.SUBMITTED
    assert sorted(letters()) == [
        "“Football on Fridays” stays as it is",
        "“Football on Tuesdays” stays as it is",
    ]


def test_an_officer_who_typed_a_bid_in_does_not_answer_for_it(
    world: World, round: Round, bid: Proposal, ada: Account
) -> None:
    round.may_propose = MayPropose.EVERYBODY
    typed = proposals.submit(
        round=round,
        organisation=None,
        content=content(world, title="A bench"),
        by=world.officer,
        entered_for=proposals.EnteredFor("Jo", "jo@example.org"),
    )
    merge = offered(bid, typed, ada)
    with pytest.raises(Refused, match="group"):
        services.answer(merge=merge, by=world.officer, agrees=True, words="")
    jo = person("Jo")
    assert queries.own_part_ids(merge, jo) == {typed.id}
    assert not speaks_for(world.officer, typed)
    assert is_author(world.officer, typed)  # so they do not decide on it either


def test_who_may_offer_read_and_answer(
    app: Flask,
    world: World,
    bid: Proposal,
    other: Proposal,
    ada: Account,
    stranger: Browser,
    resident: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
) -> None:
    merge = offered(bid, other, ada)
    here = f"/rounds/{bid.round.slug}/merging/{merge.id}"
    for browser in (resident, officer_elsewhere):
        browser.get(here, status=403)
        browser.get(f"/desk/proposals/{bid.id}/merge", status=403)
        token = browser.get("/account/").html.split('name="csrf_token" value="')[1].split('"')[0]
        browser.post(here, {"csrf_token": token, "agrees": "no"}, status=403)
        browser.post(f"{here}/take-back", {"csrf_token": token}, status=403)
    assert "/account" in (stranger.get(here, status=303).location or "")
    assert (
        "cannot be joined by you"
        in second_officer.get(f"/desk/proposals/{make_proposal(world, bid.round).id}/merge").text
    )
    with pytest.raises(Refused, match="group"):
        services.answer(merge=merge, by=ada, agrees=True, words="")
    with pytest.raises(Refused, match="another offer"):
        services.offer(
            whole=make_proposal(world, bid.round), others=[bid], draft=DRAFT, why="So.", by=ada
        )
    resident.get(f"/rounds/{bid.round.slug}/merging/999", status=404)
