"""Editing: who may, what happens to what is published, and the readable history."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.history import published_edits
from pbapp.assets.models import Asset, AssetState, Confirmer
from pbapp.audit.models import Revision
from pbapp.db import db
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.organisations.letters import letters
from tests.world import World


def edit_path(asset: Asset) -> str:
    return f"/assets/{asset.id}/edit"


def test_an_officers_change_shows_at_once_with_its_history(
    officer: Browser, stranger: Browser, world: World
) -> None:
    asset = make_asset(world, "Hall", main="poverty", organisation_id=world.group.id)
    page = officer.get(edit_path(asset))
    officer.submit(page, {"summary": "A hall with a ramp.", "ward": "S13003048"})

    ((to, letter),) = letters("asset_changed")  # its group does not learn it by chance
    assert to == world.group_member.email
    assert "An officer changed “Hall” on the map" in letter.subject
    officer.submit(officer.get(edit_path(asset)), {})  # nothing new
    paused = {"status": "paused", "until": f"{clock.today():%Y-%m-%d}", "why": "Flood"}
    officer.submit(officer.get(f"/assets/{asset.id}/status"), paused)
    assert len(letters("asset_changed")) == 1  # the entry stands in the letter that waits
    db.session.refresh(asset)
    assert (asset.state, asset.confirmed_by) == (AssetState.PUBLISHED, Confirmer.OFFICER)
    shown = stranger.get(f"/assets/{asset.id}")
    assert "2 changes since it was first shown" in shown.text
    assert "Was: Hall in one line." in shown.text
    assert "Now: A hall with a ramp." in shown.text
    assert "by an officer" in shown.text


@pytest.mark.parametrize("who", ["submitter", "group"])
def test_anybody_elses_change_waits_to_be_checked(
    resident: Browser, group_member: Browser, stranger: Browser, world: World, who: str
) -> None:
    group_id = world.group.id if who == "group" else None
    asset = make_asset(world, submitted_by_id=world.resident.id, organisation_id=group_id)
    browser = resident if who == "submitter" else group_member
    page = browser.get(edit_path(asset))
    assert "Until then the entry is not on the map" in page.text
    after = browser.follow(browser.submit(page, {"name": "Other", "ward": "S13003048"}))
    assert "An officer checks it" in after.text
    db.session.refresh(asset)
    assert (asset.state, asset.confirmed_by) == (AssetState.WAITING, Confirmer(who))
    stranger.get(f"/assets/{asset.id}", status=404)


def test_a_returned_entry_is_fixed_and_waits_again(resident: Browser, world: World) -> None:
    asset = make_asset(world, state=AssetState.WAITING, submitted_by_id=world.resident.id)
    services.return_for_changes(
        asset=asset, by=world.officer, reason="Which door?", fix_url="https://example.org"
    )
    db.session.commit()
    assert "Which door?" in resident.get(f"/assets/{asset.id}").text
    page = resident.get(edit_path(asset))
    assert "Which door?" in page.text
    resident.submit(page, {"where_words": "The blue door", "ward": "S13003048"})
    db.session.refresh(asset)
    assert asset.state is AssetState.WAITING


def test_nobody_else_may_edit(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
) -> None:
    asset = make_asset(world)
    assert "/account/sign-in" in (stranger.get(edit_path(asset), status=303).location or "")
    for browser in (resident, group_member, officer_elsewhere, board_member):
        browser.get(edit_path(asset), status=403)
        token = dict(browser.get("/assets/new").form().filled({}))["csrf_token"]
        browser.post(edit_path(asset), {"name": "Mine", "csrf_token": token}, status=403)


def test_a_link_opens_its_own_entry_only(app: object, stranger: Browser, world: World) -> None:
    from pbapp.assets import links

    asset, other = make_asset(world), make_asset(world, "Other")
    with stranger.app.test_request_context():
        key = links.fix_url(asset).partition("key=")[2]
    stranger.get(f"{edit_path(asset)}?key={key}")
    stranger.get(f"{edit_path(other)}?key={key}", status=303)
    with time_machine.travel(clock.now() + links.GOOD_FOR + timedelta(days=1)):
        stranger.get(f"{edit_path(asset)}?key={key}", status=303)


def test_two_people_editing_do_not_overwrite_each_other(officer: Browser, world: World) -> None:
    asset = make_asset(world)
    page = officer.get(edit_path(asset))
    officer.submit(page, {"summary": "First.", "ward": "S13003048"})
    second = officer.submit(page, {"summary": "Second.", "ward": "S13003048"}, status=422)
    assert "Somebody else changed this" in " ".join(second.errors())
    assert dict(second.form().filled({}))["summary"] == "Second."
    assert "What somebody else changed meanwhile" in second.text
    assert "Now: First." in second.text
    db.session.refresh(asset)
    assert asset.summary == "First."
    officer.submit(second, {})  # they have seen it now
    db.session.refresh(asset)
    assert asset.summary == "Second."


def test_officers_are_told_where_words_seem_to_lead_to_a_person(
    officer: Browser, resident: Browser, world: World
) -> None:
    asset = make_asset(
        world,
        summary="Ring Rosa on 07700 900123",
        state=AssetState.WAITING,
        submitted_by_id=world.resident.id,
    )
    for path in (edit_path(asset), f"/desk/assets/{asset.id}"):
        assert "“In one line” looks as if it holds a phone number." in officer.get(path).text
    assert "looks as if" not in resident.get(edit_path(asset)).text


def test_saving_without_a_change_changes_nothing(resident: Browser, world: World) -> None:
    asset = make_asset(world, submitted_by_id=world.resident.id)
    resident.submit(resident.get(edit_path(asset)), {"ward": "S13003048"})
    db.session.refresh(asset)
    assert asset.state is AssetState.PUBLISHED
    assert db.session.query(Revision).count() == 0


def test_an_error_keeps_everything_that_was_typed(officer: Browser, world: World) -> None:
    asset = make_asset(world, **without_point())
    page = officer.submit(
        officer.get(edit_path(asset)),
        {"name": "", "postcode": "ZZ99 9ZZ", "ward": None, "opening": "Never", "website": "x"},
        status=422,
    )
    kept = dict(page.form().filled({}))
    assert (kept["opening"], kept["postcode"]) == ("Never", "ZZ99 9ZZ")
    assert "Enter a name." in page.errors()


def revision(number: int, minute: int, note: str, **changes: list[str]) -> Revision:
    return Revision(number=number, at=moment(minute), by="submitter", note=note, changes=changes)


def moment(minute: int):  # type: ignore[no-untyped-def]
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def test_the_public_history_holds_only_what_was_published() -> None:
    revisions = [
        revision(1, 1, "waiting", name=["a", "b"]),  # before the first publication
        revision(2, 20, "waiting", name=["b", "a person's name"]),  # returned for naming somebody
        revision(3, 30, "waiting", name=["a person's name", "c"], summary=["x", "y"]),
        revision(4, 50, "published", summary=["y", "z"]),  # an officer
        revision(5, 55, "waiting", summary=["z", "not approved yet"]),
    ]
    edits = published_edits(revisions, [moment(10), moment(40)])
    assert [(edit.at, edit.changes) for edit in edits] == [
        (moment(50), {"summary": ["y", "z"]}),
        (moment(40), {"name": ["b", "c"], "summary": ["x", "y"]}),
    ]


def test_what_was_changed_and_changed_back_is_no_edit() -> None:
    revisions = [
        revision(1, 20, "waiting", name=["a", "b"]),
        revision(2, 30, "waiting", name=["b", "a"]),
    ]
    assert published_edits(revisions, [moment(10), moment(40)]) == []
