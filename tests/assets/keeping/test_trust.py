"""A trusted group's entries show at once and are looked at afterwards; trust and claims end."""

from __future__ import annotations

import pytest

from pbapp.assets import services
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.entry import Entry
from pbapp.assets.keeping import trusting
from pbapp.assets.keeping.models import StraightAway, TrustedGroup
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.refusal import Refused
from tests.assets.factories import make_asset
from tests.assets.test_add import WHAT, WHERE, step
from tests.assets.test_claims import ask
from tests.client import Browser
from tests.organisations.letters import letters, told
from tests.world import World

LEAD = "group_member@example.org"


@pytest.fixture
def trusted(world: World) -> TrustedGroup:
    made = trusting.trust(
        board=world.board,
        organisation=world.group,
        reason="Right for a year.",
        by=world.officer,
        url="https://pb.example.org",
    )
    db.session.commit()
    return made


def send(world: World, **values: object) -> Asset:
    given = {"kind": AssetKind.ASSOCIATION, "name": "Choir", "ward_code": "S13003048", **values}
    made = services.submit(
        board=world.board,
        entry=Entry(**given),  # type: ignore[arg-type]
        by=world.group_member,
        organisation_id=world.group.id,
    )
    db.session.commit()
    return made


def test_what_a_trusted_group_sends_shows_at_once_and_is_looked_at(
    world: World, trusted: TrustedGroup, officer: Browser, group_member: Browser
) -> None:
    page = group_member.get(f"/assets/new?group={world.group.id}")
    for typed in (WHAT, WHERE, {}):
        page = step(group_member, page, typed)
    assert "It shows on the map as soon as you send it." in page.text
    asset = send(world)
    assert asset.state is AssetState.PUBLISHED
    assert asset.review_due_on is not None
    page = group_member.get(f"/assets/{asset.id}/edit")
    assert "Your changes show at once." in page.text
    group_member.submit(page, {"summary": "We sing.", "ward": "S13003048"})
    assert asset.state is AssetState.PUBLISHED
    first, second = db.session.query(StraightAway).order_by("id")
    assert officer.get("/desk?what=straight").links()["Choir"]
    page = officer.get(f"/desk/straight-away/{second.id}")
    assert "We sing." in page.text
    for _ in range(2):
        officer.submit(page, press="outcome=leave", form="look")
    page = officer.get(f"/desk/straight-away/{first.id}")
    assert "Nobody read it before it showed." in page.text
    officer.submit(page, press="outcome=down", form="look", status=422)
    officer.submit(page, {"reason": "It names Ann."}, press="outcome=down", form="look")
    assert asset.state is AssetState.RETURNED
    assert "Choir" not in officer.get("/desk").links()
    page = group_member.get(f"/assets/{asset.id}/edit")
    group_member.submit(page, {"summary": "We all sing.", "ward": "S13003048"})
    assert asset.state is AssetState.WAITING  # an officer asked for it


def test_others_and_gifts_wait_as_ever(world: World, trusted: TrustedGroup) -> None:
    gift = send(world, kind=AssetKind.INDIVIDUAL)
    assert gift.state is AssetState.WAITING
    stranger_of_it = services.submit(
        board=world.board,
        entry=Entry(kind=AssetKind.PLACE, name="Hall", ward_code="S13003048"),
        by=world.resident,
        organisation_id=world.group.id,
    )
    assert stranger_of_it.state is AssetState.WAITING


def test_trust_is_given_with_a_reason_and_taken_back(
    world: World, officer: Browser, group_member: Browser
) -> None:
    path = f"/desk/groups/{world.group.id}/trust"
    assert path in officer.get(f"/desk/passports/{world.group.id}").links().values()
    page = officer.get(path)
    form, reason = f"trust-{world.board.id}", f"b{world.board.id}-reason"
    wrong = officer.submit(page, press="outcome=trust", form=form, status=422)
    assert wrong.errors() == ["Say why, for the record."]
    for _ in range(2):
        officer.submit(page, {reason: "Always right."}, press="outcome=trust", form=form)
    assert db.session.query(TrustedGroup).count() == 1
    page = officer.get(path)
    assert "Yes, because: Always right." in page.text
    officer.submit(page, {reason: "It named somebody."}, press="outcome=revoke", form=form)
    assert not trusting.is_trusted(world.board.id, world.group.id)
    assert send(world).state is AssetState.WAITING
    subjects = [subject for _, subject in told("group_trusted")]
    assert subjects == [
        "What Example Canal Friends adds to the map shows straight away now",
        "What Example Canal Friends adds to the map is checked first again",
    ]
    assert "It named somebody." in letters("group_trusted")[1][1].text


def test_nobody_trusts_their_own_group(world: World, officer: Browser) -> None:
    organisations.add_member(organisation=world.group, account=world.officer)
    db.session.commit()
    page = officer.get(f"/desk/groups/{world.group.id}/trust")
    assert "another officer has to decide" in page.text
    with pytest.raises(Refused, match="belong to this group"):
        trusting.trust(
            board=world.board, organisation=world.group, reason="Us", by=world.officer, url=""
        )


def test_an_approved_claim_can_come_with_trust_and_be_revoked(
    world: World, officer: Browser, second_officer: Browser, group_member: Browser
) -> None:
    asset = make_asset(world)
    made = ask(world, asset)
    page = officer.get(f"/desk/claims/{made.id}")
    officer.submit(page, {"trust": "y"}, press="outcome=approve", form="decide")
    assert trusting.is_trusted(world.board.id, world.group.id)
    for path, words in {
        f"/assets/{asset.id}": "Who looks after this entry",
        "/desk": "Bring in a list for the map",
        f"/desk/passports/{world.group.id}": "May this group publish straight away?",
    }.items():
        assert words in officer.get(path).links()
        assert words not in second_officer.get(path).links()  # who may not open it
    page = officer.get(officer.get(f"/assets/{asset.id}").links()["Who looks after this entry"])
    assert officer.submit(page, form="revoke", status=422).errors() == [
        "Say why, so that the group knows what to do."
    ]
    for _ in range(2):
        officer.submit(page, {"reason": "It is the church's."}, form="revoke")
    db.session.refresh(made)
    assert (made.state, asset.organisation_id) == (ClaimState.REVOKED, None)
    ((to, letter),) = letters("asset_claim_ended")
    assert (to, "It is the church's." in letter.text) == (LEAD, True)
    group_member.get(f"/assets/{asset.id}/edit", status=403)
    assert "It is the church's." in group_member.get(f"/groups/{world.group.id}").text
    assert "Nobody looks after this entry any more" in group_member.get(f"/assets/{asset.id}").text
    db.session.refresh(asset)
    assert ask(world, asset).state is ClaimState.ASKED
    assert db.session.query(Claim).count() == 2


def test_the_desks_pages_are_for_moderators(
    world: World,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    trusted: TrustedGroup,
) -> None:
    asset = send(world)
    (row,) = db.session.query(StraightAway)
    paths = [f"/desk/straight-away/{row.id}", f"/desk/entries/{asset.id}/keeper"]
    trust = f"/desk/groups/{world.group.id}/trust"
    for path in (*paths, trust):
        stranger.get(path, status=303)
        for browser in (resident, group_member, second_officer, board_member):
            browser.refused(path)
    for path in paths:
        officer_elsewhere.refused(path)
    ours = {**officer_elsewhere.token(), "board": str(world.board.id), "outcome": "revoke"}
    officer_elsewhere.post(trust, ours, status=404)
    assert trusting.is_trusted(world.board.id, world.group.id)
