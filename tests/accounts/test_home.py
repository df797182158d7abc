"""The account page: what is mine."""

from __future__ import annotations

from pbapp.assets.models import AssetState
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World


def test_it_is_for_those_who_are_signed_in(stranger: Browser, world: World) -> None:
    assert "/account/sign-in" in (stranger.get("/account/", status=303).location or "")


def test_it_lists_my_entries_and_what_each_waits_for(
    resident: Browser, group_member: Browser, world: World
) -> None:
    mine = {"submitted_by_id": world.resident.id}
    make_asset(world, "Hall", **mine)
    returned = make_asset(world, "Club", state=AssetState.RETURNED, **mine)
    page = resident.get("/account/")
    for said in ("Hall", "On the map", "Club", "Sent back with a question"):
        assert said in page.text
    assert page.links()["See what we ask, and change it"] == f"/assets/{returned.id}/edit"
    assert "What I added" not in group_member.get("/account/").text
