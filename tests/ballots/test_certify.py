"""Two people certify a count, or nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pbapp import clock
from pbapp.ballots.closing import queries, services
from pbapp.ballots.closing.models import Certificate
from pbapp.ballots.models import Ballot
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Profile, Round
from tests.ballots import factories, sealed
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.world import World

PAGE = "/desk/rounds/small-grants/certify"
TICKED = {"head": "y", "ballots": "y", "papers": "y"}


@pytest.fixture
def round(world: World, app: Flask) -> Round:
    return sealed.counted(world, app)


def seen(round: Round) -> str:
    facts = queries.facts_of(round)
    assert facts is not None
    return queries.digest_of(facts)


def as_second(world: World, round: Round, account) -> None:
    sealed.confirm(round, world.officer)
    sealed.confirm(round, account)


def test_two_voting_leads_certify_what_both_saw(world: World, round: Round) -> None:
    sealed.certify(world, round)
    first, second = queries.certificates(round)
    assert (first.part, second.part) == (1, 2)
    assert first.head == second.head == first.facts["head"]
    assert first.facts["ballots"] == {"online": 13}
    assert first.facts["sealed"] == 14
    assert queries.is_certified(round)


def test_nobody_certifies_alone(world: World, round: Round) -> None:
    sealed.confirm(round, world.officer)
    with pytest.raises(Refused, match="second person"):
        services.certify(round=round, by=world.officer, seen=seen(round))
    assert not queries.is_certified(round)


def test_nothing_is_certified_before_it_is_sealed_and_counted(world: World, app: Flask) -> None:
    round = factories.open_round(world)
    sealed.vote_quickly(round, app.extensions["pbapp"].keys)
    factories.close(round)
    with pytest.raises(Refused, match="sealed and counted"):
        services.certify(round=round, by=world.officer, seen="")
    sealed.count(round, app.extensions["pbapp"].keys)
    assert queries.facts_of(round) is None
    sealed.seal_log(round)
    assert queries.facts_of(round) is not None


def test_a_counter_may_be_the_second_in_a_small_round(world: World, round: Round) -> None:
    as_second(world, round, sealed.trained(world))
    assert [c.role for c in queries.certificates(round)] == [Role.VOTING_LEAD, Role.COUNTER]


def test_two_counters_are_not_enough(world: World, round: Round) -> None:
    sealed.confirm(round, sealed.trained(world))
    with pytest.raises(Refused, match="voting lead"):
        sealed.confirm(round, sealed.trained(world, name="Cal"))


def test_a_full_round_takes_two_voting_leads(world: World, app: Flask) -> None:
    round = factories.open_round(world)
    round.config = {**round.config, "profile": Profile.FULL.value}
    sealed.vote_quickly(round, app.extensions["pbapp"].keys)
    factories.close(round)
    sealed.seal_log(round)
    sealed.count(round, app.extensions["pbapp"].keys)
    counter = sealed.trained(world)
    with pytest.raises(Refused, match="two voting leads"):
        sealed.confirm(round, counter)
    with pytest.raises(Refused, match="two voting leads"):
        as_second(world, round, counter)
    sealed.confirm(round, world.second_officer)
    assert queries.is_certified(round)


@pytest.mark.parametrize("who", ["resident", "board_member", "officer_elsewhere", "group_member"])
def test_nobody_else_may(world: World, round: Round, who: str) -> None:
    with pytest.raises(Refused, match="trained"):
        services.certify(round=round, by=getattr(world, who), seen=seen(round))


def test_somebody_with_a_project_cannot_be_the_second(world: World, round: Round) -> None:
    db.session.add(
        Member(organisation=world.group, account_id=world.second_officer.id, role=MemberRole.LEAD)
    )
    db.session.commit()
    with pytest.raises(Refused, match="project in this vote"):
        sealed.certify(world, round)


def test_the_second_refuses_when_anything_changed_since_the_first(
    world: World, round: Round
) -> None:
    sealed.confirm(round, world.officer)
    ballot = db.session.query(Ballot).filter_by(round_id=round.id, is_live=True).first()
    ballot.is_live = False
    db.session.commit()
    with pytest.raises(Refused, match="has changed since the first"):
        sealed.confirm(round, world.second_officer)
    sealed.confirm(round, world.officer)  # the first looks again
    sealed.confirm(round, world.second_officer)
    assert queries.is_certified(round)


def test_a_page_that_is_out_of_date_confirms_nothing(world: World, round: Round) -> None:
    with pytest.raises(Refused, match="since you opened this page"):
        services.certify(round=round, by=world.officer, seen="0" * 64)


def test_a_voting_lead_can_take_the_first_back_but_not_both(world: World, round: Round) -> None:
    sealed.confirm(round, world.officer)
    services.take_back(round=round, by=world.second_officer)
    assert queries.certificates(round) == []
    sealed.certify(world, round)
    with pytest.raises(Refused, match="already"):
        services.take_back(round=round, by=world.officer)


@pytest.mark.parametrize("different", ["head", "digest"])
def test_the_database_itself_refuses_two_who_saw_different_things(
    world: World, round: Round, different: str
) -> None:
    sealed.confirm(round, world.officer)
    first = queries.certificates(round)[0]
    values = {"head": first.head, "digest": first.digest, different: "f" * 64}
    db.session.add(
        Certificate(
            round_id=round.id,
            account_id=world.second_officer.id,
            part=2,
            confirms=1,
            role=Role.VOTING_LEAD,
            facts={},
            at=clock.now(),
            **values,
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_database_has_no_room_for_a_second_part_alone(world: World, round: Round) -> None:
    sealed.confirm(round, world.officer)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE certificate SET part = 2"))


# --- the page -------------------------------------------------------------------------------


def test_two_people_certify_on_the_page(
    officer: Browser, second_officer: Browser, round: Round
) -> None:
    page = officer.get(PAGE)
    assert queries.close_batch(round).head in page.text
    done = officer.submit(page, TICKED, form="certify")
    assert "Now a second person has to" in officer.follow(done).text
    officer.submit(page, TICKED, form="certify")  # a second click
    assert len(queries.certificates(round)) == 1
    done = second_officer.submit(second_officer.get(PAGE), TICKED, form="certify")
    assert "Two people have certified this count" in second_officer.follow(done).text
    assert queries.is_certified(round)


def test_the_result_waits_for_both_even_when_its_date_has_come(
    stranger: Browser, officer: Browser, world: World, round: Round
) -> None:
    publish(round)
    shown = stranger.get("/rounds/small-grants/results")
    assert "The votes are counted. Two people are checking the count." in shown.text
    assert "Project 2" not in shown.text
    stranger.get("/rounds/small-grants/data", 404)
    assert "Two people check the count" in stranger.get("/rounds/small-grants").text
    assert "Two people have to certify" in officer.get("/rounds/small-grants/results").text
    sealed.confirm(round, world.officer)
    assert "Project 2" not in stranger.get("/rounds/small-grants/results").text
    sealed.confirm(round, world.second_officer)
    shown = stranger.get("/rounds/small-grants/results")
    assert "Project 2" in shown.text
    assert "Certified by two voting leads on" in shown.text
    assert world.officer.name not in shown.text
    log = stranger.get("/rounds/small-grants/log").text
    assert "are destroyed on" in log
    assert f"The head they saw: {queries.close_batch(round).head}" in log


def test_a_certified_result_still_waits_for_its_date(
    stranger: Browser, world: World, round: Round
) -> None:
    sealed.certify(world, round)
    assert "The result comes out on" in stranger.get("/rounds/small-grants/results").text


def publish(round: Round) -> None:
    """The result's date has come."""
    phases = {phase.kind: phase for phase in round.phases}
    out = clock.now() - timedelta(minutes=1)
    phases[PhaseKind.COUNTING].starts_at = factories.voting(round).ends_at
    phases[PhaseKind.COUNTING].ends_at = phases[PhaseKind.PUBLISHED].starts_at = out
    db.session.commit()


