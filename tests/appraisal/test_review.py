"""Appraisers, the steering group and community reviewers read bids and score them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from pbapp.accounts.models import Account
from pbapp.appraisal import queries, services, settling
from pbapp.appraisal.models import Sheet
from pbapp.appraisal.standards import CriterionTerms
from pbapp.db import db
from pbapp.organisations.models import Member, MemberRole
from pbapp.proposals import co_authors, deciding
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round, RoundRole
from tests.appraisal.factories import (
    LINK,
    an_appraiser,
    checked,
    impartial,
    invited,
    person,
    scored,
)
from tests.client import Browser, QueryCounter
from tests.proposals.factories import make_proposal, quick
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def rae(round: Round) -> Account:
    return invited(round)


@pytest.fixture
def reviewer(app: Flask, rae: Account) -> Browser:
    return Browser(app, signed_in_as=rae)


def test_a_reviewer_scores_a_bid_and_then_sees_the_others(
    world: World, round: Round, bid: Proposal, reviewer: Browser
) -> None:
    ada = an_appraiser(world)
    impartial(bid, ada)
    scored(bid, ada, 5, 5, 5, 5, comment="They did it last year too.")
    page = reviewer.get(f"/rounds/{round.slug}/review")
    assert "To read" in page.text
    here = f"/rounds/{round.slug}/review/{bid.number}"
    reviewer.submit(reviewer.get(here), {"has_conflict": "no"})
    page = reviewer.get(here)
    assert "Two hours every Tuesday" in page.text
    assert "They did it last year too." not in page.text
    page = reviewer.submit(page, {"points_1": "3"}, form="score", status=422)
    assert "Give 0 to 5 points for “People here want it”." in page.text
    reviewer.post(
        here, {"points_1": "6", "csrf_token": _token(page.html)}, status=422
    )  # not on the form
    points = {f"points_{place}": "3" for place in (1, 2, 3, 4)}
    reviewer.submit(page, {**points, "comment": "Who runs it?"}, form="score")
    reviewer.submit(page, {**points, "comment": "Who runs it?"}, form="score")  # twice
    page = reviewer.get(here)
    assert "They did it last year too." in page.text
    assert "People see this bid differently" in page.text
    assert "Ada" not in page.text  # reviewers see what, not who
    assert db.session.scalar(select(func.count(Sheet.id))) == 2
    # Talked over, and changed: what was given first stays.
    reviewer.submit(page, {"points_1": "4"}, form="score")
    assert "(first 3)" in reviewer.get(here).text
    page = reviewer.get(f"/rounds/{round.slug}/proposals/{bid.number}")  # with its papers
    assert "What officers checked" not in page.text
    assert "Scored by you" in reviewer.get(f"/rounds/{round.slug}/review").text


def _token(html: str) -> str:
    return html.split('name="csrf_token" value="')[1].split('"')[0]


def test_nobody_scores_a_bid_of_their_own_group_or_sees_its_scores(
    world: World, round: Round, bid: Proposal, rae: Account, reviewer: Browser
) -> None:
    db.session.add(Member(organisation=world.group, account_id=rae.id, role=MemberRole.MEMBER))
    ada = an_appraiser(world)
    impartial(bid, ada)
    scored(bid, ada, 1, 1, 1, 1, comment="Weak.")
    assert "Your own group" in reviewer.get(f"/rounds/{round.slug}/review").text
    page = reviewer.get(f"/rounds/{round.slug}/review/{bid.number}")
    assert "one of those behind this bid" in page.text
    assert "Weak." not in page.text
    with pytest.raises(Refused, match="behind"):
        services.send_scores(proposal=bid, by=rae, points={}, comment="")
    deciding.put_on_ballot(proposal=bid, by=world.officer, version=bid.version, link=LINK)
    db.session.commit()
    assert "Weak." not in reviewer.get(f"/rounds/{round.slug}/review/{bid.number}").text


def test_only_the_people_of_the_round_read_and_score(
    world: World,
    round: Round,
    bid: Proposal,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
) -> None:
    here = f"/rounds/{round.slug}/review"
    for page in (here, f"{here}/{bid.number}", f"/rounds/{round.slug}/committee"):
        assert "/account" in (stranger.get(page, status=303).location or "")
        for browser in (resident, group_member, officer_elsewhere):
            browser.get(page, status=403)
    officer.get(here, status=403)  # a moderator decides, and scores nothing
    token = _token(resident.get("/account/").html)
    for part in ("", "/connection"):
        resident.post(f"{here}/{bid.number}{part}", {"csrf_token": token}, status=403)
    resident.get(f"{here}/999", status=403)


def test_scores_of_somebody_with_a_connection_do_not_count(
    world: World, round: Round, bid: Proposal, rae: Account
) -> None:
    ada = an_appraiser(world)
    impartial(bid, ada, rae)
    scored(bid, ada, 4, 4, 4, 4)
    scored(bid, rae, 0, 0, 0, 0)
    services.declare(proposal=bid, by=rae, what="I had forgotten: my cousin leads it.")
    db.session.commit()
    (counted,) = queries.list_sheets([bid.id])[bid.id]
    assert counted.account_id == ada.id
    with pytest.raises(Refused, match="connection"):
        services.send_scores(
            proposal=bid, by=rae, points=dict.fromkeys((1, 2, 3, 4), 1), comment=""
        )


def test_first_the_connection_then_the_scores(world: World, round: Round, bid: Proposal) -> None:
    ada = an_appraiser(world)
    with pytest.raises(Refused, match="First say"):
        services.send_scores(
            proposal=bid, by=ada, points=dict.fromkeys((1, 2, 3, 4), 1), comment=""
        )


def test_criteria_are_settled_with_the_steering_group_before_proposals_close(
    app: Flask, world: World, round: Round, stranger: Browser, resident: Browser, reviewer: Browser
) -> None:
    steering = Browser(app, signed_in_as=invited(round, RoundRole.STEERING, "Stella"))
    here = f"/rounds/{round.slug}/criteria"
    assert "Helps the priority" in stranger.get(here).text
    assert "/account" in (stranger.get(f"{here}/edit", status=303).location or "")
    resident.get(f"{here}/edit", status=403)
    reviewer.get(f"{here}/edit", status=403)
    page = steering.get(f"{here}/edit")
    wrong = steering.submit(page, {"name_5": "Green", "weight_1": "9"}, form="criteria", status=422)
    assert "Not a valid choice" in wrong.text
    assert 'value="Green"' in wrong.html
    fields = {"name_5": "Green", "low_5": "Wasteful.", "high_5": "Lasts.", "publishes_scores": "y"}
    steering.submit(page, fields, form="criteria")
    steering.submit(page, fields, form="criteria")  # a double click
    assert "Lasts." in stranger.get(here).text
    assert len(queries.criteria_of(round)) == 5
    late = steering.submit(page, {"name_1": "Other"}, form="criteria", status=422)
    assert "Somebody else changed the criteria" in late.text
    assert "Lasts." in late.text
    bid = make_proposal(world, round)
    ada = an_appraiser(world)
    impartial(bid, ada)
    scored(bid, ada, 1, 2, 3, 4, 5)
    assert "so they stand" in steering.get(f"{here}/edit").text
    with pytest.raises(Refused, match="stand"):
        settling.save_criteria(
            round=round,
            by=ada,
            criteria=[CriterionTerms("One", "a", "b")],
            publishes_scores=False,
            version=queries.newest_change(round),
        )
    public = f"/rounds/{round.slug}/proposals/{bid.number}"
    stranger.get(public, status=404)
    checked(bid, ada)
    deciding.put_on_ballot(proposal=bid, by=world.officer, version=bid.version, link=LINK)
    db.session.commit()
    page = stranger.get(public)
    assert "Checked, and fine: Landowner, Planning" in page.text
    assert "2.6 of 5, from 1 person" in page.text  # this round publishes its averages
    assert "Green" in page.text


def test_criteria_stand_when_proposals_are_closed(world: World) -> None:
    round = make_round(world, PhaseKind.REVIEW)
    refused = queries.why_criteria_stand(round)
    assert refused is not None
    assert "Groups have sent in" in str(refused)


def test_the_list_says_what_is_missing_and_hides_scores_until_ones_own_are_in(
    app: Flask, world: World, round: Round, bid: Proposal, rae: Account, officer: Browser
) -> None:
    ada = an_appraiser(world)
    appraiser = Browser(app, signed_in_as=ada)
    impartial(bid, rae)
    scored(bid, rae, 5, 5, 5, 5)
    here = f"/desk/rounds/{round.slug}/appraisal"
    page = appraiser.get(here)
    assert "after yours" in page.text
    assert "5.0" not in page.text
    page = officer.get(f"{here}?order=score")
    assert "5.0" in page.text
    assert "8 checks, costs, advice" in page.text
    table = appraiser.get(f"{here}.csv").html
    assert "average_score" in table
    assert ",5.0," not in table
    page = appraiser.get(f"{here}/connections")
    appraiser.submit(page, {f"what_{bid.id}": "My uncle chairs it."}, form="connections")
    page = appraiser.get(here)
    assert "you have a connection" in page.text
    assert "not for you" in page.text
    assert "5.0" not in page.text
    assert "nothing left to say" in appraiser.get(f"{here}/connections").text
    assert (
        "No group has sent in"
        in officer.get(f"/desk/rounds/{make_round(world, slug='empty').slug}/appraisal").text
    )


def test_a_co_author_sees_no_scores_in_list_table_or_committee(
    world: World, round: Round, bid: Proposal, rae: Account, officer: Browser
) -> None:
    impartial(bid, rae)
    scored(bid, rae, 5, 5, 5, 5)
    here = f"/desk/rounds/{round.slug}/appraisal"
    pages = (here, f"{here}.csv", f"/rounds/{round.slug}/committee")
    assert all("5.0" in officer.get(path).html for path in pages)
    co_authors.invite(
        proposal=bid, name="Ola", email=world.officer.email, by=world.group_member, url=LINK
    )
    db.session.commit()
    assert not any("5.0" in officer.get(path).html for path in pages)


def test_the_list_asks_the_same_few_questions_however_many_bids(
    world: World, officer: Browser, count_queries: QueryCounter
) -> None:
    round = make_round(world, PhaseKind.REVIEW)
    person("Nobody")
    asked = {}
    for number in range(1, 501):
        quick(world, round, number)
        if number in (20, 500):
            db.session.commit()
            db.session.expire_all()
            count_queries.reset()
            officer.get(f"/desk/rounds/{round.slug}/appraisal?order=missing")
            asked[number] = count_queries.number
    assert asked[500] == asked[20]
    assert asked[500] <= 22
