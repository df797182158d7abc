"""A refusal takes two, its reason is public, and somebody who took no part hears an appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets import links
from pbapp.assets.models import Asset, AssetState
from pbapp.audit.models import Event
from pbapp.boards.models import Membership, Role
from pbapp.boards.service_clock import days_after
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Appeal, Refusal, Verdict
from pbapp.desk import services as desk
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.proposals import services as proposals
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.models import Profile, Round
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.proposals.factories import make_proposal, on_ballot, returned
from tests.rounds.factories import make_round
from tests.world import World

ASK = {
    "refuse-reason": "This fund does not pay for staff.",
    "refuse-elsewhere": "Example Staff Fund",
}


def give(world: World, account: Account, role: Role) -> Account:
    db.session.add(
        Membership(board=world.board, account_id=account.id, role=role, since=clock.now())
    )
    db.session.commit()
    return account


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


@pytest.fixture
def proposal(world: World, round: Round) -> Proposal:
    return make_proposal(world, round, title="Walking football")


@pytest.fixture
def counter(app: Flask, world: World) -> Browser:
    return Browser(app, signed_in_as=give(world, world.resident, Role.COUNTER))


def appeal_path() -> str:
    return f"/desk/appeals/{db.session.query(Appeal).one().id}"


def page_of(thing: Proposal | Asset) -> str:
    return f"/desk/{'proposals' if isinstance(thing, Proposal) else 'assets'}/{thing.id}"


def state_of(thing: Proposal | Asset) -> str:
    db.session.refresh(thing)
    return thing.state.value


def ask(browser: Browser, thing: Proposal | Asset, **more: object) -> Refusal:
    browser.submit(browser.get(page_of(thing)), {**ASK, **more}, form="refuse")
    return db.session.query(Refusal).order_by(Refusal.id.desc()).first()  # type: ignore[return-value]


def agree(browser: Browser, thing: Proposal | Asset, status: int = 303) -> None:
    page = browser.get(page_of(thing))
    browser.submit(page, form="answer-refusal", press="answer=agreed", status=status)


def test_two_people_refuse_and_everybody_reads_why(
    officer: Browser, second_officer: Browser, stranger: Browser, proposal: Proposal
) -> None:
    ask(officer, proposal)
    assert state_of(proposal) == "submitted"
    mine = officer.get(page_of(proposal))
    assert "Take the request back" in mine.text
    assert 'id="decide"' not in mine.html
    path = f"/rounds/small-grants/proposals/{proposal.number}"
    stranger.get(path, status=404)

    agree(second_officer, proposal)

    assert state_of(proposal) == "refused"
    text = stranger.get(path).text
    assert "This fund does not pay for staff." in text
    assert "Example Staff Fund" in text
    mail = db.session.query(Mail).one()
    assert mail.template == "proposal_refused"
    assert mail.not_before is not None
    verbs = {event.verb for event in db.session.query(Event)}
    assert {"proposal.refusal_asked", "proposal.refused"} <= verbs


def test_nobody_refuses_alone(officer: Browser, proposal: Proposal) -> None:
    refusal = ask(officer, proposal)
    page = officer.get(page_of(proposal))
    officer.submit(page)  # takes it back
    db.session.refresh(refusal)
    assert refusal.answer is not None
    assert refusal.answer.value == "withdrawn"
    again = ask(officer, proposal)
    token = officer.get("/desk").root.find(".//meta[@name='csrf-token']").get("content")  # type: ignore[union-attr]
    data = {"csrf_token": token, "answer": "agreed"}
    page = officer.post(f"/desk/refusals/{again.id}", data=data, status=409)
    assert "A second person has to agree" in page.text
    assert state_of(proposal) == "submitted"


def test_the_second_person_may_say_no_and_the_first_is_told(
    officer: Browser, second_officer: Browser, proposal: Proposal
) -> None:
    ask(officer, proposal)
    page = second_officer.get(page_of(proposal))
    page = second_officer.submit(page, form="answer-refusal", press="answer=declined", status=422)
    assert page.errors() == ["Say why you do not agree, so that they understand it."]
    fields = {"decline-note": "Volunteers run it; nobody is paid."}
    second_officer.submit(page, fields, form="answer-refusal", press="answer=declined")
    assert state_of(proposal) == "submitted"
    assert db.session.query(Mail).one().to_address == "officer@example.org"
    assert 'id="decide"' in officer.get(page_of(proposal)).html


def test_undone_within_the_minute_the_request_waits_again(
    officer: Browser, second_officer: Browser, proposal: Proposal
) -> None:
    refusal = ask(officer, proposal)
    agree(second_officer, proposal)
    second_officer.submit(second_officer.get("/desk"))
    assert state_of(proposal) == "submitted"
    db.session.refresh(refusal)
    assert refusal.answer is None
    assert db.session.query(Mail).one().state is MailState.CANCELLED
    agree(second_officer, proposal)
    assert state_of(proposal) == "refused"


def test_who_may_be_second_follows_the_size_of_the_round(
    officer: Browser, counter: Browser, round: Round, proposal: Proposal
) -> None:
    counter.get(page_of(proposal), status=403)
    ask(officer, proposal)
    round.profile = Profile.FULL
    db.session.commit()
    counter.get(page_of(proposal), status=403)
    round.profile = Profile.SMALL
    db.session.commit()
    assert not [to for to in counter.get(page_of(proposal)).links().values() if "/history" in to]
    agree(counter, proposal)
    assert state_of(proposal) == "refused"


def test_a_declared_conflict_holds_for_refusals_and_appeals(
    officer: Browser, second_officer: Browser, counter: Browser, world: World, proposal: Proposal
) -> None:
    ask(officer, proposal)
    open_page = second_officer.get(page_of(proposal))
    organisations.add_member(organisation=world.group, account=world.second_officer)
    db.session.commit()
    second_officer.submit(open_page, form="answer-refusal", press="answer=agreed", status=409)
    assert "belong to its group" in second_officer.get(page_of(proposal)).text
    agree(counter, proposal)
    appeal_by_group(Browser(counter.app, signed_in_as=world.group_member), proposal)
    page = second_officer.get(appeal_path())
    assert "belong to its group" in page.text
    assert 'id="answer-appeal"' not in page.html


def test_what_was_changed_meanwhile_is_not_refused(
    officer: Browser, second_officer: Browser, proposal: Proposal
) -> None:
    ask(officer, proposal)
    old = second_officer.get(page_of(proposal))
    proposal.title = "Running football"
    db.session.commit()
    page = second_officer.submit(old, form="answer-refusal", press="answer=agreed", status=409)
    assert "This has changed since the refusal was asked for" in page.text
    officer.submit(officer.get(page_of(proposal)), form="decide", press="outcome=approved")
    assert state_of(proposal) == "on_ballot"


def test_what_is_against_the_law_is_not_shown(
    officer: Browser, second_officer: Browser, stranger: Browser, proposal: Proposal
) -> None:
    ask(officer, proposal, **{"refuse-is_hidden": "y"})
    agree(second_officer, proposal)
    stranger.get(f"/rounds/small-grants/proposals/{proposal.number}", status=404)


def test_without_a_reason_there_is_no_refusal(officer: Browser, proposal: Proposal) -> None:
    page = officer.get(page_of(proposal))
    fields = {"refuse-elsewhere": "Example Fund"}
    page = officer.submit(page, fields, form="refuse", status=422)
    assert page.errors() == ["Say why. Everybody can read the reason."]
    assert 'value="Example Fund"' in page.html
    assert db.session.query(Refusal).count() == 0


def test_an_entry_for_the_map_is_refused_and_appealed_without_an_account(
    officer: Browser, second_officer: Browser, stranger: Browser, counter: Browser, world: World
) -> None:
    third = Browser(officer.app, signed_in_as=give(world, world.group_member, Role.CLERK))
    asset = make_asset(world, state=AssetState.WAITING, submitter_email="adder@example.org")
    ask(officer, asset)
    counter.get(page_of(asset), status=403)
    agree(second_officer, asset)
    second_officer.submit(second_officer.get("/desk"))  # undone: the request waits again
    assert state_of(asset) == "waiting"
    agree(second_officer, asset)
    assert state_of(asset) == "refused"
    with officer.app.test_request_context():
        link = links.appeal_url(asset).removeprefix("http://localhost")
    stranger.get(link.split("?")[0], status=303)
    page = stranger.get(link)
    stranger.submit(page, {"reason": "It is a hall like any other."}, form="appeal")
    for took_part in (officer, second_officer):
        assert "You took part" in took_part.get(appeal_path()).text
    page = third.get(appeal_path())
    third.submit(page, {"answer": "Right you are."}, form="answer-appeal", press="verdict=upheld")
    assert state_of(asset) == "waiting"


def appeal_by_group(group: Browser, proposal: Proposal) -> None:
    page = group.get(f"/rounds/small-grants/proposals/{proposal.number}/appeal")
    group.submit(page, {"reason": "We pay nobody."}, form="appeal")


def test_an_appeal_goes_to_somebody_who_took_no_part(
    officer: Browser, second_officer: Browser, group_member: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round)
    on_ballot(world, round)
    appeal_by_group(group_member, proposal)
    with pytest.raises(Refused, match="An appeal still waits"):
        desk.ask_to_seal(round=round, by=world.officer)
    assert "You took part" in officer.get(appeal_path()).text
    page = second_officer.get(appeal_path())
    page = second_officer.submit(page, form="answer-appeal", press="verdict=dismissed", status=422)
    assert page.errors() == ["Say why, so that they understand it."]
    second_officer.submit(
        page,
        {"answer": "The costs are still open."},
        form="answer-appeal",
        press="verdict=dismissed",
    )
    assert state_of(proposal) == "returned"
    told = {mail.template for mail in db.session.query(Mail)}
    assert told >= {"proposal_returned", "appeal_received", "appeal_answered"}
    path = f"/rounds/small-grants/proposals/{proposal.number}"
    assert "The costs are still open." in group_member.get(path).text
    assert "There is an appeal against this already." in group_member.get(f"{path}/appeal").text


def test_an_appeal_about_what_was_taken_back_does_not_hold_up_sealing(
    group_member: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round)
    on_ballot(world, round)
    appeal_by_group(group_member, proposal)
    proposals.withdraw(proposal=proposal, by=world.group_member)
    db.session.commit()
    assert db.session.query(Appeal).one().verdict is Verdict.LAPSED
    desk.ask_to_seal(round=round, by=world.officer)


def test_the_time_to_appeal_ends_after_ten_working_days(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round)
    path = f"/rounds/small-grants/proposals/{proposal.number}/appeal"
    resident.get(path, status=404)
    decision = decisions.find_latest("proposal", str(proposal.id))
    assert decision is not None
    last = days_after(decision.at.date(), 10)
    for days, open_still in ((0, True), (1, False)):
        at = decision.at.replace(year=last.year, month=last.month, day=last.day)
        with time_machine.travel(at + timedelta(days=days), tick=False):
            member = Browser(group_member.app, signed_in_as=world.group_member)
            assert ('id="appeal"' in member.get(path).html) is open_still
