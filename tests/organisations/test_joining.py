"""A lead asks somebody into the group by e-mail, and they join."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations import joining, queries
from pbapp.organisations.forms import no_address
from pbapp.organisations.models import Invitation, MemberRole
from pbapp.refusal import Refused
from tests.client import Browser
from tests.organisations.letters import letters, told
from tests.world import World


def invite(world: World, email: str = "new@example.org") -> Invitation:
    return joining.invite(
        organisation=world.group,
        email=email,
        by=world.group_member,
        link=lambda token: f"http://localhost/groups/join/{token}",
    )


def path_in_mail() -> str:
    ((_to, letter),) = letters("group_invitation")
    return re.search(r"http://localhost(/groups/join/\S+)", letter.text).group(1)


def test_an_invitation_leads_through_signing_in_by_e_mail_into_the_group(
    world: World, group_member: Browser, stranger: Browser
) -> None:
    page = group_member.get(f"/groups/{world.group.id}/members")
    page = group_member.submit(page, {"email": "New@Example.org"}, form="inviting")
    assert "new@example.org" in group_member.follow(page).text
    path = path_in_mail()

    page = stranger.follow(stranger.get(path, status=303))
    page = stranger.follow(stranger.submit(page, {"email": "new@example.org"}))
    code = db.session.query(Mail).filter_by(template="sign_in_code").one().context["code"]
    page = stranger.submit(page, {"code": code})
    assert page.location == path

    page = stranger.follow(page)
    assert page.h1 == "Join Example Canal Friends"
    page = stranger.submit(page, {"name": ""}, form=0, status=422)
    assert page.errors() == ["Enter your name, so that your group knows who you are."]
    home = stranger.follow(stranger.submit(page, {"name": "Nia New"}))
    assert home.h1 == "Example Canal Friends"
    assert "Nia New (Member)" in home.text
    assert told("group_members") == [
        ("group_member@example.org", "Nia New has joined Example Canal Friends")
    ]
    verbs = [event.verb for event in db.session.query(Event).order_by(Event.number)]
    assert verbs == ["organisation.invited", "organisation.joined"]
    token = {"csrf_token": stranger.get("/account/groups").form(0).filled({})[0][1]}
    for again in (stranger.get(path, status=303), stranger.post(path, token, status=303)):
        assert again.location == f"/groups/{world.group.id}"


def test_an_invitation_ends_after_14_days_and_when_it_is_taken_back(
    world: World, group_member: Browser, resident: Browser
) -> None:
    invite(world)
    db.session.commit()
    path = path_in_mail()
    assert resident.get(path).h1.startswith("Join")
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1), tick=False):
        assert queries.list_invitations(world.group.id) == []
        assert queries.find_open_invitation(path.rsplit("/", 1)[1]) is None

    page = group_member.get(f"/groups/{world.group.id}/members")
    button = next(
        f.get("action") for f in page.root.iter("form") if "take-back" in f.get("action", "")
    )
    token = page.form("inviting").filled({})[0][1]
    group_member.post(button, {"csrf_token": token})
    group_member.post(button, {"csrf_token": token})
    assert resident.get(path, status=404).h1 == "This invitation cannot be used"
    with pytest.raises(Refused, match="cannot be used any more"):
        joining.accept(token=path.rsplit("/", 1)[1], by=world.resident, name="", link="")


def test_who_cannot_be_invited(world: World) -> None:
    with pytest.raises(Refused, match="already belongs"):
        invite(world, "Group_Member@example.org ")
    invite(world)
    with pytest.raises(Refused, match="an open invitation"):
        invite(world)
    with pytest.raises(Refused, match="Only a lead"):
        joining.invite(organisation=world.group, email="x@example.org", by=world.resident, link=str)
    for number in range(joining.MOST_OPEN - 1):
        invite(world, f"{number}@example.org")
    with pytest.raises(Refused, match="10 invitations are open"):
        invite(world, "one-more@example.org")


def test_an_address_is_forgotten_a_month_after_the_invitation_ended(world: World) -> None:
    invite(world)
    db.session.flush()
    with time_machine.travel(clock.now() + timedelta(days=43), tick=False):
        assert joining.forget_old() == 0
    with time_machine.travel(clock.now() + timedelta(days=45), tick=False):
        assert joining.forget_old() == 1
    assert db.session.query(Invitation).count() == 0


def test_somebody_sets_up_their_group_and_leads_it(world: World, resident: Browser) -> None:
    page = resident.get("/account/groups")
    assert "You do not belong to a group here yet" in page.text
    assert resident.get("/account/").links()["My groups"] == "/account/groups"
    page = resident.submit(page, {"name": "You won! www.example.org"}, status=422)
    refused = "A name has no web or e-mail address in it. After a full stop, put a space."
    assert page.errors() == [refused]
    page = resident.submit(page, {"name": "Win 500 pounds: evil.example/prize"}, status=422)
    assert page.errors() == [refused]
    fields = {"name": "example CANAL friends", "description": "We walk.", "website": "walk.org"}
    page = resident.submit(page, fields, status=422)
    assert page.errors() == ["Enter a web address that starts with https:// or http://."]
    page = resident.submit(page, {"website": ""}, status=422)
    assert "There is a group of this name already" in page.errors()[0]
    assert "We walk." in page.html

    home = resident.follow(resident.submit(page, {"name": "Example Walkers"}))

    assert home.h1 == "Example Walkers"
    (group,) = queries.list_groups_of(world.resident.id)
    assert queries.find_member(group.id, world.resident.id).role is MemberRole.LEAD
    page = resident.get(f"/groups/{group.id}/edit")
    page = resident.submit(page, {"description": "We walk together."})
    assert "We walk together." in resident.follow(page).text


def test_a_group_is_its_members_own(
    world: World, stranger: Browser, resident: Browser, officer: Browser, board_member: Browser
) -> None:
    base = f"/groups/{world.group.id}"
    pages = [base, f"{base}/members", f"{base}/lead", f"{base}/leave", f"{base}/edit"]
    for path in [*pages, "/account/groups"]:
        assert "/account/sign-in" in stranger.get(path, status=303).location
    for browser in (resident, officer, board_member):
        for path in pages:
            browser.get(path, status=403)
    resident.get("/groups/00000000-0000-0000-0000-000000000000", status=404)
    token = resident.get("/account/groups").form(0).filled({})[0][1]
    for path in (f"{base}/members", f"{base}/leave", f"{base}/lead", f"{base}/lead/answer"):
        resident.post(path, {"csrf_token": token}, status=403)


def test_a_member_who_does_not_lead_reads_and_cannot_change(world: World, app: object) -> None:
    from pbapp.organisations import services

    friend = accounts.open_account(email="friend@example.org", name="Fay Friend")
    services.add_member(organisation=world.group, account=friend)
    browser = Browser(app, signed_in_as=friend)
    base = f"/groups/{world.group.id}"
    page = browser.get(f"{base}/members")
    assert "Invite somebody" not in page.text
    assert "Only" not in page.errors()
    token = browser.get(f"{base}/leave").form(0).filled({})[0][1]
    lead = queries.find_member(world.group.id, world.group_member.id)
    for path in (f"{base}/lead", f"{base}/edit", f"{base}/members/{lead.id}/remove"):
        browser.get(path, status=403)
        browser.post(path, {"csrf_token": token}, status=403)
    page = browser.post(
        f"{base}/members", {"csrf_token": token, "email": "x@example.org"}, status=422
    )
    assert page.errors() == ["Only a lead of the group can do this."]


@pytest.mark.parametrize("name", ["St. Andrew's", "A.B. Club", "Friends of the Canal Ltd."])
def test_a_full_stop_is_no_address(name: str) -> None:
    no_address(None, SimpleNamespace(data=name))
