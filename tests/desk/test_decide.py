"""Deciding at the desk: approve, send back, undo for a minute, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets.models import Asset, AssetState
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.proposals import services
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser, Page
from tests.proposals.factories import content, make_proposal
from tests.rounds.factories import make_round
from tests.world import World

APPROVE, SEND_BACK = "outcome=approved", "outcome=returned"


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


@pytest.fixture
def proposal(world: World, round: Round) -> Proposal:
    return make_proposal(world, round, title="Walking football")


@pytest.fixture
def asset(world: World) -> Asset:
    return make_asset(
        world, state=AssetState.WAITING, submitter_email="adder@example.org", main="poverty"
    )


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


def path_of(thing: Proposal | Asset) -> str:
    room = "proposals" if isinstance(thing, Proposal) else "assets"
    return f"/desk/{room}/{thing.id}"


def state_of(thing: Proposal | Asset) -> str:
    db.session.refresh(thing)
    return thing.state.value


@pytest.fixture(params=["proposal", "asset"])
def thing(request: pytest.FixtureRequest) -> Proposal | Asset:
    return request.getfixturevalue(request.param)


APPROVED = {"on_ballot", "published"}
WAITING = {"submitted", "waiting"}


def undo_form(page: Page) -> int:
    main = page.root.find(".//main")
    assert main is not None
    forms = list(main.iter("form"))
    return next(at for at, form in enumerate(forms) if form.get("action", "").endswith("/undo"))


def test_the_page_shows_all_there_is_to_decide_on(
    officer: Browser, world: World, round: Round, asset: Asset
) -> None:
    says = "Members pay £1 a week."
    proposal = make_proposal(world, round, title="Walking football", running_costs=says)
    page = officer.get(path_of(proposal))
    assert page.h1 == "Walking football"
    assert says in page.text
    assert page.links()["Every version of this proposal"].endswith("/history")
    for text in ("Two hours every Tuesday", "Hall hire £900", "Together £1,000.50", "Poverty"):
        assert text in page.text or text == "Poverty"
    page = officer.get(path_of(asset))
    assert page.h1 == "Example Hall"
    for text in ("Example Hall in one line.", "Coatbridge North", "Poverty (most of all)"):
        assert text in page.text


def test_approved_it_leaves_the_queue_and_can_be_undone(
    officer: Browser, thing: Proposal | Asset
) -> None:
    done = officer.submit(officer.get(path_of(thing)), form="decide", press=APPROVE)
    assert done.location == "/desk"
    page = officer.follow(done)
    assert state_of(thing) in APPROVED
    assert "You can take this back for one minute." in page.text
    mail = db.session.query(Mail).order_by(Mail.written_at.desc()).first()
    assert mail is not None
    assert mail.not_before > clock.now()

    for _ in range(2):
        back = officer.submit(page, form=undo_form(page))
    assert "Undone." in officer.follow(back).text
    assert state_of(thing) in WAITING
    db.session.refresh(mail)
    assert mail.state is MailState.CANCELLED


def test_sent_back_needs_a_reason_and_keeps_the_form(
    officer: Browser, thing: Proposal | Asset
) -> None:
    page = officer.submit(officer.get(path_of(thing)), form="decide", press=SEND_BACK, status=422)
    assert "Say why, so that they know what to change." in page.text
    assert state_of(thing) in WAITING

    officer.submit(
        page, {"reason": "Please add the opening hours."}, form="decide", press=SEND_BACK
    )
    assert state_of(thing) == "returned"
    page = officer.get(path_of(thing))
    assert "Orla Officer: sent back" in page.text
    assert "Please add the opening hours." in page.text


def test_a_second_click_is_one_decision(officer: Browser, thing: Proposal | Asset) -> None:
    page = officer.get(path_of(thing))
    for _ in range(2):
        done = officer.submit(page, form="decide", press=APPROVE)
        assert done.location == "/desk"
    assert db.session.query(Decision).count() == 1


def test_after_a_minute_there_is_nothing_to_undo(officer: Browser, thing: Proposal | Asset) -> None:
    done = officer.submit(officer.get(path_of(thing)), form="decide", press=APPROVE)
    page = officer.follow(done)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        back = officer.submit(page, form=undo_form(page))
        later = officer.follow(back)
    assert "one minute" in later.text
    assert "Undo" not in [b.text for b in later.root.iter("button")]
    assert state_of(thing) in APPROVED


@pytest.mark.usefixtures("second_moderator")
def test_of_two_officers_the_second_sees_what_the_first_did(
    officer: Browser, second_officer: Browser, thing: Proposal | Asset
) -> None:
    first, second = officer.get(path_of(thing)), second_officer.get(path_of(thing))
    officer.submit(first, {"reason": "Add the hours."}, form="decide", press=SEND_BACK)
    page = second_officer.submit(second, form="decide", press=APPROVE, status=409)
    assert "decided on this" in page.text
    assert "Orla Officer: sent back" in page.text
    assert "Add the hours." in page.text
    assert state_of(thing) == "returned"
    assert db.session.query(Decision).count() == 1


def test_who_read_an_older_version_reads_the_new_one_first(
    officer: Browser, world: World, proposal: Proposal
) -> None:
    old = officer.get(path_of(proposal))
    services.edit(
        proposal=proposal,
        content=content(world, title="Running football"),
        by=world.group_member,
        version=proposal.version,
    )
    db.session.commit()
    page = officer.submit(old, form="decide", press=APPROVE, status=409)
    assert "This has changed since you opened it." in page.text
    assert page.h1 == "Running football"
    officer.submit(page, form="decide", press=APPROVE)
    assert state_of(proposal) == "on_ballot"


def test_a_changed_entry_for_the_map_is_read_again_too(officer: Browser, asset: Asset) -> None:
    old = officer.get(path_of(asset))
    asset.name = "Another hall"
    db.session.commit()
    page = officer.submit(old, form="decide", press=APPROVE, status=409)
    assert page.h1 == "Another hall"
    assert state_of(asset) == "waiting"


def test_nobody_decides_for_their_own_group(
    officer: Browser, world: World, proposal: Proposal, asset: Asset
) -> None:
    open_pages = [officer.get(path_of(thing)) for thing in (proposal, asset)]
    organisations.add_member(organisation=world.group, account=world.officer)
    asset.organisation_id = world.group.id
    db.session.commit()
    for page, thing in zip(open_pages, (proposal, asset), strict=True):
        answer = officer.submit(page, form="decide", press=APPROVE, status=409)
        assert "You belong to this group" in answer.text
        assert "Not for you to decide" in officer.get(path_of(thing)).text
        assert state_of(thing) in WAITING


def test_another_role_reads_but_does_not_decide(
    second_officer: Browser, thing: Proposal | Asset
) -> None:
    page = second_officer.get(path_of(thing))
    assert "Not for you to decide" in page.text
    assert 'id="decide"' not in page.html
    token = {"csrf_token": token_of(page), "outcome": "approved", "version": "1"}
    second_officer.post(path_of(thing), data=token, status=409)
    assert state_of(thing) in WAITING


def test_only_officers_of_this_board_get_in(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    thing: Proposal | Asset,
) -> None:
    path = path_of(thing)
    assert "/account/sign-in" in str(stranger.get(path, status=303).location)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        browser.get(path, status=403)
        token = token_of(browser.get("/rounds"))
        browser.post(path, data={"csrf_token": token, "outcome": "approved"}, status=403)
    assert state_of(thing) in WAITING


def test_only_who_decided_undoes(
    officer: Browser, second_officer: Browser, officer_elsewhere: Browser, proposal: Proposal
) -> None:
    officer.submit(officer.get(path_of(proposal)), form="decide", press=APPROVE)
    decision = db.session.query(Decision).one()
    for browser in (second_officer, officer_elsewhere):
        token = token_of(browser.get("/desk"))
        browser.post(f"/desk/decisions/{decision.id}/undo", data={"csrf_token": token}, status=403)
        assert "Undo" not in browser.get("/desk").text
    assert state_of(proposal) == "on_ballot"


def test_things_that_are_not_there_are_404(officer: Browser) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    for path in ("/desk/proposals/99", f"/desk/assets/{nobody}", "/desk/rounds/nothing"):
        officer.get(path, status=404)
    token = {"csrf_token": token_of(officer.get("/desk"))}
    officer.post(f"/desk/decisions/{nobody}/undo", data=token, status=404)


def test_the_next_thing_is_one_link_away(
    officer: Browser, world: World, round: Round, proposal: Proposal, asset: Asset
) -> None:
    later = make_proposal(world, round, title="Later")
    assert officer.get(path_of(asset)).links()["Next: Walking football"] == path_of(proposal)
    assert "Next: Later" in officer.get(path_of(proposal)).links()
    assert "Next: Example Hall" in officer.get(path_of(later)).links()


def test_a_published_entry_is_taken_off_the_map_with_a_reason(
    officer: Browser, world: World
) -> None:
    shown = make_asset(world, submitter_email="adder@example.org")
    page = officer.get(path_of(shown))
    officer.submit(page, {"reason": "It has closed."}, form="decide", press=SEND_BACK)
    assert state_of(shown) == "returned"


def test_what_people_typed_is_text(officer: Browser, world: World, round: Round) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    proposal = make_proposal(world, round, title=nasty, what=nasty)
    page = officer.get(path_of(proposal))
    assert page.h1 == nasty
    assert page.root.find(".//img") is None
    assert proposal.state is ProposalState.SUBMITTED


def token_of(page: Page) -> str:
    meta = next(e for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    return meta.get("content", "")
