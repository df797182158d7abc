"""A group says that an entry is its own; a moderator who is not of it decides; it is told."""

from __future__ import annotations

import pytest

from pbapp.assets import queries
from pbapp.assets.claiming import services as claims
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.organisations.factories import make_group
from tests.organisations.letters import letters
from tests.world import World

LEAD = "group_member@example.org"
OURS = "This is our group\u2019s entry"


def ask(world: World, asset: Asset) -> Claim:
    made = claims.claim(
        asset=asset, organisation=world.group, says="It has our name.", by=world.group_member
    )
    db.session.commit()
    return made


def test_an_entry_becomes_the_groups_when_an_officer_agrees(
    world: World, group_member: Browser, officer: Browser, officer_elsewhere: Browser
) -> None:
    asset = make_asset(world)
    page = group_member.get(f"/assets/{asset.id}")
    page = group_member.get(page.links()[OURS])
    page = group_member.submit(page, {"says": " "}, status=422)
    assert page.errors() == ["Say in a sentence how we can tell that it is yours."]
    group_member.submit(page, {"says": "It has our name."})
    assert "An officer is looking at it" in group_member.get(f"/groups/{world.group.id}").text

    (waiting,) = db.session.query(Claim)
    assert asset.name not in officer_elsewhere.get("/desk").links()
    page = officer.get(officer.get("/desk?what=claim").links()[asset.name])
    assert "It has our name." in page.text
    page = officer.submit(page, press="outcome=approve", form="decide")
    assert page.location == "/desk?what=claim"

    assert queries.list_of_group(world.group.id) == [asset]
    assert "Change this entry" in group_member.get(f"/assets/{asset.id}").links()
    assert OURS not in group_member.get(f"/assets/{asset.id}").links()
    assert asset.name not in officer.get("/desk").links()
    assert "The entry was given to the group." in officer.get(f"/desk/claims/{waiting.id}").text
    ((to, letter),) = letters("asset_claim")
    assert (to, letter.subject) == (LEAD, "“Example Hall” is your group\u2019s entry now")
    verbs = [event.verb for event in db.session.query(Event).order_by(Event.number)]
    assert verbs == ["asset.claimed", "asset.claim_approved"]


def test_a_refusal_has_a_reason_and_leaves_the_entry_as_it_was(
    world: World, officer: Browser, group_member: Browser
) -> None:
    asset = make_asset(world)
    made = ask(world, asset)
    path = f"/desk/claims/{made.id}"
    page = officer.submit(officer.get(path), press="outcome=refuse", form="decide", status=422)
    assert page.errors() == ["Say why, so that the group knows what to do."]
    fields = {"reason": "The church looks after it."}
    officer.submit(page, fields, press="outcome=refuse", form="decide")
    officer.submit(page, fields, press="outcome=approve", form="decide", status=409)

    db.session.refresh(made)
    assert (made.state, asset.organisation_id) == (ClaimState.REFUSED, None)
    assert "The church looks after it." in letters("asset_claim")[0][1].text
    assert "The church looks after it." in group_member.get(f"/groups/{world.group.id}").text
    claims_of = f"/groups/{world.group.id}/claims"
    again = ask(world, asset)
    path = f"{claims_of}/{again.id}/take-back"
    assert path in group_member.get(f"/groups/{world.group.id}").html
    for there in (path, path, f"{claims_of}/{made.id}/take-back"):
        group_member.post(there, group_member.token())
    assert (again.is_taken_back, made.state) == (True, ClaimState.REFUSED)
    assert asset.name not in officer.get("/desk?what=claim").links()
    assert "taken it back" in officer.get(f"/desk/claims/{again.id}").text
    assert "three times" not in group_member.get(f"/groups/{world.group.id}").text
    assert "Nobody looks after this entry yet." in group_member.get(f"/assets/{asset.id}").text
    officer.post(path, officer.token(), status=403)


def test_who_can_claim_what(world: World, resident: Browser) -> None:
    asset = make_asset(world)
    assert "You do not belong to a group" in resident.get(f"/assets/{asset.id}/claim").text
    gift = make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    resident.get(f"/assets/{gift.id}/claim", status=404)
    with pytest.raises(Refused, match="do not belong"):
        claims.claim(asset=asset, organisation=world.group, says="Mine", by=world.resident)
    assert ask(world, asset) is ask(world, asset)  # a second press
    asset.organisation_id = world.group.id
    with pytest.raises(Refused, match="looks after this entry already"):
        ask(world, asset)


def test_an_officer_of_either_group_cannot_decide(world: World, officer: Browser) -> None:
    made = ask(world, make_asset(world))
    organisations.add_member(organisation=world.group, account=world.officer)
    db.session.commit()
    page = officer.get(f"/desk/claims/{made.id}")
    assert "another officer has to decide" in page.text
    assert not any(form.get("id") == "decide" for form in page.root.iter("form"))
    with pytest.raises(Refused, match="another officer"):
        claims.approve(claim=made, by=world.officer, url="")


def test_who_decides_is_asked_again_when_they_press(world: World) -> None:
    asset = make_asset(world)
    made = ask(world, asset)
    with pytest.raises(Refused, match="A moderator of this board"):
        claims.approve(claim=made, by=world.officer_elsewhere, url="")
    asset.state = AssetState.RETURNED
    db.session.commit()
    with pytest.raises(Refused, match="not on the map"):
        claims.approve(claim=made, by=world.officer, url="")
    claims.refuse(claim=made, by=world.officer, reason="It is gone.", url="")
    assert (made.state, asset.organisation_id) == (ClaimState.REFUSED, None)


def test_the_group_that_loses_an_entry_is_told(world: World) -> None:
    before = make_group("Example Hall Trust", lead=world.resident)
    asset = make_asset(world, organisation_id=before.id)
    claims.approve(claim=ask(world, asset), by=world.officer, url="https://pb.example.org/x")
    assert asset.organisation_id == world.group.id
    ((to, letter),) = letters("asset_claimed_away")
    assert (to, letter.subject) == (
        world.resident.email,
        "“Example Hall” belongs to Example Canal Friends now",
    )
    assert "https://pb.example.org/x" in letter.text


def test_claims_are_decided_by_moderators_of_the_board(
    world: World,
    stranger: Browser,
    resident: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
) -> None:
    asset = make_asset(world)
    path = f"/desk/claims/{ask(world, asset).id}"
    assert "/account/sign-in" in stranger.get(path, status=303).location
    assert "/account/sign-in" in stranger.get(f"/assets/{asset.id}/claim", status=303).location
    token = resident.get("/account/groups").form(0).filled({})[0][1]
    resident.post(path, {"csrf_token": token, "outcome": "approve"}, status=403)
    for browser in (resident, second_officer, officer_elsewhere, board_member):
        browser.get(path, status=403)
    second_officer.get("/desk/claims/999", status=404)