def test_each_thing_has_to_be_ticked(officer: Browser, round: Round) -> None:
    page = officer.submit(officer.get(PAGE), {"head": "y"}, form="certify", status=422)
    assert page.text.count("Look at this and tick it") >= 2
    assert queries.certificates(round) == []


def test_a_stale_page_is_shown_again_with_nothing_ticked(officer: Browser, round: Round) -> None:
    page = officer.get(PAGE)
    db.session.query(Ballot).filter_by(round_id=round.id, is_live=True).first().is_live = False
    db.session.commit()
    shown = officer.submit(page, TICKED, form="certify", status=422)
    assert "since you opened this page" in shown.text
    assert "checked" not in shown.text


def test_the_page_says_what_is_missing(officer: Browser, world: World, app: Flask) -> None:
    factories.open_round(world)
    page = officer.get(PAGE)
    assert "What is still missing" in page.text
    assert "The last ballots are sealed in the log" in page.text


def test_a_counter_opens_the_page_and_others_do_not(
    app: Flask,
    world: World,
    round: Round,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
) -> None:
    assert "Certify the count" in Browser(app, sealed.trained(world)).get(PAGE).text
    stranger.get(PAGE, 303)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        browser.get(PAGE, 403)
        browser.post(PAGE, {"csrf_token": token_of(browser.get("/rounds"))}, 403)


def test_a_first_confirmation_is_taken_back_on_the_page(
    officer: Browser, round: Round, world: World
) -> None:
    sealed.confirm(round, world.officer)
    officer.submit(officer.get(PAGE))
    assert queries.certificates(round) == []
