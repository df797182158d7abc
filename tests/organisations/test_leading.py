"""The lead is handed over in two steps; people leave and are removed; a lead always stays."""

from __future__ import annotations

import pytest
from flask import Flask

from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.organisations import leading, queries, services
from pbapp.organisations.models import LeadOffer, Member, MemberRole
from pbapp.refusal import Refused
from tests.client import Browser
from tests.organisations.letters import told
from tests.world import World

LINK = "http://localhost/groups/x"


@pytest.fixture
def friend(world: World) -> Account:
    account = accounts.open_account(email="friend@example.org", name="Fay Friend")
    services.add_member(organisation=world.group, account=account)
    return account


def member(world: World, account: Account) -> Member:
    found = queries.find_member(world.group.id, account.id)
    assert found is not None
    return found


def roles(world: World) -> dict[str, str]:
    return {m.account.name: m.role.value for m in queries.list_memberships(world.group.id)}


def offer(world: World, to: Account, *, stays: bool = False) -> LeadOffer:
    return leading.offer_lead(
        organisation=world.group,
        member_id=member(world, to).id,
        stays_lead=stays,
        by=world.group_member,
        link=LINK,
    )


def test_the_lead_changes_hands_when_the_other_accepts(
    world: World, friend: Account, group_member: Browser, app: Flask
) -> None:
    base = f"/groups/{world.group.id}"
    page = group_member.get(f"{base}/lead")
    page = group_member.submit(page, {}, status=422)
    assert len(page.errors()) == 2
    fields = {"member": str(member(world, friend).id), "then": "member"}
    page = group_member.follow(group_member.submit(page, fields))
    assert "Was asked to lead" in page.text
    assert roles(world) == {"Gil Group": "lead", "Fay Friend": "member"}

    theirs = Browser(app, signed_in_as=friend)
    page = theirs.get(base)
    assert "Gil Group asks you to lead the group" in page.text
    theirs.submit(page, press="answer=yes")

    assert roles(world) == {"Fay Friend": "lead", "Gil Group": "member"}
    assert told("group_members") == [
        ("friend@example.org", "Gil Group asks you to lead Example Canal Friends"),
        ("group_member@example.org", "Fay Friend leads Example Canal Friends now"),
    ]
    assert db.session.query(LeadOffer).count() == 0
    group_member.get(f"{base}/lead", status=403)


def test_the_lead_can_be_shared_refused_and_taken_back(world: World, friend: Account) -> None:
    offer(world, friend)
    db.session.commit()
    with pytest.raises(Refused, match="asked already"):
        offer(world, friend)
    leading.answer_lead(organisation=world.group, accepts=False, by=friend, link=LINK)
    assert roles(world)["Fay Friend"] == "member"
    offer(world, friend)
    leading.take_back_offer(
        organisation=world.group, member_id=member(world, friend).id, by=world.group_member
    )
    with pytest.raises(Refused, match="was taken back"):
        leading.answer_lead(organisation=world.group, accepts=True, by=friend, link=LINK)
    offer(world, friend, stays=True)
    leading.answer_lead(organisation=world.group, accepts=True, by=friend, link=LINK)
    assert set(roles(world).values()) == {"lead"}
    with pytest.raises(Refused, match="lead the group already"):
        offer(world, friend)


def test_the_last_lead_cannot_leave(world: World, friend: Account, group_member: Browser) -> None:
    base = f"/groups/{world.group.id}"
    page = group_member.submit(group_member.get(f"{base}/leave"))
    assert "You are the only lead" in group_member.follow(page).text
    member(world, friend).role = MemberRole.LEAD
    db.session.commit()

    page = group_member.submit(group_member.get(f"{base}/leave"))

    assert page.location == "/account/groups"
    assert roles(world) == {"Fay Friend": "lead"}
    assert told("group_members") == [
        ("friend@example.org", "Gil Group has left Example Canal Friends")
    ]
    group_member.get(base, status=403)


def test_who_is_removed_loses_everything_at_once_and_is_told(
    world: World, friend: Account, group_member: Browser, app: Flask
) -> None:
    theirs, base = Browser(app, signed_in_as=friend), f"/groups/{world.group.id}"
    theirs.get(base)
    offer(world, friend)
    path = f"{base}/members/{member(world, friend).id}/remove"
    page = group_member.get(path)
    assert page.h1 == "Remove Fay Friend from the group?"
    group_member.submit(page)
    theirs.get(base, status=403)
    group_member.get(path, status=404)
    assert ("friend@example.org", "You do not belong to Example Canal Friends any more") in told()
    events = db.session.query(Event).order_by(Event.number.desc())
    assert events.first().verb == "organisation.removed"


def test_nobody_removes_a_lead_or_a_stranger(world: World, friend: Account) -> None:
    member(world, friend).role = MemberRole.LEAD
    for number, said in ((member(world, friend).id, "nobody can remove"), (999, "any more")):
        with pytest.raises(Refused, match=said):
            leading.remove(organisation=world.group, member_id=number, by=world.group_member)
    with pytest.raises(Refused, match="Only a lead"):
        leading.remove(organisation=world.group, member_id=1, by=world.resident)


def test_who_runs_the_installation_gives_a_group_its_lead_back(
    world: World, friend: Account
) -> None:
    leading.appoint(organisation=world.group, account=friend)
    assert roles(world)["Fay Friend"] == "lead"
    event = db.session.query(Event).one()
    assert (event.actor, event.verb) == ("operator", "organisation.lead_appointed")
    with pytest.raises(Refused, match="does not belong"):
        leading.appoint(organisation=world.group, account=world.resident)
