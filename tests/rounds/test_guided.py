"""The guided set-up by HTTP: begun from a template, saved step by step, shown when it is whole."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from flask import Flask

from pbapp.audit.models import Revision
from pbapp.db import db
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_any_round, find_phase, find_round
from pbapp.rounds.setup import calendar
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.rounds.factories import make_round
from tests.rounds.set_ups import ZONE, begin, desk, finish, now_plus
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return begin(world)


def test_before_there_is_a_round_the_list_says_so(officer: Browser) -> None:
    page = officer.get("/desk/rounds")
    assert "There is no round yet" in page.text
    assert page.links()["New round"] == "/desk/rounds/new"


@pytest.mark.parametrize("template", ["small-grants", "local-works", "mainstream", "youth"])
def test_a_round_begins_from_each_template_with_everything_preset(
    officer: Browser, world: World, template: str
) -> None:
    page = officer.get("/desk/rounds/new")
    begun = officer.submit(page, {"start": template}, form="begin")
    assert begun.location
    slug = begun.location.split("/")[3]
    round = find_any_round(slug)
    assert round is not None
    assert not round.is_public
    assert [phase.kind for phase in round.phases][-5:] == list(PhaseKind)[1:]
    assert round.pots
    assert round.rule_words
    assert "0 of 8 steps are finished" in officer.follow(begun).text
    for part in ("name", "money", "proposals", "voters", "vote", "count", "dates", "fairness"):
        officer.get(f"/desk/rounds/{slug}/set-up/{part}")
    assert find_round(slug) is None


def test_a_second_click_begins_no_second_round(officer: Browser, world: World) -> None:
    page = officer.get("/desk/rounds/new")
    places = {officer.submit(page, {"start": "youth"}, form="begin").location for _ in range(2)}
    assert len(places) == 1


def test_only_voting_leads_begin_and_set_up_rounds(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    round: Round,
) -> None:
    pages = [desk(round, "set-up"), desk(round, "set-up", "name"), desk(round, "people")]
    for path in ["/desk/rounds", "/desk/rounds/new", *pages]:
        assert "/account/sign-in" in str(stranger.get(path, status=303).location)
    for browser in (resident, group_member, board_member):
        for path in ["/desk/rounds", "/desk/rounds/new", *pages]:
            browser.get(path, status=403)
    # Officers of other boards have a desk, but this round is not there for them.
    for path in pages:
        officer_elsewhere.get(path, status=404)
    token = {"csrf_token": token_of(officer_elsewhere.get("/desk/rounds/new"))}
    officer_elsewhere.post(desk(round, "announce"), data=token, status=404)


def test_an_officer_who_does_not_lead_the_vote_cannot_set_up(
    app: Flask, world: World, round: Round
) -> None:
    from pbapp.boards.models import Membership, Role

    db.session.query(Membership).filter_by(
        account_id=world.officer.id, role=Role.VOTING_LEAD
    ).delete()
    db.session.commit()
    browser = Browser(app, signed_in_as=world.officer)
    assert "New round" not in browser.get("/desk/rounds").links()
    browser.get("/desk/rounds/new", status=403)
    browser.get(desk(round, "set-up"), status=403)


def test_nobody_else_sees_a_round_before_it_is_shown(
    stranger: Browser, resident: Browser, officer: Browser, world: World, round: Round
) -> None:
    for browser in (stranger, resident):
        for tail in ("", "/history", "/calendar.ics", "/proposals", "/results", "/vote"):
            browser.get(f"/rounds/{round.slug}{tail}", status=404)
        assert round.title not in browser.get("/rounds").text
        assert round.title not in browser.get("/").text
        assert round.title not in browser.get("/boards/coatbridge").text
    assert "Not public yet" in officer.get(f"/rounds/{round.slug}").text


def test_a_round_is_finished_shown_and_changed_in_public(
    officer: Browser, stranger: Browser, round: Round
) -> None:
    finish(officer, round)
    page = officer.get(desk(round, "set-up"))
    assert "8 of 8 steps are finished" in page.text
    officer.submit(page)
    officer.submit(page)  # a second click
    assert round.title in stranger.get("/rounds").text
    shown = stranger.get(f"/rounds/{round.slug}")
    for text in (
        "Example Trust",
        "The communities committee",
        "Evening tables were added.",
        "You can choose up to 3 projects.",
        "A project can ask for £100 to £1,000.",
        "If a project drops out, the next one that fits takes its place.",
    ):
        assert text in shown.text
    page = officer.get(desk(round, "set-up", "vote"))
    officer.submit(page, {"max_choices": "4", "min_choices": "4"}, form="set-up", press="act=list")
    history = stranger.get(f"/rounds/{round.slug}/history").text
    assert "Most projects to choose Was: 3 Now: 4" in history
    assert "The round was shown to everybody" in history
    assert "Orla" not in history


def test_what_is_missing_holds_it_back_and_is_said(officer: Browser, round: Round) -> None:
    page = officer.get(desk(round, "set-up"))
    assert "Say who gives the money." in page.text
    assert "Say what the equality assessment found." in page.text
    token = {"csrf_token": token_of(page)}
    refused = officer.follow(officer.post(desk(round, "announce"), data=token))
    assert "Some parts are not finished" in refused.text
    db.session.refresh(round)
    assert not round.is_public


def test_a_hidden_round_is_not_sealed(officer: Browser, world: World, round: Round) -> None:
    from tests.proposals.factories import quick

    quick(world, round, 1)
    db.session.commit()
    page = officer.get(desk(round))
    token = {"csrf_token": token_of(page)}
    refused = officer.follow(officer.post(desk(round, "ask-to-seal"), data=token))
    assert "before its ballot is sealed" in refused.text


@pytest.mark.parametrize(
    ("part", "fields", "error"),
    [
        ("name", {"title": ""}, "Give the round a name."),
        ("name", {"slug": "Kirk Ø"}, "Use small letters"),
        ("name", {"slug": "new"}, "Use small letters"),
        ("proposals", {"min_cost": "1_000"}, "Enter an amount in pounds"),
        ("proposals", {"min_cost": "5000"}, "has to be more than the least"),
        ("voters", {"min_age": "\u0661\u0662"}, "Enter a whole number in digits"),
        ("voters", {"min_age": "1_2"}, "Enter a whole number in digits"),
        ("voters", {"min_age": "400"}, "from 5 to 100"),
        ("voters", {"wards": []}, "Choose at least one ward"),
        ("voters", {"methods": []}, "Choose at least one way"),
        ("voters", {"people_per_contact": ""}, "Enter a whole number"),
        ("vote", {"min_choices": "9"}, "at least the fewest"),
        ("vote", {"vote_type": "cumulative"}, "how many points each person has"),
        (
            "vote",
            {"vote_type": "cumulative", "points_each": "10", "points_most": "11"},
            "more points than a person has",
        ),
        ("count", {"groups": "3"}, "two or more projects"),
        ("count", {"groups": "3, x"}, "with commas between"),
        ("count", {"caps": "North 40: 1"}, "Write each line like this"),
        ("dates", {"opens": "soon"}, "Enter a day, like 04/12/2026."),
        ("dates", {"opens": "\u0662\u0660\u0662\u0667-01-01"}, "Enter a day, like 04/12/2026."),
        ("dates", {"opens_time": "5pm"}, "Enter a time, like 17:00."),
        ("dates", {"result": ""}, "Enter the day."),
        ("dates", {"opens": "2001-01-01"}, "This is in the past."),
        ("dates", {"vote_closes": "2099-01-01"}, "after the date above it"),
        ("money", {"arrangement": "one", "leftover": "carry"}, "no other pot"),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_kept(
    officer: Browser, round: Round, part: str, fields: dict[str, object], error: str
) -> None:
    page = officer.get(desk(round, "set-up", part))
    answer = officer.submit(page, fields, form="set-up", press="act=next", status=422)
    assert any(error in one for one in answer.errors()), answer.errors()
    kept = answer.form("set-up").filled({})
    for name, value in fields.items():
        if isinstance(value, str):
            assert (name, value) in kept
    db.session.refresh(round)
    assert part not in round.steps_done


def test_an_amount_with_pounds_pence_and_commas_is_fine(officer: Browser, round: Round) -> None:
    page = officer.get(desk(round, "set-up", "proposals"))
    officer.submit(page, {"max_cost": "£1,200.50"}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert round.max_cost_pence == 1_200_50


def test_the_words_of_the_rule_follow_the_way_of_voting_or_are_looked_at_again(
    officer: Browser, round: Round
) -> None:
    vote, count = desk(round, "set-up", "vote"), desk(round, "set-up", "count")
    points = {"vote_type": "cumulative", "points_each": "10", "min_choices": "", "max_choices": ""}
    officer.submit(officer.get(count), {"min_votes": "7"}, form="set-up", press="act=next")
    officer.submit(officer.get(vote), points, form="set-up", press="act=next")
    db.session.refresh(round)
    assert "A project needs at least 7 points." in round.rule_words
    officer.submit(officer.get(count), {"words": "Ours."}, form="set-up", press="act=next")
    officer.submit(officer.get(vote), {"vote_type": "approval"}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert round.rule_words == "Ours."
    assert "count" not in round.steps_done


def test_the_words_of_the_rule_follow_it_until_somebody_writes_their_own(
    officer: Browser, round: Round
) -> None:
    path = desk(round, "set-up", "count")
    officer.submit(officer.get(path), {"on_unaffordable": "stop"}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert "The count stops at the first project" in round.rule_words
    officer.submit(officer.get(path), {"words": "In our words."}, form="set-up", press="act=next")
    officer.submit(officer.get(path), {"min_votes": "7"}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert (round.rule_words, round.rule["min_votes"]) == ("In our words.", 7)
    anew = officer.submit(officer.get(path), {}, form="set-up", press="act=words", status=200)
    assert "A project needs at least 7 votes." in dict(anew.form("set-up").filled({}))["words"]


def test_equal_shares_is_offered_only_where_it_fits(officer: Browser, world: World) -> None:
    small = begin(world)
    assert "Everybody has the same share" not in officer.get(desk(small, "set-up", "count")).text
    large = begin(world, "mainstream")
    path = desk(large, "set-up", "count")
    page = officer.get(path)
    officer.submit(page, {"step": "2.50", "completion": "add1"}, form="set-up", press="act=next")
    db.session.refresh(large)
    assert large.rule == {
        "name": "equalshares",
        "completion": "add1",
        "step": "250",
        "stop_exhaustive": True,
    }
    page = officer.get(desk(large, "set-up", "vote"))
    answer = officer.submit(
        page, {"vote_type": "choose-1"}, form="set-up", press="act=next", status=422
    )
    assert "Change the rule first" in answer.errors()[0]


def test_the_pre_election_period_needs_a_reason_that_is_public(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time_machine

    ours = Path(calendar.__file__).parent / "data" / "calendar.toml"
    monkeypatch.setattr(calendar, "FILE", ours)
    with time_machine.travel("2027-01-11T12:00:00Z", tick=False):
        round = begin(world)
        browser = Browser(app, signed_in_as=world.officer)
        path = desk(round, "set-up", "dates")
        fields = {"vote_opens": "2027-04-05", "vote_closes": "2027-04-16", "result": "2027-05-14"}
        answer = browser.submit(
            browser.get(path), fields, form="set-up", press="act=next", status=422
        )
        assert "Pre-election period before the council elections" in answer.errors()[0]
        browser.submit(
            answer, {"reason": "Held by the schools alone."}, form="set-up", press="act=next"
        )
        history = browser.get(f"/rounds/{round.slug}/history").text
        assert "Why it has to be then Was: nothing Now: Held by the schools alone." in history


def test_school_holidays_and_committees_of_the_installation_are_told(
    app: Flask, officer: Browser, world: World
) -> None:
    round = begin(world)
    voting = find_phase(round, PhaseKind.VOTING)
    assert voting is not None
    assert voting.ends_at is not None
    instance = app.extensions["pbapp"].instance
    instance.mkdir(exist_ok=True)
    (instance / "calendar.toml").write_text(
        f"""
