"""What entries have to do with each other shows on both pages, once the other side agrees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from pbapp import clock
from pbapp.assets import links
from pbapp.assets.models import Asset, AssetKind, AssetState, Status
from pbapp.assets.ties import queries, services
from pbapp.assets.ties.models import EntryTie, TieKind, TieState
from pbapp.audit import services as audit
from pbapp.audit.queries import list_revisions
from pbapp.db import db, flush
from pbapp.messages.models import Mail, MailState
from pbapp.organisations.services import add_member
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.organisations.factories import make_group
from tests.organisations.letters import letters
from tests.world import World

SAY_WHERE = "Say where it meets, and what it has to do with others"


def tied(world: World, asset: Asset, other: Asset, kind: TieKind = TieKind.HOSTS, **values: Any):
    given: dict[str, Any] = {"by": world.resident, **values}
    tie = services.ask(asset=asset, other=other, kind=kind, **given)
    services.tell_asked(tie=tie, url="https://pb.example.org/answer", key_url="https://key")
    db.session.commit()
    return tie


def test_a_host_agrees_before_an_activity_shows_on_its_page(
    world: World, resident: Browser, group_member: Browser, stranger: Browser
) -> None:
    hall = make_asset(world, "Example Hall", organisation_id=world.group.id)
    choir = make_asset(world, "Example Choir", submitted_by_id=world.resident.id)
    page = resident.get(resident.get(f"/assets/{choir.id}").links()[SAY_WHERE])
    page = resident.get(f"{page.path}?q=nothing+of+this+name")
    assert "No other entry has this name" in page.text
    page = resident.get(f"/assets/{choir.id}/ties?q=hall")
    assert "Type more of the name" not in page.text
    page = resident.submit(page, {"says": "On Mondays"}, form="ask", status=422)
    assert len(page.errors()) == 2
    page = resident.submit(page, {"other": str(hall.id), "relation": "hosts turned"}, form="ask")
    assert "Waits for an answer" in resident.follow(page).text
    for asset, name in ((hall, choir.name), (choir, hall.name)):
        assert name not in stranger.get(f"/assets/{asset.id}").links()

    ((to, letter),) = letters("tie_asked")
    assert to == world.group_member.email
    assert "“Example Choir” says that it meets in “Example Hall”." in letter.text
    assert "On Mondays" not in letter.text
    tie = db.session.query(EntryTie).one()
    path = f"/assets/ties/{tie.id}"
    assert path in letter.text
    resident.get(path, status=403)
    page = group_member.get(path)
    assert "On Mondays" in page.text
    group_member.submit(page, press="answer=yes")
    group_member.submit(page, press="answer=yes")
    assert "Hosts: Example Choir" in stranger.get(f"/assets/{hall.id}").text
    assert "Meets in: Example Hall" in stranger.get(f"/assets/{choir.id}").text
    ((to, letter),) = letters("tie_answered")
    assert (to, letter.subject) == (world.resident.email, "“Example Hall” said yes")

    hall.status = Status.CLOSED
    flush()
    assert queries.list_shown(choir) == queries.list_shown(hall) == []
    hall.status, hall.state = Status.ACTIVE, AssetState.RETURNED
    flush()
    assert queries.list_shown(choir) == []
    flush()
    page = resident.get(f"/assets/{choir.id}/ties")
    assert "Hidden: one of the two is off the map" in page.text
    assert "Example Hall" not in page.links()
    hall.state = AssetState.PUBLISHED
    db.session.commit()
    group_member.submit(group_member.get(f"/assets/{hall.id}/ties"), form=0)
    assert "Example Choir" not in stranger.get(f"/assets/{hall.id}").links()


def test_whoever_only_added_it_answers_by_the_link_in_the_mail(
    world: World, stranger: Browser, officer: Browser
) -> None:
    hall = make_asset(world, "Example Hall", submitter_email="keeper@example.org")
    choir = make_asset(world, "Example Choir", submitter_email="choir@example.org")
    path = f"/assets/{choir.id}/ties?key={links.key_of(choir)}"
    page = stranger.get(f"{path}&q=hall")
    stranger.submit(page, {"other": str(hall.id), "relation": "uses"}, form="ask")
    ((to, letter),) = letters("tie_asked")
    assert to == "keeper@example.org"
    link = letter.text[letter.text.index("/assets/ties/") :].split()[0]
    officer.get(link.split("?")[0], status=403)
    stranger.refused(link.split("?")[0], 303)
    stranger.refused(f"{link.split('?')[0]}?key={links.key_of(choir)}", 303)
    stranger.submit(stranger.get(link), press="answer=no")
    assert queries.list_shown(hall) == []
    ((to, letter),) = letters("tie_answered")
    assert (to, letter.subject) == ("choir@example.org", "“Example Hall” said no")
    with pytest.raises(Refused, match="said no not long ago"):
        tied(world, choir, hall, TieKind.USES)
    with pytest.raises(Refused, match="said no not long ago"):
        tied(world, choir, hall, TieKind.LENDS, is_turned=True)
    with time_machine.travel(clock.now() + timedelta(days=200)):
        assert tied(world, choir, hall, TieKind.USES).state is TieState.ASKED


def test_nobody_is_asked_let_go_and_asked_again_within_a_day(world: World) -> None:
    hall = make_asset(world, "Example Hall", organisation_id=world.group.id)
    choir = make_asset(world, "Example Choir")
    services.end(tie=tied(world, choir, hall), by=world.resident)
    with pytest.raises(Refused, match="Ask again tomorrow"):
        tied(world, choir, hall)
    assert [mail.state for mail in db.session.query(Mail)] == [MailState.CANCELLED]
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert tied(world, choir, hall).state is TieState.ASKED
    services.end(tie=tied(world, hall, choir, TieKind.USES), by=world.group_member)
    both = tied(world, hall, choir, TieKind.LENDS, by=world.group_member)
    services.end(tie=both, by=world.group_member)


def test_a_group_is_asked_by_one_letter_a_day(world: World) -> None:
    hall, room = (
        make_asset(world, name, organisation_id=world.group.id) for name in ("Hall", "Room")
    )
    choir = make_asset(world, "Example Choir")
    first = clock.now()
    with time_machine.travel(first, tick=False):
        tied(world, choir, hall, TieKind.USES)
    with time_machine.travel(first + timedelta(hours=1), tick=False):
        ties = [tied(world, choir, hall, kind) for kind in (TieKind.LENDS, TieKind.RUNS)]
        ties.append(tied(world, choir, room))
        services.end(tie=ties[0], by=world.resident)  # no letter asks what nobody wants any more
    (_, one), (_, rest) = letters("tie_asked")
    assert one.subject == "May “Hall” and “Example Choir” be shown together?"
    assert rest.subject == "2 questions wait: may others be shown with your entries?"
    assert "“Example Choir” says that it runs “Hall”." in rest.text
    assert "“Example Choir” says that it hosts “Room”." in rest.text
    assert "lends" not in rest.text
    late = db.session.query(Mail).order_by(Mail.not_before.desc()).first()
    assert late is not None
    assert late.not_before - first == timedelta(days=1)


def test_an_officer_answers_for_what_is_nobodys(
    world: World, officer: Browser, officer_elsewhere: Browser, second_officer: Browser
) -> None:
    hall = make_asset(world, "Example Hall")
    tie = tied(world, make_asset(world, "Example Choir"), hall, is_turned=True)
    assert letters() == []
    assert "Example Hall" not in officer_elsewhere.get("/desk").links()
    second_officer.get(f"/assets/ties/{tie.id}", status=403)
    page = officer.get(officer.get("/desk?what=tie").links()["Example Hall"])
    page = officer.submit(page, press="answer=yes")
    assert page.location == "/desk?what=tie"
    assert [one.id for one in queries.list_shown(hall)] == [tie.id]
    assert "Example Hall" not in officer.get("/desk?what=tie").links()

    # Not for what their own group asks; but where whoever added it does not want to be written to.
    add_member(organisation=world.group, account=world.officer)
    ours = make_asset(world, "Ours", organisation_id=world.group.id)
    tie = tied(world, ours, hall, TieKind.USES, by=world.officer)
    assert tie.state is TieState.ASKED
    assert "your own group" in officer.get("/desk?what=tie").text
    officer.refused(f"/assets/ties/{tie.id}")
    hall.submitted_by_id = world.resident.id
    other = tied(world, make_asset(world, "Another"), hall, TieKind.LENDS, by=world.group_member)
    hall.submitter_email, hall.reminder_stage = "gone@example.org", 3
    officer.refused(f"/assets/ties/{other.id}")
    hall.reminder_stage = 4  # three letters lie unanswered
    assert f"/assets/ties/{other.id}?" in officer.get("/desk?what=tie").html
    assert officer.get(f"/assets/ties/{other.id}").form()
    hall.status = Status.CLOSED
    page = officer.submit(officer.get(f"/assets/ties/{other.id}"), press="answer=yes")
    assert "is not on the map at the moment" in officer.follow(page).text


def test_who_speaks_for_both_sides_has_agreed_by_asking(world: World) -> None:
    hall = make_asset(world, "Example Hall", organisation_id=world.group.id)
    choir = make_asset(world, "Example Choir", organisation_id=world.group.id)
    assert tied(world, hall, choir, by=world.group_member).state is TieState.AGREED
    trust = make_group("Example Trust", lead=world.resident)
    other = make_asset(world, "Example Room", organisation_id=trust.id)
    tie = tied(world, other, choir, TieKind.LENDS)
    assert queries.list_asked_of(world.group.id) == [tie]
    assert queries.list_asked_of(trust.id) == []
    other.state = AssetState.RETURNED
    assert queries.list_asked_of(world.group.id) == []


def test_ties_that_make_no_sense_are_refused(world: World) -> None:
    one, two, three = (make_asset(world, name) for name in ("One", "Two", "Three"))
    gift = make_asset(world, "Gift", kind=AssetKind.INDIVIDUAL, **without_point())
    with pytest.raises(Refused, match="not this one itself"):
        tied(world, one, one)
    db.session.rollback()
    tied(world, one, two)
    for asset, other, is_turned in ((one, two, False), (two, one, True)):
        with pytest.raises(Refused, match="tied in this way already"):
            tied(world, asset, other, is_turned=is_turned)
        db.session.rollback()
    with pytest.raises(Refused, match="in a circle"):
        tied(world, two, one)
    tied(world, two, three)
    with pytest.raises(Refused, match="in a circle"):
        tied(world, three, one)
    tied(world, one, two, TieKind.USES)
    for other in (gift, make_asset(world, "Shut", status=Status.CLOSED)):
        with pytest.raises(Refused, match="on the map"):
            tied(world, one, other)


def test_a_story_is_taken_back_out_of_its_history_too(
    world: World, resident: Browser, stranger: Browser
) -> None:
    told = {"story": "Ann baked here.", "story_rights": "Told by Ann, who agrees."}
    hall = make_asset(world, "Hall", submitted_by_id=world.resident.id, **told)
    changes = {"story": ["", "Ann baked here."], "summary": ["Old", "New"]}
    audit.revise(
        subject_type="asset",
        subject_id=str(hall.id),
        by="officer",
        before={name: change[0] for name, change in changes.items()},
        after={name: change[1] for name, change in changes.items()},
        note="published",
    )
    page = stranger.get(f"/assets/{hall.id}")
    assert "Told by Ann, who agrees." in page.text
    assert "Take the story back" not in page.links()
    stranger.refused(f"/assets/{hall.id}/story/take-back", 303)
    page = resident.get(resident.get(f"/assets/{hall.id}").links()["Take the story back"])
    page = resident.follow(resident.submit(page))
    for text in (page.text, stranger.get(f"/assets/{hall.id}").text):
        assert "Ann" not in text
    (revision,) = list_revisions("asset", str(hall.id))
    assert revision.changes == {"summary": ["Old", "New"]}
    assert "no story" in resident.get(f"/assets/{hall.id}/story/take-back").text


def test_ties_are_their_keepers_affair(
    world: World, stranger: Browser, resident: Browser, group_member: Browser
) -> None:
    hall = make_asset(world, "Example Hall", organisation_id=world.group.id)
    tie = tied(world, make_asset(world, "Example Choir"), hall)
    path = f"/assets/{hall.id}/ties"
    stranger.refused(path, 303)
    resident.refused(path)
    token = resident.get("/account/groups").form(0).filled({})[0][1]
    resident.post(f"/assets/ties/{tie.id}/end", {"csrf_token": token}, status=403)
    resident.post(f"/assets/ties/{tie.id}", {"csrf_token": token, "answer": "yes"}, status=403)
    group_member.get("/assets/ties/999", status=404)
    hall.state = AssetState.RETURNED
    db.session.commit()
    group_member.get(path, status=404)
