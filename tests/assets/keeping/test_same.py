"""Two entries for one thing: one stays, the other leads to it, and this can be taken back."""

from __future__ import annotations

import pytest

from pbapp.assets.keeping import same
from pbapp.assets.managing import services as managing
from pbapp.assets.models import AssetKind, AssetState
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.organisations.letters import letters, told
from tests.world import World


def test_the_duplicate_leaves_the_list_and_leads_to_the_other(
    world: World, officer: Browser, stranger: Browser, group_member: Browser
) -> None:
    kept = make_asset(world, "Town Hall")
    again = make_asset(world, "The town hall", organisation_id=world.group.id)
    third = make_asset(world, "Halls", state=AssetState.DUPLICATE, duplicate_of_id=again.id)
    path = f"/desk/entries/{again.id}/same"
    page = officer.get(path)
    wrong = officer.submit(
        page, {"typed": "Nowhere"}, press="outcome=mark", form="mark", status=422
    )
    assert "Choose another entry of this board" in wrong.errors()[0]
    for _ in range(2):
        officer.submit(page, {"other": str(kept.id)}, press="outcome=mark", form="mark")
    for old in (again, third):
        assert stranger.get(f"/assets/{old.id}", status=303).location == f"/assets/{kept.id}"
    assert stranger.get(f"/assets/{again.id}/confirm", 303).location == f"/assets/{kept.id}/confirm"
    assert "The town hall" not in stranger.get("/assets").links()
    assert told("asset_duplicate") == [
        ("group_member@example.org", "“The town hall” was on the map twice")
    ]
    assert (
        "Change: The town hall" not in group_member.get(f"/groups/{world.group.id}/entries").links()
    )
    with pytest.raises(Refused, match="the same as another entry"):
        managing.offer(
            asset=again, group=world.group, to=world.group, by=world.group_member, url=""
        )
    assert "say that it is your group" in letters("asset_duplicate")[0][1].text
    officer.get(f"/assets/{again.id}")
    officer.submit(officer.get(path), press="outcome=unmark", form="unmark")
    assert (again.state, again.duplicate_of_id) == (AssetState.WAITING, None)


def test_who_says_so_and_of_what(
    world: World,
    stranger: Browser,
    resident: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
) -> None:
    asset, kept = make_asset(world), make_asset(world, "Other")
    path = f"/desk/entries/{asset.id}/same"
    stranger.get(path, status=303)
    for browser in (resident, second_officer, officer_elsewhere):
        browser.refused(path)
    elsewhere = make_asset(world, "Elsewhere", board_id=world.other_board.id)
    assert same.find_named(asset, f"https://pb.example.org/assets/{elsewhere.id}") is None
    assert same.find_named(asset, f"https://pb.example.org/assets/{kept.id}?x=1") == kept
    assert same.find_named(asset, " OTHER ") == kept
    make_asset(world, "Other")
    with pytest.raises(Refused, match="Several entries have this name"):
        same.find_named(asset, "Other")
    for wrong in (None, asset):
        with pytest.raises(Refused, match="Choose another entry"):
            same.mark(asset=asset, kept=wrong, by=world.officer, url="")
    gift = make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    with pytest.raises(Refused, match="leads nowhere"):
        same.mark(asset=asset, kept=gift, by=world.officer, url="")
    asset.submitted_by_id = world.officer.id
    with pytest.raises(Refused, match="another officer"):
        same.mark(asset=asset, kept=kept, by=world.officer, url="")
