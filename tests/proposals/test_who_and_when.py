"""Who may write a proposal and when, together, and with a sign-in that runs out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations import services as organisations
from pbapp.organisations.models import OrganisationKind
from pbapp.proposals.models import Proposal
from pbapp.proposals.writing import services
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.rounds.models import MayPropose, PhaseKind, Round
from tests.client import Browser
from tests.proposals.writing import NEW, answers, begin, fill, kept, problems, the_proposal, write
from tests.rounds.factories import calendar, make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def test_a_stranger_signs_in_first_and_comes_back(stranger: Browser, round: Round) -> None:
    page = stranger.get(NEW, status=303)
    assert str(page.location).endswith("next=/rounds/small-grants/proposals/new")


def test_who_may_not_propose_is_told_why_and_gets_no_draft(
    resident: Browser, board_member: Browser, world: World, round: Round
) -> None:
    for browser in (resident, board_member):
        page = browser.get(NEW)
        assert "In this round proposals come from groups." in page.text
        assert 'id="begin"' not in page.html
    browser.post(NEW, {"whom": "myself"}, status=400)  # no token
    assert db.session.query(ProposalDraft).count() == 0


def test_a_resident_writes_for_themself_where_the_round_says_so(
    resident: Browser, group_member: Browser, officer_elsewhere: Browser, world: World, round: Round
) -> None:
    round.may_propose = MayPropose.EVERYBODY
    db.session.commit()
    check = write(resident, world)
    path = check.path
    for other in (group_member, officer_elsewhere):
        other.get(path, 404)
        other.get(f"{path}/idea", 404)
    shown = resident.follow(resident.submit(check, form="send"))
    assert "A resident" in shown.text
    assert the_proposal().submitted_by_id == world.resident.id


def test_an_officer_enters_it_for_somebody_who_is_told(
    officer: Browser, world: World, round: Round
) -> None:
    round.may_propose = MayPropose.EVERYBODY
    db.session.commit()
    start = officer.get(NEW)
    wrong = officer.submit(start, {"whom": "somebody"}, form="begin", status=422)
    assert "Say for whom you enter it." in problems(wrong)
    page = begin(officer, whom="somebody", for_name="Jo", for_email="jo@example.org")
    for name in ("idea", "where", "money"):
        page = fill(officer, page, answers(world)[name])
    shown = officer.follow(officer.submit(page, form="send"))
    assert "Entered by an officer for Jo." in shown.text
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.to_address, mail.template) == ("jo@example.org", "proposal_entered")


def test_somebody_in_two_groups_says_for_which_and_members_go_on_with_it(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    choir = organisations.set_up(kind=OrganisationKind.GROUP, name="Example Choir")
    organisations.add_member(organisation=choir, account=world.group_member)
    organisations.add_member(organisation=choir, account=world.resident)
    db.session.commit()
    wrong = group_member.submit(group_member.get(NEW), form="begin", status=422)
    assert "Choose who it is from." in problems(wrong)
    page = begin(group_member, whom=str(choir.id))
    group_member.submit(page, {"title": "A choir"}, form="page", press="act=save")
    assert kept(resident.get(page.path))["title"] == "A choir"
    assert db.session.scalars(select(ProposalDraft)).one().organisation_id == choir.id


def test_two_who_write_along_do_not_overwrite_each_other(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    organisations.add_member(organisation=world.group, account=world.resident)
    db.session.commit()
    mine = begin(group_member)
    theirs = resident.get(mine.path)
    resident.submit(theirs, {"title": "Their title"}, form="page", press="act=save")
    page = group_member.submit(
        mine, {"title": "My title"}, form="page", press="act=save", status=409
    )
    assert "Their title" in page.text
    assert kept(page)["title"] == "My title"
    assert db.session.scalars(select(ProposalDraft)).one().title == "Their title"
    group_member.submit(page, form="page", press="act=save")
    db.session.expire_all()
    assert db.session.scalars(select(ProposalDraft)).one().title == "My title"


# --- when -----------------------------------------------------------------------------------------


def test_an_expired_sign_in_loses_nothing(
    group_member: Browser, world: World, round: Round
) -> None:
    page = begin(group_member)
    with group_member.client.session_transaction() as session:
        token = session.pop("_user_id")
    sent = group_member.submit(page, answers(world)["idea"], form="page", press="act=next")
    assert "/account/sign-in" in str(sent.location)
    with group_member.client.session_transaction() as session:
        session["_user_id"] = token
    back = group_member.get(page.path)
    assert "What you typed has been kept" in back.text
    assert kept(back)["what"] == "Two hours every Tuesday."
    assert fill(group_member, back, {}).h1 == "Why, and where"


def test_typing_is_kept_while_it_goes_on(
    group_member: Browser, stranger: Browser, world: World, round: Round
) -> None:
    page = begin(group_member)
    data = dict(page.form("page").filled({"title": "Half a ti"}))
    group_member.post(f"{page.path}/typed", data, status=204)
    assert db.session.scalars(select(ProposalDraft)).one().title == "Half a ti"
    group_member.post(f"{page.path.replace('idea', 'nothing')}/typed", data, status=404)


@pytest.mark.parametrize("during", [PhaseKind.REVIEW, PhaseKind.VOTING])
def test_after_the_last_day_there_is_no_form(
    group_member: Browser, world: World, during: PhaseKind
) -> None:
    make_round(world, during)
    assert "not taking new proposals" in group_member.get(NEW, status=409).text


def test_a_page_sent_too_late_is_refused_and_its_text_can_be_copied(
    group_member: Browser, world: World
) -> None:
    make_round(world, phases=calendar(clock.now() - timedelta(days=29)))
    check = write(group_member, world)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        page = group_member.submit(check, form="send", status=409)
        assert "Two hours every Tuesday." in page.text
        group_member.get(f"{check.path}/idea", status=409)
    assert db.session.query(Proposal).count() == 0


def test_a_draft_is_for_nobody_outside_the_group(
    stranger: Browser,
    resident: Browser,
    officer: Browser,
    group_member: Browser,
    world: World,
    round: Round,
) -> None:
    page = begin(group_member).path
    whole = page.removesuffix("/idea")
    stranger.get(whole, 303)
    for browser in (resident, officer):
        browser.refused(page, 404)
        browser.refused(whole, 404)
        browser.post(f"{page}/typed", browser.token(), 404)
        browser.post(f"{whole}/throw-away", browser.token(), 303)
    assert db.session.query(ProposalDraft).count() == 1


def test_drafts_nobody_comes_back_to_are_forgotten_after_sixty_days(
    group_member: Browser, world: World, round: Round
) -> None:
    begin(group_member)
    assert services.forget_old() == 0
    with time_machine.travel(clock.now() + timedelta(days=61), tick=False):
        assert services.forget_old() == 1
