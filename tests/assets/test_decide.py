"""Submit, approve, return, undo, and what the submitter is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets import queries, services
from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.audit.models import Event
from pbapp.audit.queries import check_chain
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import put_into_words
from pbapp.organisations import services as organisations
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World

URL = "https://example.org/assets/x"


def submit(world: World, **values: object) -> Asset:
    entry = Entry(kind=AssetKind.PLACE, name="Hall", summary="A hall.", postcode="ZZ7 1AA")
    return services.submit(board=world.board, entry=entry, **values)


def mails() -> list[Mail]:
    return list(db.session.query(Mail).order_by(Mail.written_at))


def test_an_entry_waits_and_its_author_has_a_link_to_change_it(world: World) -> None:
    asset = submit(world, email="rosa@example.org")
    services.acknowledge(asset=asset, fix_url=URL)
    services.acknowledge(asset=asset, fix_url=URL)

    assert asset.state is AssetState.WAITING
    assert queries.list_waiting([world.board.id]) == [asset]
    assert queries.list_waiting([world.other_board.id]) == []
    letter = put_into_words(mails()[0])
    assert len(mails()) == 1
    assert letter.subject == "We have your entry “Hall”"
    assert URL in letter.text


def test_without_an_address_nobody_is_written_to(world: World) -> None:
    asset = submit(world)
    services.acknowledge(asset=asset, fix_url=URL)
    services.approve(asset=asset, by=world.officer, url=URL)
    assert mails() == []


def test_approving_publishes_and_tells_after_a_minute(world: World) -> None:
    asset = submit(world, email="rosa@example.org")
    decision = services.approve(asset=asset, by=world.officer, url=URL)

    assert asset.state is AssetState.PUBLISHED
    assert mails()[0].not_before == decision.at + timedelta(minutes=1)
    assert put_into_words(mails()[0]).subject == "“Hall” is on the map"
    verbs = [event.verb for event in db.session.query(Event).order_by(Event.number)]
    assert verbs == ["asset.submitted", "asset.approved"]
    assert check_chain().broken_at is None


def test_returning_needs_a_reason_and_sends_it_with_the_link(world: World) -> None:
    asset = submit(world, email="rosa@example.org")
    with pytest.raises(Refused) as refused:
        services.return_for_changes(asset=asset, by=world.officer, reason=" ", fix_url=URL)
    assert refused.value.field == "reason"
    assert asset.state is AssetState.WAITING

    services.return_for_changes(
        asset=asset, by=world.officer, reason="Which <b>door</b>?", fix_url=URL
    )
    letter = put_into_words(mails()[0])
    assert asset.state is AssetState.RETURNED
    assert "Which <b>door</b>?" in letter.text
    assert "&lt;b&gt;door" in letter.html
    assert URL in letter.text


def test_undoing_in_time_puts_it_back_and_cancels_the_mail(world: World) -> None:
    asset = submit(world, email="rosa@example.org")
    decision = services.approve(asset=asset, by=world.officer, url=URL)

    services.undo(asset=asset, decision=decision, by=world.officer)
    services.undo(asset=asset, decision=decision, by=world.officer)

    db.session.expire_all()
    assert asset.state is AssetState.WAITING
    assert mails()[0].state is MailState.CANCELLED


def test_undoing_a_removal_puts_the_entry_back_on_the_map(world: World) -> None:
    asset = make_asset(world)
    decision = services.return_for_changes(
        asset=asset, by=world.officer, reason="Is it still there?", fix_url=URL
    )
    services.undo(asset=asset, decision=decision, by=world.officer)
    assert asset.state is AssetState.PUBLISHED


def test_after_a_minute_nothing_is_undone(world: World) -> None:
    asset = submit(world)
    decision = services.approve(asset=asset, by=world.officer, url=URL)
    later = clock.now() + timedelta(seconds=61)
    with time_machine.travel(later, tick=False), pytest.raises(Refused):
        services.undo(asset=asset, decision=decision, by=world.officer)
    assert asset.state is AssetState.PUBLISHED


def test_a_decision_about_something_else_undoes_nothing(world: World) -> None:
    one, other = submit(world), submit(world)
    decision = services.approve(asset=one, by=world.officer, url=URL)
    with pytest.raises(Refused):
        services.undo(asset=other, decision=decision, by=world.officer)


def test_the_second_click_is_told_that_it_is_decided(world: World) -> None:
    asset = submit(world)
    services.approve(asset=asset, by=world.officer, url=URL)
    with pytest.raises(Refused, match="decided on this already"):
        services.approve(asset=asset, by=world.second_officer, url=URL)


def test_an_officer_does_not_approve_what_they_sent_in(world: World) -> None:
    asset = submit(world, by=world.officer)
    with pytest.raises(Refused):
        services.approve(asset=asset, by=world.officer, url=URL)
    services.approve(asset=asset, by=world.second_officer, url=URL)


def test_an_officer_does_not_decide_for_their_own_group(world: World) -> None:
    asset = submit(world, organisation_id=world.group.id)
    db.session.add(
        Member(organisation=world.group, account_id=world.officer.id, role=MemberRole.MEMBER)
    )
    db.session.flush()
    with pytest.raises(Refused, match="Your own group"):
        services.approve(asset=asset, by=world.officer, url=URL)
    assert asset.state is AssetState.WAITING


def test_a_priority_of_another_board_is_refused(world: World) -> None:
    entry = Entry(kind=AssetKind.PLACE, name="Hall", everywhere=True, main=999_999)
    with pytest.raises(Refused) as refused:
        services.submit(board=world.board, entry=entry)
    assert refused.value.field == "main"


def test_a_script_for_a_website_is_refused_without_a_form_too(world: World) -> None:
    entry = Entry(kind=AssetKind.PLACE, name="Hall", everywhere=True, website="javascript:alert(1)")
    with pytest.raises(Refused) as refused:
        services.submit(board=world.board, entry=entry)
    assert refused.value.field == "website"


def test_what_waits_is_seen_by_nobody_but_those_who_may_change_it(
    world: World,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
) -> None:
    organisations.add_member(organisation=world.group, account=world.resident)
    asset = submit(world, by=world.resident, organisation_id=world.group.id)
    db.session.commit()
    for browser in (resident, group_member, officer, second_officer):
        assert "Waiting to be checked" in browser.get(f"/assets/{asset.id}").text
    for browser in (stranger, officer_elsewhere, board_member):
        browser.get(f"/assets/{asset.id}", status=404)
        browser.get(f"/assets/{asset.id}.geojson", status=404)
        browser.get(f"/assets/{asset.id}/confirm", status=404)
    assert "Hall" not in stranger.get("/assets").text.split("entries")[0]
