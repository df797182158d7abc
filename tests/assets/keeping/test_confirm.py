"""The page with three buttons: by a mailed link, by the printed sheet, and by anybody."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from pbapp import clock
from pbapp.assets.keeping import closing, links
from pbapp.assets.keeping.models import Confirmation, Said, StraightAway
from pbapp.assets.models import Asset, AssetState, Confirmer, Cost, Method, Status
from pbapp.db import db
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.organisations.factories import make_group
from tests.world import World


def link(browser: Browser, asset: Asset, world: World) -> str:
    """The path a lead of the group gets by mail."""
    with browser.app.test_request_context():
        url = links.confirm_url(asset, world.group_member.id)
    return "/assets/" + url.partition("/assets/")[2]


def test_a_mailed_link_needs_no_sign_in_and_one_press(world: World, stranger: Browser) -> None:
    told = {
        "opening": "Mondays from 10am",
        "cost": Cost.FREE,
        "website": "https://hall.example.org",
    }
    asset = make_asset(world, organisation_id=world.group.id, **told, status=Status.PAUSED)
    page = stranger.get(link(stranger, asset, world))
    for words in ("Mondays from 10am", "Free", "https://hall.example.org", "Closed for now"):
        assert words in page.text  # nobody says of what they do not see that it is right
    assert "confirmed today by the group" in page.text
    assert asset.confirmed_at is None
    for _ in range(2):
        stranger.submit(page, press="answer=right")
    (row,) = db.session.query(Confirmation)
    assert (row.by, row.method, row.said) == (Confirmer.GROUP, Method.MAIL, Said.RIGHT)
    asset.state = AssetState.RETURNED
    stranger.get(f"/assets/{asset.id}/confirm", status=404)
    there = stranger.get(link(stranger, asset, world), status=303)  # its page says what to do
    assert "Change this entry" in stranger.follow(there).links()
    asset.state = AssetState.PUBLISHED
    assert asset.confirmed_method is Method.MAIL
    assert " by the group" in stranger.get(f"/assets/{asset.id}").text


def test_changed_leads_to_the_form_with_the_key(world: World, stranger: Browser) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    page = stranger.get(link(stranger, asset, world))
    form = stranger.follow(stranger.submit(page, press="answer=changed"))
    stranger.submit(form, {"summary": "With a ramp.", "ward": "S13003048"})
    assert (asset.state, asset.confirmed_by) == (AssetState.WAITING, Confirmer.GROUP)


def test_closed_takes_a_second_press_and_can_be_taken_back(world: World, stranger: Browser) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    path = link(stranger, asset, world)
    page = stranger.submit(stranger.get(path), press="answer=closed")
    assert asset.status is Status.ACTIVE
    form = stranger.follow(page)
    wrong = stranger.submit(form, {"status": "paused", "why": "Roof"}, status=422)
    assert "Say until when" in wrong.errors()[0]
    until = clock.today() + timedelta(days=10)
    fields = {"status": "paused", "until": until.isoformat(), "why": "The roof is mended."}
    stranger.submit(wrong, fields)
    assert (asset.status, asset.alert_until) == (Status.PAUSED, until)
    shown = stranger.get(f"/assets/{asset.id}").text
    assert "Closed for now" in shown
    assert "The roof is mended." in shown
    with time_machine.travel(clock.now() + timedelta(days=10)):
        closing.end_alerts()
        assert asset.status is Status.PAUSED
    with time_machine.travel(clock.now() + timedelta(days=11)):
        closing.end_alerts()
    assert (asset.status, asset.alert) == (Status.ACTIVE, "")
    db.session.commit()
    stranger.submit(form, {"status": "closed", "until": ""})
    assert "Closed for good" in stranger.get(f"/assets/{asset.id}").text
    stranger.submit(form, {"status": "active"})
    assert asset.status is Status.ACTIVE
    assert db.session.query(StraightAway).count() == 1  # only words of theirs are looked at


def test_a_link_dies_when_the_entry_or_the_person_moves_on(world: World, stranger: Browser) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    key = link(stranger, asset, world).partition("key=")[2]
    edit = f"/assets/{asset.id}/edit?key={key}"
    with time_machine.travel(clock.now() + timedelta(days=150)):
        stranger.get(edit)
    with time_machine.travel(clock.now() + timedelta(days=300)):
        stranger.get(edit, status=303)
    other = make_asset(world, "Other", organisation_id=world.group.id)
    stranger.get(f"/assets/{other.id}/edit?key={key}", status=303)
    asset.organisation_id = make_group("Example Others", lead=world.resident).id
    db.session.commit()
    stranger.get(edit, status=303)
    page = stranger.get(f"/assets/{asset.id}/confirm?key={key}")
    stranger.submit(page, press="answer=right")
    assert asset.confirmed_by is Confirmer.VISITOR


def test_anybody_confirms_by_the_sheet_and_reports_the_rest(
    world: World, stranger: Browser, group_member: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    typing = group_member.get(f"/assets/{asset.id}/edit")
    page = stranger.get(f"/assets/{asset.id}/confirm?from=sheet")
    report = stranger.follow(stranger.submit(page, press="answer=closed"))
    assert dict(report.form().filled({}))["part"] == "closed"
    assert "/report" in (stranger.submit(page, press="answer=changed").location or "")
    stranger.submit(page, press="answer=right")
    assert (asset.confirmed_by, asset.confirmed_method) == (Confirmer.VISITOR, Method.SHEET)
    # That a visitor said so is no change: whoever was just typing one saves it all the same.
    group_member.submit(typing, {"summary": "With a ramp.", "ward": "S13003048"})
    assert asset.summary == "With a ramp."


def test_who_may_say_that_it_is_closed(
    world: World,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    officer: Browser,
) -> None:
    asset = make_asset(world)
    path = f"/assets/{asset.id}/status"
    stranger.get(path, status=303)
    for browser in (resident, group_member, officer_elsewhere, board_member):
        browser.refused(path)
    officer.submit(officer.get(path), {"status": "closed"})
    assert asset.confirmed_method is Method.OFFICE
    waiting = make_asset(world, "Waiting", state=AssetState.WAITING)
    officer.get(f"/assets/{waiting.id}/status", status=404)
    stranger.get(f"/assets/{waiting.id}/confirm", status=404)
