"""Each step of voting: what people get wrong, and what they are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.ballots.models import Voter
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import Round
from tests.ballots.factories import live, open_round
from tests.ballots.walk import (
    ABOUT,
    check,
    choose,
    newest_code,
    prove,
    send,
    vote_page,
)
from tests.client import Browser
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


@pytest.fixture
def other(stranger: Browser) -> Browser:
    return Browser(stranger.app)


def voters() -> int:
    return db.session.scalar(select(func.count()).select_from(Voter)) or 0


# --- step 1 ---------------------------------------------------------------------------------


WRONG_ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"postcode": "nowhere"}, "Enter a full postcode, like ML5 3AB."),
    ({"postcode": "K1A0B1"}, "Enter a full postcode, like ML5 3AB."),
    ({"postcode": "ZZ99 9ZZ"}, "the gap is ours and not yours"),
    ({"postcode": "ZZ9 1AA"}, "outside the area of this vote"),
    ({"postcode": ""}, "Enter the postcode of that place"),
    ({"name": ""}, "Enter your name."),
    ({"name": "J"}, "letters of one alphabet"),
    ({"name": "J\u043e Bell"}, "letters of one alphabet"),
    ({"name": "x" * 121}, "at most 120 characters"),
    ({"connection": None}, "Choose what connects you with the area."),
    ({"connection": "holiday"}, "Choose what connects you with the area."),
    ({"age_band": ""}, "Choose your age group."),
    ({"age_band": "30"}, "Choose your age group."),
]


def test_a_wrong_answer_is_explained_and_the_rest_is_kept(stranger: Browser, round: Round) -> None:
    form = stranger.get(vote_page(round))
    for typed, said in WRONG_ANSWERS:
        page = stranger.submit(form, {**ABOUT, **typed}, status=422)
        assert said in " ".join(page.errors())
        for name in {"postcode", "name"} - set(typed):
            assert f'value="{ABOUT[name]}"' in page.html


@pytest.mark.parametrize("postcode", ["ZZ99 9ZZ", "ZZ9 1AA"])
def test_a_postcode_we_cannot_use_offers_the_human_way(
    stranger: Browser, world: World, round: Round, postcode: str
) -> None:
    world.council.help_phone = "01236 000000 (example)"
    db.session.commit()
    page = stranger.submit(
        stranger.get(vote_page(round)), {**ABOUT, "postcode": postcode}, status=422
    )
    assert "A person can help" in page.text
    assert "01236 000000" in page.text


def test_too_young_is_told_kindly_where_to_go(stranger: Browser, world: World) -> None:
    round = open_round(world, min_age=12)
    page = stranger.get(vote_page(round))
    assert "Under 12" in page.text
    page = stranger.submit(page, {**ABOUT, "age_band": "under"}, status=422)
    assert "from the age of 12" in " ".join(page.errors())
    assert "A person can help" in page.text


def test_the_ward_comes_from_the_postcode(stranger: Browser, world: World, round: Round) -> None:
    prove(stranger, round, postcode="ZZ11 1AA")
    assert db.session.scalars(select(Voter.area_id)).one() == world.wards[11].id


def test_an_example_says_which_postcode_to_try(stranger: Browser, round: Round) -> None:
    assert "In this example" not in stranger.get(vote_page(round)).text
    round.is_example = True
    db.session.commit()
    assert "In this example you can use ZZ10 1AA." in stranger.get(vote_page(round)).text


def test_there_is_no_menu_of_wards_to_pick_ones_own(
    stranger: Browser, world: World, round: Round
) -> None:
    page = stranger.get(vote_page(round))
    assert not [ward for ward in world.wards.values() if ward.name in page.text]


# --- step 2 ---------------------------------------------------------------------------------


def test_proving_begins_with_step_one(stranger: Browser, round: Round) -> None:
    for step in ("/prove", "/code"):
        assert stranger.get(vote_page(round, step), status=303).location == vote_page(round)


def test_an_address_that_is_none_is_refused(stranger: Browser, round: Round) -> None:
    form = check(stranger, round)
    for typed in ("", "jo", "jo@", "jo@x..y"):
        page = stranger.submit(form, {"email": typed}, status=422)
        assert "Enter an e-mail address" in " ".join(page.errors())
        assert f'value="{typed}"' in page.html


def test_a_wrong_code_is_refused_and_counted(stranger: Browser, round: Round) -> None:
    page = stranger.submit(check(stranger, round), {"email": "jo@example.org"})
    page = stranger.follow(page)
    right = newest_code()
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        page = stranger.submit(page, {"code": wrong}, status=422)
        assert "not the code we sent last" in " ".join(page.errors())
    page = stranger.submit(page, {"code": right}, status=422)
    assert "expired, or was tried too often" in " ".join(page.errors())
    assert voters() == 0


def test_an_old_code_is_refused_with_the_way_to_a_new_one(stranger: Browser, round: Round) -> None:
    page = stranger.follow(stranger.submit(check(stranger, round), {"email": "jo@example.org"}))
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        page = stranger.submit(page, {"code": newest_code()}, status=422)
    assert "expired" in " ".join(page.errors())
    assert "Correct it or ask for a new code" in page.links()


def test_a_code_for_one_address_does_not_prove_another(
    stranger: Browser, other: Browser, round: Round
) -> None:
    stranger.submit(check(stranger, round), {"email": "a@example.org"})
    code = newest_code()
    page = other.follow(other.submit(check(other, round), {"email": "b@example.org"}))
    other.submit(page, {"code": code if code != newest_code() else "000000"}, status=422)
    assert voters() == 0


def test_a_code_to_sign_in_is_no_code_to_vote(stranger: Browser, round: Round) -> None:
    stranger.submit(stranger.get("/account/sign-in"), {"email": "jo@example.org"})
    mail = db.session.scalars(select(Mail).where(Mail.template == "sign_in_code")).one()
    page = stranger.follow(stranger.submit(check(stranger, round), {"email": "jo@example.org"}))
    code = mail.context["code"]
    stranger.submit(page, {"code": code if code != newest_code() else "x"}, status=422)


@pytest.mark.usefixtures("stopped_clock")
def test_known_and_unknown_addresses_look_the_same(
    stranger: Browser, other: Browser, world: World, round: Round
) -> None:
    pages = []
    for browser, email in ((stranger, world.officer.email), (other, "nobody1@example.org")):
        page = browser.follow(browser.submit(check(browser, round), {"email": email}))
        pages.append(page.text.replace(email, "X"))
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("stopped_clock")
def test_codes_are_not_sent_without_end(stranger: Browser, round: Round) -> None:
    page = check(stranger, round)
    for _ in range(8):
        stranger.submit(page, {"email": "jo@example.org"})
    stranger.submit(page, {"email": "jo@example.org"}, status=429)


def test_a_fifth_person_with_one_address_is_sent_to_a_human_and_can_mend_it(
    stranger: Browser, round: Round
) -> None:
    for name in ("Ann Bell", "Bob Bell", "Cat Bell", "Dan Bell"):
        prove(Browser(stranger.app), round, name=name)
    page = stranger.submit(check(stranger, round, name="Eve Bell"), {"email": "jo@example.org"})
    page = stranger.submit(stranger.follow(page), {"code": newest_code()}, status=422)
    assert "4 people have used this e-mail address" in " ".join(page.errors())
    assert "A person can help" in page.text
    assert 'value="Eve Bell"' in page.html
    # It was Ann all along: no new code is asked for.
    page = stranger.submit(page, {"name": "ann  BELL"})
    assert page.location == vote_page(round, "/choose")
    assert voters() == 4


def test_the_same_person_with_another_address_is_sent_to_a_human(
    stranger: Browser, other: Browser, round: Round
) -> None:
    prove(stranger, round)
    page = other.submit(check(other, round), {"email": "jo.two@example.org"})
    page = other.submit(other.follow(page), {"code": newest_code()}, status=422)
    assert "with another e-mail address" in " ".join(page.errors())
    assert "A person can help" in page.text


# --- step 3 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ([], "Choose at least one project."),
        (["4", "5", "1"], "Your projects cost £10,000 more than the pot of £100,000."),
        (["1", "2", "3", "4", "6"], "You have chosen 5 projects. You can choose 4: take 1 out."),
        (["1", "77"], "One of the projects is not in this vote."),
    ],
)
def test_a_choice_against_the_rules_is_explained_and_the_ticks_are_kept(
    stranger: Browser, round: Round, choices: list[str], said: str
) -> None:
    page = stranger.get(vote_page(round, "/choose"))
    page = stranger.submit(page, {"choice": choices}, form="ballot", status=422)
    assert said in " ".join(page.errors())
    ticked = {e.get("value") for e in page.root.iter("input") if e.get("checked") is not None}
    assert ticked == set(choices) - {"77"}


def test_the_order_is_said_to_be_random_and_stays(
    stranger: Browser, other: Browser, world: World
) -> None:
    round = open_round(world, costs=[1_000_00] * 12)

    def order(browser: Browser) -> list[str | None]:
        page = browser.get(vote_page(round, "/choose"))
        assert "The order is random, and the same for you each time." in page.text
        return [e.get("value") for e in page.root.iter("input") if e.get("name") == "choice"]

    assert order(stranger) == order(stranger)
    orders = {tuple(order(Browser(stranger.app))) for _ in range(4)}
    assert len(orders) > 1


def test_filters_never_hide_a_chosen_project(stranger: Browser, world: World, round: Round) -> None:
    page = stranger.get(vote_page(round, "/choose"))
    page = stranger.submit(
        page,
        {"choice": ["1", "2"], "priority": "poverty"},
        form="ballot",
        press="filter=yes",
    )
    assert "priority=poverty" in (page.location or "")
    page = stranger.follow(page)
    shown = {e.get("value"): e for e in page.root.iter("input") if e.get("name") == "choice"}
    assert {"1", "2"} < set(shown) < {"1", "2", "3", "4", "5", "6"}
    assert shown["1"].get("checked") is not None
    assert "hidden by what you picked above" in page.text


def test_a_withdrawn_project_stays_listed_and_marked(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1", "2")
    proposal = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    proposal.state = ProposalState.WITHDRAWN
    db.session.commit()
    page = stranger.submit(review, form="send", status=422)
    assert "has been withdrawn" in " ".join(page.errors())
    assert live(round) == []
    page = stranger.get(vote_page(round, "/choose"))
    assert "Withdrawn since the list was sealed. It cannot win." in page.text
    page = stranger.submit(page, {"choice": ["1", "2"]}, form="ballot", status=422)
    assert "has been withdrawn" in " ".join(page.errors())


def test_reading_more_about_a_project_loses_no_tick(stranger: Browser, round: Round) -> None:
    page = stranger.get(vote_page(round, "/choose"))
    page = stranger.submit(page, {"choice": ["1", "3"]}, form="ballot", press="read=2")
    assert page.location == "/rounds/small-grants/proposals/2"
    stranger.follow(page)
    page = stranger.get(vote_page(round, "/choose"))
    ticked = {e.get("value") for e in page.root.iter("input") if e.get("checked") is not None}
    assert ticked == {"1", "3"}


def test_a_project_is_chosen_and_taken_out_from_its_own_page(
    stranger: Browser, round: Round
) -> None:
    page = stranger.get(vote_page(round, "/choose"))
    token = {"csrf_token": page.form("ballot").filled({})[0][1]}
    back = "/rounds/small-grants/proposals/2"
    page = stranger.post(vote_page(round, "/pick"), {**token, "choice": "2", "next": back})
    assert page.location == back
    page = stranger.post(
        vote_page(round, "/pick"), {**token, "choice": "2", "next": "//evil.example"}
    )
    assert page.location == vote_page(round, "/choose")
    ticked = [
        e.get("value")
        for e in stranger.follow(page).root.iter("input")
        if e.get("checked") is not None
    ]
    assert ticked == ["2"]
    stranger.post(vote_page(round, "/pick"), {**token, "choice": "2", "take": "out"})
    page = stranger.get(vote_page(round, "/choose"))
    assert not [e for e in page.root.iter("input") if e.get("checked") is not None]


def test_what_a_group_wrote_is_shown_as_text(stranger: Browser, round: Round) -> None:
    for proposal in db.session.scalars(select(Proposal)):
        proposal.summary = "<img src=x onerror=alert(1)>"
    db.session.commit()
    assert "<img src=x" not in stranger.get(vote_page(round, "/choose")).html


# --- step 4 ---------------------------------------------------------------------------------


def test_reviewing_comes_after_choosing_and_proving(stranger: Browser, round: Round) -> None:
    assert stranger.get(vote_page(round, "/review"), status=302).location == vote_page(round)
    prove(stranger, round)
    page = stranger.get(vote_page(round, "/review"), status=302)
    page = stranger.follow(page)
    assert "Choose at least one project." in page.text


def test_another_voters_sending_is_refused_with_409_and_a_way_on(
    stranger: Browser, other: Browser, round: Round
) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    key = dict(review.form("send").filled({}))["key"]
    send(stranger, review)
    prove(other, round, name="Ann Other", email="ann@example.org")
    review = choose(other, round, "1")
    page = other.submit(review, {"key": key}, form="send", status=409)
    assert "This page sent another vote before" in " ".join(page.errors())
    send(other, page)
    assert live(round) == [("1",), ("1",)]


def test_a_review_page_that_was_tampered_with_is_refused(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    for choices in (["4", "5", "1"], ["1", "1"], ["99"], []):
        page = stranger.submit(review, {"choice": choices}, form="send", status=422)
        assert page.errors()
    assert live(round) == []


def test_without_a_token_nothing_is_sent(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    data = dict(review.form("send").filled({}))
    del data["csrf_token"]
    stranger.app.config["WTF_CSRF_ENABLED"] = True
    stranger.post(vote_page(round, "/review"), data, status=400)
    assert live(round) == []
