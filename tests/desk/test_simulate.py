"""Officers try rules on made-up votes: by a plain model, the same again for the same number."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.desk import simulating
from pbapp.desk.simulating import Bid, Pretend
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.tally import profile_digest
from tests.client import Browser, Page
from tests.results.factories import sealed_round
from tests.world import World

PAGE = "/desk/what-if/made-up"
TWO = ["greedy-skip", "shares-add1u"]
BIDS = tuple(
    Bid(str(n), f"Project {n}", 1_000_00 * n, ward="ABC"[n % 3], priority="XYZ"[n % 2])
    for n in range(1, 13)
)


def pretend(**values) -> Pretend:
    given = {"voters": 400, "choices": 3, "model": "mixed", "seed": 7, "budget": 20_000_00}
    return Pretend(**{**given, "bids": BIDS, **values})


def chosen(**values) -> Counter[str]:
    election = simulating.election(pretend(**values))
    votes = election.profile.votes(len(BIDS))
    return Counter({bid.id: number for bid, number in zip(BIDS, votes, strict=True)})


# --- the model -----------------------------------------------------------------------------------


def test_one_number_gives_one_election_on_every_computer():
    first, again = (simulating.election(pretend()) for _ in range(2))
    other = simulating.election(pretend(seed=8))
    digests = [profile_digest(one.instance, one.profile) for one in (first, again, other)]
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] == "2b51a1b9d118fbca594b9c91208c552ebcb30c9e4bac47a97550dc9e60490565"


def test_everybody_votes_for_as_many_different_projects_as_they_may_or_fewer():
    for ballot in simulating.election(pretend(choices=4)).profile:
        assert 1 <= len(ballot.choices) == len(set(ballot.choices)) <= 4


def test_a_ballot_is_never_longer_than_the_list():
    longest = max(len(b.choices) for b in simulating.election(pretend(choices=20)).profile)
    assert longest == len(BIDS)


@pytest.mark.parametrize("model", list(simulating.MODELS))
def test_every_model_has_a_name_and_says_what_it_does(model: str):
    assert simulating.MODEL_NAMES[model]
    assert simulating.MODEL_WORDS[model].endswith(".")
    assert sum(chosen(model=model).values()) > 400


def test_where_people_choose_what_is_near_each_of_their_choices_shares_a_ward():
    def shared(model: str) -> float:
        profile = simulating.election(pretend(model=model, choices=2)).profile
        pairs = [b for b in profile if len(b.choices) == 2]
        same = sum(b.count for b in pairs if BIDS[b.choices[0]].ward == BIDS[b.choices[1]].ward)
        return same / sum(b.count for b in pairs)

    assert shared("near") > 0.5 > shared("cares")


def test_a_group_that_votes_alike_is_four_in_ten():
    profile = simulating.election(pretend(model="bloc", voters=2000)).profile
    assert 0.35 < max(ballot.count for ballot in profile) / 2000 < 0.47


@pytest.mark.parametrize("name", list(simulating.TEMPLATES))
def test_a_template_gives_bids_within_its_amounts(name: str):
    template = simulating.TEMPLATES[name]
    bids = simulating.bids_of(template, 3)
    assert len(bids) == template.bids
    assert all(template.low <= bid.cost <= template.high for bid in bids)
    assert bids == simulating.bids_of(template, 3) != simulating.bids_of(template, 4)


# --- the pages -----------------------------------------------------------------------------------


def ask(browser: Browser, *, status: int = 303, **data) -> Page:
    page = browser.get("/how-voting-works")
    token = next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    given = {"source": "small", "voters": "60", "choices": "3", "model": "near", "settings": TWO}
    return browser.post(PAGE, {**given, "csrf_token": token, **data}, status=status)


def test_made_up_votes_are_counted_by_two_rules_and_said_to_be_made_up(
    world: World, officer: Browser
):
    assert "Try the rules with made-up votes" in officer.get("/desk/what-if").links()
    page = officer.follow(ask(officer, seed="42"))
    assert "Made up: nobody cast these votes" in page.text
    jobs.run_due()
    page = officer.get(page.path)
    assert "Made up: nobody cast these votes" in page.text
    assert "60 made-up voters may each choose up to 3 of 12 projects." in page.text
    assert "eight times as likely to choose a project there" in page.text
    assert "Number of the draw: 42." in page.text
    assert "60 made-up votes. The pot was £10,000." in page.text
    assert "Project 1 " in page.text
    assert "of 60 made-up voters" in page.text
    assert "people who voted" not in page.text
    assert "How much of the pot is given out" in page.text


def test_the_bids_of_a_round_of_the_board_can_be_voted_on(world: World, officer: Browser):
    round = sealed_round(world)
    assert "The 5 projects of Small grants" in officer.get(PAGE).text
    page = officer.follow(ask(officer, source=str(round.id)))
    jobs.run_due()
    page = officer.get(page.path)
    assert page.h1 == "What if: Made-up votes: Small grants"
    assert "Warm room at the hall £4,000" in page.text
    assert "The pot was £10,000." in page.text


def test_without_a_number_one_is_drawn_and_kept(world: World, officer: Browser):
    ask(officer)
    [job] = db.session.scalars(select(Job))
    assert 0 <= job.arguments["pretend"]["seed"] <= simulating.LARGEST_SEED
    assert job.arguments["pretend"]["bids"]


def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_lost(
    world: World, officer: Browser
):
    page = ask(officer, voters="5", choices="0", seed="-1", settings=TWO[:1], status=422)
    assert page.errors() == [
        "Enter a number from 20 to 20,000.",
        "Enter a number from 1 to 20.",
        "Choose two or three rules.",
        "Enter a number from 0 to 999,999,999.",
    ]
    assert ("voters", "5") in page.form("simulate").filled({})


def test_another_boards_round_is_not_offered(world: World, officer_elsewhere: Browser):
    round = sealed_round(world)
    assert "Small grants" not in officer_elsewhere.get(PAGE).text
    ask(officer_elsewhere, source=str(round.id), status=422)


@pytest.mark.parametrize("persona", ["stranger", "resident", "group_member", "board_member"])
def test_only_officers_make_votes_up(world: World, request, persona: str):
    browser: Browser = request.getfixturevalue(persona)
    status = 303 if persona == "stranger" else 403
    browser.get(PAGE, status=status)
    ask(browser, status=status)
