"""A group's home: what needs doing and by when, proposals, money, entries, people."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Award
from pbapp.delivery.queries import find_award, list_overdue_reports
from pbapp.organisations import todo
from pbapp.organisations.passport.models import Item, Kept
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_phase
from pbapp.web.babel import moment
from tests.assets.factories import make_asset
from tests.client import Browser, QueryCounter
from tests.organisations.factories import make_group, make_hosting, make_item
from tests.proposals.factories import make_proposal, quick, returned
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

TODAY = date(2026, 12, 1)


def award(state: str, spend_by: date | None = None, **steps: int) -> SimpleNamespace:
    """Steps by name, due so many days from today."""
    due = [
        SimpleNamespace(name=name, due_on=TODAY + timedelta(days=days), done_on=None)
        for name, days in steps.items()
    ]
    return SimpleNamespace(state=state, milestones=due, spend_by=spend_by)


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (award("accepted", TODAY, paint=1), []),
        (award("approved", None, paint=40, buy=-1), [("buy", True, True), ("paint", False, False)]),
        (
            award("approved", TODAY, paint=1),
            [("Spend the money and send the last report", False, True), ("paint", False, True)],
        ),
        (award("finished", TODAY), []),
    ],
)
def test_what_an_award_asks_of_its_group(
    app: Flask, given: SimpleNamespace, due: list[tuple[str, bool, bool]]
) -> None:
    with app.test_request_context():
        _award, found = todo.award(given, TODAY)
    assert [(one.text, one.is_late, one.is_now) for one in found] == due


def test_home_says_what_to_do_first_and_by_when(
    world: World, group_member: Browser, app: Flask
) -> None:
    path = f"/groups/{world.group.id}"
    page = group_member.get(path)
    for said in (
        "Nothing waits for you.",
        "Your group has not sent in a proposal yet.",
        "No round takes proposals at the moment.",
        "Nothing on the map belongs to your group yet.",
        "Gil Group (Lead)",
    ):
        assert said in page.text

    round = make_round(world)
    bid = returned(world, round)
    make_item(world.group, Item.INSURANCE, until=clock.today() - timedelta(days=1))
    make_item(world.group, Item.LAND, Kept.WAITING)
    make_asset(world, organisation_id=world.group.id, state=AssetState.WAITING)
    page = group_member.get(path)
    voting = find_phase(round, PhaseKind.VOTING)
    assert f"Change “{bid.title}”" in page.links()
    with app.test_request_context():
        assert f"by {moment(voting.starts_at)}" in page.text
    assert "The cost lines leave out the insurance." in page.text
    assert "Passport: Insurance" in page.links()
    assert "Passport: The landowner's consent" not in page.links()
    assert "Send in a proposal for Small grants" in page.links()
    assert "Example Hall" in page.links()


def test_home_leaves_to_the_host_what_a_host_gives(world: World, group_member: Browser) -> None:
    make_item(world.group, Item.BANK, Kept.NOT_ACCEPTED)
    hosting = make_hosting(world.group, make_group(), agreed=False)
    db.session.commit()
    path = f"/groups/{world.group.id}"
    assert "Passport: Bank account" in group_member.get(path).links()
    hosting.agreed_at = clock.now()
    db.session.commit()
    page = group_member.get(path)
    assert "Example Host Trust is your host" in page.text
    assert "Nothing waits for you." in page.text
    assert "Bank account" not in page.text
    assert "Insurance" in page.text


def test_home_takes_as_many_queries_for_many_proposals_as_for_few(
    world: World, group_member: Browser, count_queries: QueryCounter
) -> None:
    round, path = make_round(world), f"/groups/{world.group.id}"
    make_proposal(world, round)
    counted = []
    for numbers in (range(10, 12), range(20, 50)):
        for number in numbers:
            quick(world, round, number)
        db.session.commit()
        count_queries.reset()
        group_member.get(path)
        counted.append(count_queries.number)
    assert counted[0] == counted[1]


def test_a_report_that_is_late_shows_in_the_passport(
    world: World, group_member: Browser, officer: Browser
) -> None:
    round = counted_round(world).round
    for proposal in db.session.scalars(select(Proposal).where(Proposal.round_id == round.id)):
        proposal.submitted_by_id = world.group_member.id
    delivery.offer_all(round=round, by=world.officer, link=str)
    found = find_award(round, 1)
    assert isinstance(found, Award)
    found.proposal.organisation_id = world.group.id
    assert "Say whether you take the money" in group_member.get(f"/groups/{world.group.id}").text
    delivery.accept(award=found, by=world.group_member)
    found.state, found.spend_by = "approved", clock.today() - timedelta(days=1)
    db.session.commit()

    assert list_overdue_reports([world.group.id], clock.today()) == [found]
    assert list_overdue_reports([world.group.id], clock.today() - timedelta(days=1)) == []
    for browser, path in (
        (group_member, f"/groups/{world.group.id}/passport"),
        (officer, f"/desk/passports/{world.group.id}"),
        (group_member, f"/groups/{world.group.id}"),
    ):
        assert found.proposal.title in browser.get(path).links()
    assert "Late" in group_member.get(f"/groups/{world.group.id}").text
