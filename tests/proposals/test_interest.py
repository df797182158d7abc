"""An idea in short: told, answered by an officer, gone on with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select

from pbapp import clock
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.organisations.models import Member
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.services import PhaseDates
from tests.client import Browser, Page
from tests.proposals.writing import kept, problems
from tests.rounds.factories import calendar, make_round
from tests.world import World

SAY = "/rounds/small-grants/interest"
DAY = timedelta(days=1)


@pytest.fixture
def round(world: World) -> Round:
    """Takes ideas in short for five more days, then proposals."""
    now = clock.now()
    first = PhaseDates(PhaseKind.INTEREST, now - DAY, now + 5 * DAY)
    return make_round(world, phases=[first, *calendar(now + 5 * DAY)])


def idea(world: World, **values: Any) -> dict[str, Any]:
    return {
        "title": "Walking football",
        "summary": "A weekly game.",
        "about": "£1,200.50",
        "priority": str(world.priorities["mental-health"].id),
        **values,
    }


def told(browser: Browser, world: World) -> ShortIdea:
    browser.submit(browser.get(SAY), idea(world), form="idea")
    return db.session.scalars(select(ShortIdea)).one()


def path_of(interest: ShortIdea) -> str:
    return f"/desk/interest/{interest.id}"


def answered(officer: Browser, interest: ShortIdea, status: int = 303, **values: Any) -> Page:
    return officer.submit(officer.get(path_of(interest)), values, form="answer", status=status)


def test_a_group_tells_an_idea_and_goes_on_to_the_full_proposal_with_it(
    group_member: Browser, officer: Browser, world: World, round: Round
) -> None:
    page = group_member.get(SAY)
    for _ in range(2):  # a second click
        group_member.submit(page, idea(world), form="idea")
    interest = db.session.scalars(select(ShortIdea)).one()
    assert (interest.about_pence, interest.organisation_id) == (1_200_50, world.group.id)
    assert "Walking football" in officer.get("/desk/interest").links()
    assert "/desk/interest" in officer.get("/desk").links().values()
    queue = "/desk?what=interest&who=turn"
    page = officer.get(officer.get(queue).links()["Walking football"])
    page = officer.follow(officer.submit(page, {"state": "go_on"}, form="answer"))
    assert page.links()["The desk"] == queue
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.template, mail.to_address) == ("interest_answered", world.group_member.email)
    assert mail.not_before > clock.now()  # one minute to take it back
    assert "can be written while proposals come in" in group_member.get(SAY).text
    with time_machine.travel(clock.now() + 6 * DAY, tick=False):
        page = group_member.get(SAY)
        begun = group_member.submit(page)
        assert kept(group_member.follow(begun))["title"] == "Walking football"
        assert group_member.submit(page).location == begun.location


def test_not_for_this_round_needs_a_reason_and_can_be_taken_back(
    group_member: Browser, officer: Browser, world: World, round: Round
) -> None:
    interest = told(group_member, world)
    wrong = answered(officer, interest, 422, state="not_now", elsewhere="Example Fund")
    assert "Say why" in problems(wrong)
    assert "Example Fund" in wrong.html
    before = officer.get(path_of(interest))
    answered(officer, interest, state="not_now", reason="Too late.", elsewhere="Example Fund")
    page = group_member.get(SAY)
    assert "Too late." in page.text
    assert "Example Fund" in page.text
    officer.submit(officer.get(path_of(interest)), form=0)  # takes it back
    db.session.refresh(interest)
    assert interest.state is InterestState.WAITING
    assert db.session.scalars(select(Mail.state)).all() == [MailState.CANCELLED]
    stale = officer.submit(before, {"state": "go_on"}, form="answer", status=422)
    assert "changed their idea since" in problems(stale)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"title": ""}, "Give your idea a title."),
        ({"about": ""}, "Enter about how much"),
        ({"about": "١٢"}, "Enter an amount in pounds"),
        ({"about": "1_000"}, "Enter an amount in pounds"),
        ({"about": "0"}, "Enter an amount above nothing."),
        ({"priority": "999999"}, "Choose the priority"),
    ],
)
def test_what_cannot_be_is_named_and_kept(
    group_member: Browser, world: World, round: Round, values: dict[str, Any], problem: str
) -> None:
    page = group_member.submit(
        group_member.get(SAY), idea(world, **values), form="idea", status=422
    )
    assert problem in problems(page)
    assert "A weekly game." in page.html
    assert db.session.query(ShortIdea).count() == 0


def test_who_has_left_the_group_is_not_written_to(
    group_member: Browser, officer: Browser, world: World, round: Round
) -> None:
    interest = told(group_member, world)
    db.session.execute(delete(Member).where(Member.account_id == world.group_member.id))
    db.session.commit()
    answered(officer, interest, state="go_on")
    to = db.session.scalars(select(Mail.to_address)).all()
    assert world.group_member.email not in to


def test_who_may_not_tell_or_answer(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
    round: Round,
) -> None:
    stranger.get(SAY, 303)
    assert "proposals come from groups" in resident.get(SAY).text
    interest = told(group_member, world)
    for browser in (group_member, resident, board_member, officer_elsewhere):
        browser.refused(path_of(interest))
        browser.post(f"{path_of(interest)}/undo", browser.token(), 403)
    resident.post(f"{SAY}/{interest.id}/write", resident.token(), 404)
    page = second_officer.get(path_of(interest))  # a voting lead reads it, and does not decide
    assert "A moderator or an appraiser" in page.text
    assert officer_elsewhere.get("/desk/interest").text.count("Walking football") == 0
    make_round(world, slug="without")
    group_member.get("/rounds/without/interest", 404)


def test_when_the_time_is_over_the_text_can_be_copied(
    group_member: Browser, world: World, round: Round
) -> None:
    page = group_member.get(SAY)
    with time_machine.travel(clock.now() + 6 * DAY, tick=False):
        late = group_member.submit(page, idea(world), form="idea", status=409)
        assert "A weekly game." in late.text
    assert db.session.query(ShortIdea).count() == 0