[[entries]]
kind = "school_holiday"
name = "Example holiday"
from = {voting.starts_at.date()}
to = {voting.ends_at.date()}
council = "S12000050"
[[entries]]
kind = "committee"
name = "Example committee"
on = 2099-01-01
[[entries]]
kind = "school_holiday"
name = "Somebody else's"
from = {voting.starts_at.date()}
to = {voting.ends_at.date()}
council = "S12000030"
"""
    )
    text = officer.get(desk(round, "set-up", "dates")).text
    assert "Schools are closed during part of the vote: Example holiday." in text
    assert "The first committee after the result: Example committee" in text
    assert "Somebody else's" not in text


def test_a_phase_that_has_begun_is_changed_with_a_reason_only(
    officer: Browser, world: World
) -> None:
    round = make_round(world)
    path = desk(round, "set-up", "dates")
    later = {"closes": now_plus(22), "checked": now_plus(40)}
    answer = officer.submit(officer.get(path), later, form="set-up", press="act=next", status=422)
    assert "This has begun." in answer.errors()[0]
    page = officer.submit(
        officer.get(path), {"opens": now_plus(-3)}, form="set-up", press="act=next", status=422
    )
    assert "has happened already" in page.errors()[0]
    officer.submit(
        officer.get(path),
        {"vote_closes": now_plus(64), "vote_closes_time": "17:00"},
        form="set-up",
        press="act=next",
    )
    voting = find_phase(round, PhaseKind.VOTING)
    assert voting is not None
    db.session.refresh(voting)
    assert voting.ends_at is not None
    assert voting.ends_at.astimezone(ZONE).time() == time(17)


def test_ideas_in_short_come_first_where_a_round_asks_for_them(
    officer: Browser, stranger: Browser, world: World
) -> None:
    import time_machine

    round = begin(world, "local-works")
    page = officer.get(desk(round, "set-up", "proposals"))
    officer.submit(
        page, {"interest_words": "Phone us: 01236 000000."}, form="set-up", press="act=next"
    )
    round.is_public = True
    interest = find_phase(round, PhaseKind.INTEREST)
    assert interest is not None
    starts_at = interest.starts_at
    db.session.commit()
    with time_machine.travel(starts_at, tick=False):
        shown = stranger.get(f"/rounds/{round.slug}")
        assert "Phone us: 01236 000000." in shown.text
        assert shown.links()["Tell us your idea in short"] == f"/rounds/{round.slug}/interest"
        assert "Tell us your idea in short" in stranger.get("/").text


def test_the_second_officer_sees_what_the_first_did(
    officer: Browser, second_officer: Browser, round: Round
) -> None:
    path = desk(round, "set-up", "name")
    mine, theirs = officer.get(path), second_officer.get(path)
    officer.submit(mine, {"title": "Warm winter"}, form="set-up", press="act=next")
    refused = second_officer.submit(
        theirs, {"title": "Cosy winter"}, form="set-up", press="act=next", status=409
    )
    assert "Now: Warm winter" in refused.text
    assert ("title", "Cosy winter") in refused.form("set-up").filled({})
    second_officer.submit(refused, {}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert round.title == "Cosy winter"


def test_two_officers_in_different_steps_do_not_meet(
    officer: Browser, second_officer: Browser, round: Round
) -> None:
    mine = officer.get(desk(round, "set-up", "name"))
    theirs = second_officer.get(desk(round, "set-up", "vote"))
    officer.submit(mine, {"title": "Warm winter"}, form="set-up", press="act=next")
    second_officer.submit(theirs, {"max_choices": "5"}, form="set-up", press="act=next")
    db.session.refresh(round)
    assert (round.title, round.max_choices) == ("Warm winter", 5)
    numbers = db.session.query(Revision.number).filter_by(subject_type="round").count()
    assert numbers == round.version


def test_what_is_half_typed_waits(officer: Browser, round: Round) -> None:
    path = desk(round, "set-up", "name")
    officer.submit(officer.get(path), {"title": ""}, form="set-up", press="act=keep")
    page = officer.get(path)
    assert "What you typed has been kept" in page.text
    assert dict(page.form("set-up").filled({}))["title"] == ""
    officer.submit(page, form=0)
    assert dict(officer.get(path).form("set-up").filled({}))["title"] == round.title


def test_an_expired_sign_in_keeps_the_text(officer: Browser, world: World, round: Round) -> None:
    from pbapp.accounts import services as accounts

    path = desk(round, "set-up", "fairness")
    page = officer.get(path)
    accounts.sign_out_everywhere(account=world.officer)
    db.session.commit()
    sent = officer.submit(
        page, {"assessment": "A long text of mine."}, form="set-up", press="act=next"
    )
    assert sent.location
    assert "/account/sign-in?next=" in sent.location
    token = accounts.sign_in(account=world.officer)
    db.session.commit()
    with officer.client.session_transaction() as session:
        session["_user_id"] = token
    assert "A long text of mine." in str(officer.get(path).form("set-up").filled({}))


@pytest.mark.usefixtures("stopped_clock")
def test_what_strangers_leave_is_limited(stranger: Browser, round: Round) -> None:
    token = {"csrf_token": token_of(stranger.get("/rounds"))}
    path = desk(round, "set-up", "fairness")
    for _ in range(20):
        stranger.post(path, {**token, "assessment": "x"}, status=303)
    stranger.post(path, {**token, "assessment": "x"}, status=429)


def test_after_sealing_nothing_can_be_changed(officer: Browser, world: World) -> None:
    from pbapp.proposals import queries
    from tests.proposals.factories import quick
    from tests.rounds.factories import seal

    round = make_round(world, PhaseKind.REVIEW)
    page = officer.get(desk(round, "set-up", "vote"))
    pot = officer.get(desk(round, "set-up", "money", str(round.pots[0].id)))
    quick(world, round, 1)
    db.session.commit()
    seal(world, round, queries.ballot_projects(round))
    for form, opened in (("set-up", page), ("pot", pot)):
        answer = officer.submit(opened, {}, form=form, press="act=next")
        assert "can no longer be changed" in officer.follow(answer).text
    history = officer.get(f"/rounds/{round.slug}/history").text
    assert "A second voting lead sealed the ballot" in history
    assert str(round.config_hash) in history


def test_a_step_that_is_not_there_is_404(officer: Browser, round: Round) -> None:
    officer.get(desk(round, "set-up", "nothing"), status=404)
    officer.get(desk(round, "set-up", "money", "999999"), status=404)
