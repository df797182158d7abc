"""Who may change an entry, what of a change is checked and seen, and who hears of a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from pbapp import clock
from pbapp.assets import links, refusing, services
from pbapp.assets.claiming import services as claims
from pbapp.assets.entry import Contact
from pbapp.assets.keeping import links as mailed
from pbapp.assets.keeping import trusting
from pbapp.assets.keeping.models import StraightAway
from pbapp.assets.managing import services as managing
from pbapp.assets.managing.queries import find_handover
from pbapp.assets.models import Asset, AssetState, Confirmer, Precision
from pbapp.assets.snapshot import entry_of
from pbapp.audit.models import Event, Revision
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.refusal import Refused
from pbapp.web.models import Upload
from tests.assets.factories import make_asset
from tests.assets.test_add import WHAT, WHERE, newest, step
from tests.assets.test_claims import ask
from tests.client import Browser
from tests.organisations.factories import make_group
from tests.world import World

ANN = Contact("Ann", "01236 000 000", "", has_consent=True)


def change(asset: Asset, as_a: Confirmer, **values: Any) -> Revision | None:
    before = db.session.query(Revision).count()
    entry = replace(entry_of(asset), **{"ward_code": "S13003048", **values})
    services.edit(asset=asset, entry=entry, version=asset.version, as_a=as_a)
    db.session.commit()
    rows = db.session.query(Revision).order_by(Revision.id)
    return rows.all()[-1] if rows.count() > before else None


def upload(letter: str) -> Upload:
    made = Upload(
        digest=letter * 64,
        media_type="image/jpeg",
        width=1,
        height=1,
        alt="The hall",
        language="en",
        uploaded_at=clock.now(),
    )
    db.session.add(made)
    db.session.commit()
    return made


def trust(world: World) -> None:
    trusting.trust(
        board=world.board, organisation=world.group, reason="r", by=world.officer, url=""
    )
    db.session.commit()


def mails(template: str) -> list[Mail]:
    return db.session.query(Mail).filter_by(template=template).all()


# --- what a change hides behind its words --------------------------------------------------------


def test_another_contact_or_picture_waits_and_leaves_a_mark(world: World) -> None:
    one, two = upload("1"), upload("2")
    asset = make_asset(world, submitted_by_id=world.resident.id, photo_id=one.id)
    change(asset, Confirmer.OFFICER, contact=ANN)
    for values, mark in (
        ({"contact": replace(ANN, phone="09011 111 111")}, {"contact": ["yes", "changed"]}),
        ({"photo_id": two.id}, {"picture": [None, "changed"]}),
    ):
        asset.state = AssetState.PUBLISHED
        made = change(asset, Confirmer.SUBMITTER, **values)
        assert (asset.state, made and made.changes) == (AssetState.WAITING, mark)
        asset.state = AssetState.PUBLISHED
        assert change(asset, Confirmer.SUBMITTER) is None
        assert asset.state is AssetState.PUBLISHED


def test_another_exact_place_behind_a_ward_waits_and_is_no_history_for_everybody(
    world: World, stranger: Browser, officer: Browser
) -> None:
    asset = make_asset(world, submitted_by_id=world.resident.id)
    change(asset, Confirmer.OFFICER, shown_as=Precision.WARD)
    made = change(asset, Confirmer.OFFICER, lat=55.8612, lon=-4.0312)
    assert made is not None
    assert made.changes == {"exact_place": [None, "changed"]}
    assert "Changed" in officer.get(f"/assets/{asset.id}").text
    assert "keepers" not in stranger.get(f"/assets/{asset.id}").text


@pytest.mark.parametrize("how", [Precision.STREET, Precision.POSTCODE])
def test_a_point_that_is_shown_less_exactly_is_no_history(
    world: World, stranger: Browser, how: Precision
) -> None:
    asset = make_asset(world, postcode="ZZ7 1AA")
    change(asset, Confirmer.OFFICER, shown_as=how)
    assert "55.86710" not in stranger.get(f"/assets/{asset.id}").text


# --- whoever sent it in, its group, an officer ---------------------------------------------------


def test_whoever_sent_it_in_has_it_until_a_group_does(
    world: World, stranger: Browser, resident: Browser
) -> None:
    asset = make_asset(world, submitted_by_id=world.resident.id, submitter_email="rosa@example.org")
    with stranger.app.test_request_context():
        key = links.key_of(asset)
    stranger.get(f"/assets/{asset.id}/edit?key={key}")
    claims.approve(claim=ask(world, asset), by=world.officer, url="")
    db.session.commit()
    for page in ("edit", "status", "appeal"):
        stranger.get(f"/assets/{asset.id}/{page}?key={key}", status=303)
        resident.get(f"/assets/{asset.id}/{page}", status=403)
    claims.revoke(
        asset=asset, group_id=world.group.id, by=world.officer, reason="Not theirs", url=""
    )
    db.session.commit()
    resident.get(f"/assets/{asset.id}/edit", status=403)


def test_an_officer_acts_for_their_own_group_as_its_people_do(
    world: World, officer: Browser
) -> None:
    trust(world)
    organisations.add_member(organisation=world.group, account=world.officer)
    asset = make_asset(world, organisation_id=world.group.id)
    page = officer.get(f"/assets/{asset.id}/edit")
    officer.submit(page, {"name": "Ours", "ward": "S13003048"})
    db.session.refresh(asset)
    assert asset.confirmed_by is Confirmer.GROUP
    assert db.session.query(StraightAway).count() == 1


def test_an_officer_mends_their_own_entry_and_it_waits_again(
    world: World, officer: Browser
) -> None:
    asset = make_asset(
        world, state=AssetState.RETURNED, submitted_by_id=world.officer.id, submitter_email=None
    )
    page = officer.get(f"/assets/{asset.id}/edit")
    after = officer.follow(officer.submit(page, {"name": "Better", "ward": "S13003048"}))
    assert "An officer checks it" in after.text
    db.session.refresh(asset)
    assert asset.state is AssetState.WAITING


def test_a_mailed_key_is_logged_as_whose_it_is_and_its_changes_wait(
    world: World, stranger: Browser
) -> None:
    trust(world)
    asset = make_asset(world, organisation_id=world.group.id)
    db.session.commit()
    with stranger.app.test_request_context():
        key = mailed.confirm_url(asset, world.group_member.id).split("key=")[1]
    page = stranger.get(f"/assets/{asset.id}/edit?key={key}")
    assert "An officer checks your changes" in page.text
    stranger.submit(page, {"summary": "By mail", "ward": "S13003048"})
    db.session.refresh(asset)
    assert asset.state is AssetState.WAITING
    assert db.session.query(Event).order_by(Event.number).all()[-1].actor == (
        world.group_member.actor
    )
    page = stranger.get(f"/assets/{asset.id}/confirm?key={key}", status=303)
    assert "is reading your change" in stranger.follow(page).text


# --- decisions -----------------------------------------------------------------------------------


def test_the_group_hears_what_was_decided_and_nobody_after_it_is_undone(
    world: World, stranger: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id, submitter_email="gone@example.org")
    with stranger.app.test_request_context():
        url = links.fix_url(asset)
    decision = services.return_for_changes(asset=asset, by=world.officer, reason="Why", fix_url=url)
    [mail] = mails("asset_returned")
    assert (mail.to_address, "key=" in url) == (world.group_member.email, False)
    services.undo(asset=asset, decision=decision, by=world.officer)
    db.session.refresh(mail)
    assert (mail.state, asset.state) == (MailState.CANCELLED, AssetState.PUBLISHED)


def test_who_appeals_for_a_group_hears_of_it_with_its_leads(world: World) -> None:
    organisations.add_member(organisation=world.group, account=world.resident)
    asset = make_asset(world, state=AssetState.WAITING, organisation_id=world.group.id)
    services.return_for_changes(asset=asset, by=world.officer, reason="Why", fix_url="")
    refusing.appeal(asset=asset, by=world.resident, reason="No", url="")
    told = {mail.to_address for mail in mails("appeal_received")}
    assert told == {world.group_member.email, world.resident.email}


def test_a_take_down_that_was_answered_is_not_taken_back(world: World) -> None:
    asset = make_asset(world, submitted_by_id=world.resident.id)
    decision = services.return_for_changes(asset=asset, by=world.officer, reason="x", fix_url="")
    change(asset, Confirmer.SUBMITTER, name="Nobody has read this")
    with pytest.raises(Refused, match="changed this since"):
        services.undo(asset=asset, decision=decision, by=world.officer)
    assert asset.state is AssetState.WAITING


@pytest.mark.parametrize("state", [AssetState.RETURNED, AssetState.PUBLISHED])
def test_a_copy_shows_at_once_only_if_what_it_is_made_from_does(
    world: World, group_member: Browser, state: AssetState
) -> None:
    trust(world)
    asset = make_asset(world, "Gala", organisation_id=world.group.id, state=state)
    path = f"/groups/{world.group.id}/entries"
    page = group_member.get(f"{path}/copy?asset={asset.id}")
    group_member.submit(page, {"copy": [str(asset.id)]}, form="copies")
    page = group_member.follow(group_member.post(f"{path}/{asset.id}/copy", group_member.token()))
    for fields in ({}, WHERE, {}, {}):
        page = step(group_member, page, fields)
    others = db.session.query(Asset).filter(Asset.id != asset.id)
    wanted = AssetState.PUBLISHED if state is AssetState.PUBLISHED else AssetState.WAITING
    assert [one.state for one in others] == [wanted, wanted]


def test_what_somebody_sent_in_leads_only_to_what_they_may_see(
    world: World, resident: Browser
) -> None:
    values = {"submitted_by_id": world.resident.id, "organisation_id": world.group.id}
    make_asset(world, "There", **values)
    make_asset(world, "Gone", state=AssetState.RETURNED, **values)
    links_there = resident.get("/account/").links()
    assert ("There" in links_there, "Gone" in links_there) == (True, False)


def test_the_way_to_an_appeal_is_there_without_an_account(world: World, stranger: Browser) -> None:
    asset = make_asset(world, state=AssetState.WAITING, submitter_email="rosa@example.org")
    with stranger.app.test_request_context():
        key, url = links.key_of(asset), links.appeal_url(asset)
    services.return_for_changes(
        asset=asset, by=world.officer, reason="Why", fix_url="https://x", appeal_url=url
    )
    db.session.commit()
    for page in ("", "/edit"):
        link = stranger.get(f"/assets/{asset.id}{page}?key={key}").links()
        there = next(to for to in link.values() if "/appeal" in to)
        assert "Send my appeal" in stranger.get(there).text
    assert mails("asset_returned")[0].context["appeal_url"] == url  # type: ignore[index]


# --- the history, for everybody ------------------------------------------------------------------


def test_words_that_were_taken_down_are_no_history(world: World, stranger: Browser) -> None:
    trust(world)
    start = clock.now()
    asset = make_asset(world, organisation_id=world.group.id, state=AssetState.WAITING)
    services.approve(asset=asset, by=world.officer, url="")
    with time_machine.travel(start + timedelta(hours=1)):
        change(asset, Confirmer.GROUP, summary="Ann is a thief")
        services.return_for_changes(asset=asset, by=world.officer, reason="Ann", fix_url="")
        change(asset, Confirmer.GROUP, summary="Fine words")
    with time_machine.travel(start + timedelta(hours=2)):
        services.approve(asset=asset, by=world.officer, url="")
        db.session.commit()
    page = stranger.get(f"/assets/{asset.id}")
    assert "Now: Fine words" in page.text
    assert "thief" not in page.text


def test_an_officer_hides_a_change_from_everybody_and_shows_it_again(
    world: World, officer: Browser, group_member: Browser, stranger: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    first = change(asset, Confirmer.OFFICER, summary="Ann is a thief")
    change(asset, Confirmer.OFFICER, summary="Fine words", opening="Mondays")
    assert first is not None
    path = f"/assets/{asset.id}"
    hide = f"{path}/history/{first.number}/hide"
    for browser, status in ((stranger, 303), (group_member, 403)):
        browser.post(hide, browser.token(), status=status)
    assert "thief" in stranger.get(path).text
    assert "Do not show this change" in officer.get(path).text
    for _ in range(2):
        officer.post(hide, officer.token(), status=303)
    page = stranger.get(path).text
    assert ("thief" in page, "Now: Mondays" in page) == (False, True)
    assert "Everybody else does not see this change" in officer.get(path).text
    assert db.session.query(Event).filter_by(verb="asset.change_hidden").count() == 1
    officer.post(f"{hide}?shown=yes", officer.token(), status=303)
    assert "thief" in stranger.get(path).text


# --- who is the keeper next ----------------------------------------------------------------------


def test_a_new_keeper_has_not_been_asked_yet_whichever_way_they_came(world: World) -> None:
    taker = make_group("Taker", lead=world.resident)
    asset = make_asset(
        world, organisation_id=world.group.id, reminder_stage=3, review_due_on=clock.today()
    )
    managing.offer(asset=asset, group=world.group, to=taker, by=world.group_member, url="")
    offered = find_handover(asset.id)
    assert offered is not None
    managing.answer(handover=offered, yes=True, by=world.resident, url="")
    assert (asset.organisation_id, asset.reminder_stage) == (taker.id, 0)


def test_nobody_is_told_of_an_entry_taken_from_a_group_that_lost_it_before(
    world: World, officer: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    page = officer.get(f"/desk/entries/{asset.id}/keeper")
    asset.organisation_id = make_group("New").id
    db.session.commit()
    after = officer.submit(page, {"reason": "No"}, form="revoke", status=422)
    assert "has decided on this already" in after.text


def test_a_sign_in_that_ends_keeps_the_group_of_what_is_added(
    world: World, group_member: Browser, stranger: Browser
) -> None:
    page = step(group_member, group_member.get(f"/assets/new?group={world.group.id}"), WHAT)
    check = step(group_member, step(group_member, page, WHERE), {})
    assert f"You add this for {world.group.name}" in check.text
    check = stranger.get(check.path)
    assert "not signed in any more" in check.text
    page = stranger.follow(stranger.submit(check, {"email": world.group_member.email}))
    stranger.submit(page, {"code": newest("asset_proof").context["code"]})
    asset = db.session.query(Asset).one()
    assert asset.organisation_id == world.group.id
