"""Officers check a bid and its costs; the group is told, and can answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal import queries, services
from pbapp.appraisal.models import Advice, Answer, Dossier
from pbapp.appraisal.services import Checked
from pbapp.db import db
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import put_into_words
from pbapp.proposals import deciding
from pbapp.proposals import services as proposals
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import ballot_projects
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.appraisal.factories import LINK, an_appraiser, checked, costed, impartial
from tests.client import Browser
from tests.proposals.factories import content, make_proposal
from tests.world import World


@pytest.fixture
def ada(world: World) -> Account:
    return an_appraiser(world)


@pytest.fixture
def appraiser(app: Flask, ada: Account) -> Browser:
    return Browser(app, signed_in_as=ada)


def page_of(bid: Proposal) -> str:
    return f"/desk/proposals/{bid.id}/appraisal"


def mails() -> list[str]:
    query = select(Mail.template).where(Mail.state == MailState.WAITING).order_by(Mail.written_at)
    return [name for name in db.session.scalars(query) if name.startswith("appraisal")]


def test_an_officer_says_first_whether_they_have_a_connection(
    appraiser: Browser, bid: Proposal
) -> None:
    page = appraiser.get(page_of(bid))
    assert "Do you have a connection" in page.h1
    assert "Two hours every Tuesday" not in page.text
    page = appraiser.submit(page, {"has_conflict": "yes"}, status=422)
    assert "Say in a few words what the connection is." in page.text
    page = appraiser.submit(page, {"has_conflict": "no"})
    assert "Still open: Landowner" in appraiser.get(page_of(bid)).text


def test_somebody_with_a_connection_neither_appraises_nor_decides(
    appraiser: Browser, bid: Proposal, ada: Account
) -> None:
    page = appraiser.get(page_of(bid))
    appraiser.submit(page, {"has_conflict": "yes", "what": "My sister is the treasurer."})
    page = appraiser.get(page_of(bid))
    assert "For reading only" in page.text
    assert "Ada: My sister is the treasurer." in page.text
    assert "Save the checks" not in page.html
    appraiser.submit(page, {"has_conflict": "no"}, form="connection")  # a slip
    page = appraiser.get(page_of(bid))
    assert "Save the checks" in page.html
    wrong = appraiser.submit(page, {"has_conflict": "yes"}, form="connection", status=422)
    assert "Say in a few words what the connection is." in wrong.text
    said = {"has_conflict": "yes", "what": "She is the treasurer."}  # remembered later
    appraiser.submit(page, said, form="connection")
    with pytest.raises(Refused, match="connection"):
        services.answer_checks(
            proposal=bid, by=ada, version=0, answers={"fit": Checked(Answer.YES)}, link=LINK
        )
    with pytest.raises(Refused, match="connection"):
        deciding.put_on_ballot(proposal=bid, by=ada, version=bid.version, link=LINK)
    services.declare(proposal=bid, by=ada, what="")  # a slip, mended at once
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        services.declare(proposal=bid, by=ada, what="I was wrong, I know them.")
    with (
        time_machine.travel(clock.now() + timedelta(hours=2), tick=False),
        pytest.raises(Refused, match="stands"),
    ):
        services.declare(proposal=bid, by=ada, what="")


def test_nobody_else_opens_a_dossier(
    world: World,
    bid: Proposal,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    second_officer: Browser,
) -> None:
    slug = bid.round.slug
    posts = ("connection", "checks", "costs", "costs/undo", "scores", "talk", "advice")
    pages = [
        page_of(bid),
        f"/desk/rounds/{slug}/appraisal",
        f"/desk/rounds/{slug}/appraisal.csv",
        f"/desk/rounds/{slug}/appraisal/connections",
    ]
    for page in pages:
        assert "/account" in (stranger.get(page, status=303).location or "")
        for browser in (resident, group_member, officer_elsewhere, board_member):
            browser.get(page, status=403)
    for browser in (resident, officer_elsewhere):
        own = browser.token()
        for part in posts:
            browser.post(f"{page_of(bid)}/{part}", own, status=403)
    page = second_officer.get(page_of(bid))  # a voting lead reads, and no more
    assert "A moderator or an appraiser of this board has to decide" in page.text
    assert "Save the checks" not in page.html


def _token(browser: Browser) -> str:
    page = browser.get("/account/")
    found = next(i for i in page.root.iter("input") if i.get("name") == "csrf_token")
    return found.get("value") or ""


def test_checks_are_saved_and_the_group_reads_what_needs_work(
    appraiser: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    page = appraiser.get(page_of(bid))
    again = appraiser.submit(
        page, {"answer_landowner": "needs_work", "note_landowner": ""}, form="check", status=422
    )
    assert "Say what is missing" in again.text
    appraiser.submit(
        again,
        {
            "answer_landowner": "needs_work",
            "note_landowner": "A letter from the landowner is missing.",
            "answer_fit": "yes",
        },
        form="check",
    )
    assert mails() == ["appraisal_begun", "appraisal_work"]
    work = db.session.scalars(select(Mail).where(Mail.template == "appraisal_work")).one()
    assert "A letter from the landowner is missing." in put_into_words(work).text
    # Mended before the mail left: nobody is told of it.
    page = appraiser.get(page_of(bid))
    appraiser.submit(page, {"answer_landowner": "yes"}, form="check")
    assert mails() == ["appraisal_begun"]
    found = queries.find_dossier(bid.id)
    assert found is not None
    assert {check.key: check.answer for check in found.checks} == {
        "landowner": Answer.YES,
        "fit": Answer.YES,
    }


def test_the_second_to_save_sees_what_the_first_did(
    world: World, appraiser: Browser, officer: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada, world.officer)
    mine, theirs = appraiser.get(page_of(bid)), officer.get(page_of(bid))
    note = {"answer_fit": "no", "note_fit": "It is for another priority."}
    officer.submit(theirs, note, form="check")
    officer.submit(theirs, note, form="check")  # a double click
    page = appraiser.submit(mine, {"answer_fit": "yes"}, form="check", status=422)
    assert "Somebody else saved something here" in page.text
    assert "It is for another priority." in page.text
    appraiser.submit(page, {"answer_fit": "yes"}, form="check")
    assert db.session.scalar(select(func.count(Dossier.id))) == 1


def test_an_officers_figure_is_what_people_vote_on_and_the_group_answers(
    world: World, appraiser: Browser, group_member: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    page = appraiser.get(page_of(bid))
    again = appraiser.submit(page, {"pence_1": "£1,200.50"}, form="cost", status=422)
    assert "Say why your figure is different." in again.text
    for wrong in ("١٢", "1_000", "lots", ""):
        appraiser.submit(again, {"pence_1": wrong}, form="cost", status=422)
    reason = {"pence_1": "£1,200.50", "reason_1": "The hall has put its price up."}
    appraiser.submit(again, reason, form="cost")
    db.session.refresh(bid)
    assert bid.cost_pence == 1_301_00
    assert mails() == ["appraisal_begun", "appraisal_costs"]
    told = put_into_words(
        db.session.scalars(select(Mail).where(Mail.template == "appraisal_costs")).one()
    )
    assert "£900" in told.text
    assert "£1,200.50" in told.text
    answer = f"/rounds/{bid.round.slug}/proposals/{bid.number}/costs"
    page = group_member.get(answer)
    assert "The hall has put its price up." in page.text
    page = group_member.submit(page, {"agrees": "no"}, status=422)
    assert "Say what is wrong with the figures" in page.text
    group_member.submit(page, {"agrees": "no", "words": "We have a quote for £900."})
    assert "does not agree" in appraiser.get(page_of(bid)).text
    deciding.put_on_ballot(proposal=bid, by=world.officer, version=bid.version, link=LINK)
    db.session.commit()
    assert [one.cost_pence for one in ballot_projects(bid.round)] == [1_301_00]
    page = group_member.get(f"/rounds/{bid.round.slug}/proposals/{bid.number}")
    assert "What officers checked" in page.text
    assert "The hall has put its price up." in page.text
    assert "We have a quote for £900." in page.text


def test_figures_can_be_taken_back_before_the_group_is_told(
    appraiser: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    costed(bid, ada, 800_00, 100_50)
    page = appraiser.get(page_of(bid))
    assert "Take my figures back" in page.text
    action = f"{page_of(bid)}/costs/undo"
    appraiser.post(action, {"csrf_token": _token(appraiser)})
    appraiser.post(action, {"csrf_token": _token(appraiser)})  # a double click
    db.session.refresh(bid)
    assert bid.cost_pence == 1_000_50
    assert mails() == ["appraisal_begun"]
    costed(bid, ada, 800_00, 100_50)
    with (
        time_machine.travel(clock.now() + timedelta(minutes=2), tick=False),
        pytest.raises(Refused, match="one minute"),
    ):
        services.undo_costs(proposal=bid, by=ada)


def test_figures_after_the_first_are_not_taken_back_and_the_group_hears_of_them(
    appraiser: Browser, world: World, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    costed(bid, ada, 800_00, 100_50)  # a slip, taken back before anybody heard of it
    services.undo_costs(proposal=bid, by=ada)
    costed(bid, ada, 700_00, 100_50)
    for mail in db.session.scalars(select(Mail).where(Mail.template == "appraisal_costs")):
        if mail.state is MailState.WAITING:
            mail.state, mail.sent_at = MailState.SENT, clock.now()
    services.answer_costs(proposal=bid, by=world.group_member, agrees=False, words="It is £900.")
    db.session.commit()
    costed(bid, ada, *(line.amount_pence for line in bid.cost_lines))
    assert mails().count("appraisal_costs") == 1
    waiting = Mail.state == MailState.WAITING
    told = db.session.scalars(select(Mail).where(waiting, Mail.template == "appraisal_costs")).one()
    assert "your own figures stand" in put_into_words(told).text
    assert "Take my figures back" not in appraiser.get(page_of(bid)).text
    with pytest.raises(Refused, match="Save other figures"):
        services.undo_costs(proposal=bid, by=ada)


def test_figures_stay_when_the_bid_was_decided_on(
    world: World, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    costed(bid, ada, 800_00, 100_50)
    deciding.put_on_ballot(proposal=bid, by=world.officer, version=bid.version, link=LINK)
    db.session.commit()
    with pytest.raises(Refused, match="decided on"):
        services.undo_costs(proposal=bid, by=ada)


def test_a_figure_stays_within_the_limits_of_round_and_group(
    world: World, round: Round, ada: Account
) -> None:
    bid = make_proposal(world, round, minimum_pence=900_00)
    impartial(bid, ada)
    with pytest.raises(Refused, match="at most"):
        costed(bid, ada, 15_000_00, 1)
    with pytest.raises(Refused, match="send the bid back"):
        costed(bid, ada, 700_00, 100_50)
    assert bid.cost_pence == 1_000_50


def test_what_the_group_edits_after_the_checks_is_shown_and_its_own_figures_count_again(
    world: World, appraiser: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    checked(bid, ada)
    costed(bid, ada, 800_00, 100_50)
    proposals.edit(
        proposal=bid,
        content=content(world, title=bid.title, what="Three hours every Tuesday."),
        by=world.group_member,
        version=bid.version,
    )
    db.session.commit()
    assert bid.cost_pence == 1_000_50
    page = appraiser.get(page_of(bid))
    assert "The group has edited its bid since the checks" in page.text
    assert "Three hours every Tuesday." in page.text
    assert "check again" in page.text
    appraiser.submit(page, form="check")  # they still stand
    page = appraiser.get(page_of(bid))
    assert "edited its bid since the checks" not in page.text
    appraiser.submit(page, form="cost")  # the same figures once more
    db.session.refresh(bid)
    assert bid.cost_pence == 900_50


def test_advice_goes_to_the_committee_and_stands_once_it_is_decided(
    world: World, appraiser: Browser, board_member: Browser, bid: Proposal, ada: Account
) -> None:
    impartial(bid, ada)
    page = appraiser.get(page_of(bid))
    appraiser.submit(page, {"advice": "recommended", "words": ""}, form="advising", status=422)
    appraiser.submit(page, {"advice": "recommended", "words": "Sound and cheap."}, form="advising")
    page = board_member.get(f"/rounds/{bid.round.slug}/committee")
    assert "Sound and cheap." in page.text
    page = appraiser.get(f"/desk/proposals/{bid.id}")  # where it is decided
    assert "Sound and cheap." in page.text
    assert "Missing: 8 checks, costs, your scores." in page.text
    deciding.put_on_ballot(proposal=bid, by=world.officer, version=bid.version, link=LINK)
    db.session.commit()
    with pytest.raises(Refused, match="decided"):
        services.advise(
            proposal=bid,
            by=ada,
            version=1,
            advice=Advice.NOT_RECOMMENDED,
            words="Too late.",
            link=LINK,
        )
