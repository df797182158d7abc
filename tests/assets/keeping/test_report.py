"""What is wrong, part by part: at the desk, for the group behind the entry, and the reply."""

from __future__ import annotations

import pytest

from pbapp.assets.keeping import reporting
from pbapp.assets.keeping.reporting import Part
from pbapp.assets.models import Asset
from pbapp.concerns import services as concerns
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.refusal import Refused
from tests.assets.factories import make_asset
from tests.client import Browser, QueryCounter
from tests.organisations.letters import letters, told
from tests.world import World


def report(asset: Asset, part: Part, address: str | None = None) -> Concern:
    made = reporting.report(
        asset=asset,
        part=part,
        text="It is on Mondays now.",
        address=address,
        language="en",
        path=f"/assets/{asset.id}",
        url="https://pb.example.org/reports",
    )
    db.session.commit()
    return made


def test_a_report_names_the_part_and_the_officer_sees_what_it_says_now(
    world: World, stranger: Browser, officer: Browser, count_queries: QueryCounter
) -> None:
    asset = make_asset(world, opening="Tuesdays at 7")
    page = stranger.get(stranger.get(f"/assets/{asset.id}").links()["Report a problem"])
    wrong = stranger.submit(page, {"text": "Mondays"}, status=422)
    assert wrong.errors() == ["Choose what is wrong."]
    fields = {"part": "when", "text": "Mondays", "address": "me@example.org"}
    stranger.submit(wrong, fields)
    stranger.submit(page, fields)
    (made,) = db.session.query(Concern)
    assert made.part == "when"
    page = officer.get(officer.get("/desk?what=concern").links()[asset.name])
    assert "When it is open or on" in page.text
    assert "Tuesdays at 7" in page.text
    assert page.links()["Put it right: change the entry"] == f"/assets/{asset.id}/edit"
    count_queries.reset()
    assert "When it is open or on" in officer.get("/desk/concerns").text
    for_one = count_queries.number
    report(make_asset(world, "Other"), Part.WHERE)
    count_queries.reset()
    assert "Where it is" in officer.get("/desk/concerns").text
    assert count_queries.number == for_one
    officer.submit(page, {"text": "Changed, thank you."})
    assert told("concern_answered") == [("me@example.org", "What we did about “Example Hall”")]


def test_the_group_sees_facts_about_its_own_and_says_what_it_did(
    world: World, group_member: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    for _ in range(2):
        report(asset, Part.WHEN, "me@example.org")
    misuse = report(asset, Part.NOT_HERE)
    ((to, letter),) = letters("asset_reported")  # without the words
    assert (to, "Mondays" in letter.text) == ("group_member@example.org", False)
    mail = db.session.query(Mail).filter_by(template="asset_reported").one()
    mail.state = MailState.SENT
    for other in (asset, asset, make_asset(world, "Other", organisation_id=world.group.id)):
        report(other, Part.WHEN)
    _first, (_to, letter) = letters("asset_reported")  # one a day, and nothing is lost
    assert letter.subject == "Somebody says that something is wrong with 2 of your entries"
    page = group_member.get(f"/assets/{asset.id}")
    page = group_member.get(page.links()["What people say is wrong"])
    assert "It is on Mondays now." in page.text
    assert "me@example.org" not in page.html
    assert "It should not be here" not in page.text
    (row,) = reporting.list_for_group(asset)
    press, form = f"concern={row.id}", f"mend-{row.id}"
    wrong = group_member.submit(page, press=press, form=form, status=422)
    assert wrong.errors() == ["Choose what you did about it."]
    for _ in range(2):
        group_member.submit(page, {f"c{row.id}-done": "changed"}, press=press, form=form)
    ((to, letter),) = letters("concern_answered")
    assert to == "me@example.org"
    assert "The group that looks after this has changed the entry." in letter.text
    late = db.session.query(Mail).filter_by(template="asset_reported", state=MailState.WAITING)
    assert [one["name"] for one in late.one().context["items"]] == ["Other"]  # this is answered
    with pytest.raises(Refused, match="moderator"):
        concerns.reply(concern=misuse, text="No.", by=world.group_member, url="")


def test_an_officer_of_the_group_does_not_judge_misuse_of_its_own(world: World) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    misuse, fact = report(asset, Part.NOT_HERE), report(asset, Part.NAME)
    organisations.add_member(organisation=world.group, account=world.officer)
    with pytest.raises(Refused, match="your own group"):
        concerns.reply(concern=misuse, text="Fine.", by=world.officer, url="")
    concerns.reply(concern=fact, text="Mended.", by=world.officer, url="")
    assert fact.answer == "Mended."


def test_reports_are_read_by_the_group_alone(
    world: World, stranger: Browser, resident: Browser, officer: Browser, board_member: Browser
) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    path = f"/assets/{asset.id}/reports"
    stranger.get(path, status=303)
    for browser in (resident, officer, board_member):
        browser.refused(path)
