"""Officers count a past election under other rules before they choose one."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.db import db, write_transaction
from pbapp.desk import what_if
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.tally import EqualShares, Greedy
from tests.client import Browser, Page
from tests.results.factories import counted_round
from tests.results.test_import_round import TOWN
from tests.world import World

PAGE = "/desk/what-if"
TWO = ["greedy-skip", "shares-add1u"]
SPLIT = {("1", "2", "4"): 60, ("3",): 35}


def ask(browser: Browser, *, status: int = 303, file: bytes | None = None, **data) -> Page:
    page = browser.get("/how-voting-works")
    token = next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    data = {"election": "", "settings": TWO, "csrf_token": token, **data}
    if file is not None:
        data["file"] = (io.BytesIO(file), "town.pb")
    return browser.post(PAGE, data, status=status)


def job_count() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_past_round_under_two_rules(world: World, officer: Browser):
    count = counted_round(world, votes=SPLIT, budget_pence=10_500_00)
    assert "Small grants" in officer.get(PAGE).text
    page = officer.follow(ask(officer, election=str(count.profile_id)))
    assert page.h1 == "What if: Small grants"
    assert "Waiting for its turn" in page.text
    jobs.run_due()
    page = officer.get(page.path)
    assert "95 people voted. The pot was £10,500." in page.text
    assert "Tablet library £4,500, 35 votes Not funded Funded" in page.text
    assert "60 of 95 people who voted 63 in 100" in page.text
    assert "hx-trigger" not in page.html


def test_a_file_is_counted_and_only_the_job_keeps_it_for_a_day(
    world: World, officer: Browser, second_officer: Browser
):
    page = officer.follow(ask(officer, file=TOWN.encode()))
    jobs.run_due()
    assert "Who wins" in officer.get(page.path).text
    second_officer.get(page.path, status=404)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False), write_transaction():
        what_if.forget_old()
        db.session.commit()
    assert job_count() == 0


def test_what_is_wrong_in_a_file_is_named_by_line(world: World, officer: Browser):
    wrong = TOWN.replace("budget;", "budget;much", 1)
    line = wrong[: wrong.index("budget;much")].count("\n") + 1
    page = ask(officer, file=wrong.encode(), status=422)
    assert page.errors() == ["This file cannot be counted."]
    assert f"line {line}:" in page.text
    assert "This file is empty." in ask(officer, file=b"", status=422).text
    page = ask(officer, file=b"META\n\xff", status=422)
    assert "Line 2: this is not UTF-8 text." in page.text
    assert job_count() == 0


def test_a_file_that_is_too_large_is_refused(world: World, officer: Browser, monkeypatch):
    monkeypatch.setattr(what_if, "MOST_BYTES", 50)
    assert "larger than 5 MB" in ask(officer, file=TOWN.encode(), status=422).text
    assert job_count() == 0


def test_what_is_missing_is_asked_for(world: World, officer: Browser):
    page = ask(officer, settings=["greedy-least"], status=422)
    assert page.errors() == [
        "Choose an election, or a file.",
        "Choose two or three rules.",
        "Enter the least number of votes a project needs.",
    ]


@pytest.mark.parametrize("persona", ["stranger", "resident", "group_member", "board_member"])
def test_only_officers_ask_what_if(world: World, request, persona: str):
    browser: Browser = request.getfixturevalue(persona)
    status = 303 if persona == "stranger" else 403
    browser.get(PAGE, status=status)
    ask(browser, file=TOWN.encode(), status=status)
    assert job_count() == 0


def test_an_officer_elsewhere_cannot_count_this_boards_round(world: World, officer_elsewhere):
    count = counted_round(world, published=False)
    assert "Small grants" not in officer_elsewhere.get(PAGE).text
    ask(officer_elsewhere, election=str(count.profile_id), status=422)
    assert job_count() == 0


def test_each_setting_is_a_rule():
    rules = {name: what_if.rule_of(name, exponent=2, least=7) for name in what_if.SETTINGS}
    assert [type(rule) for rule in rules.values()] == [Greedy] * 4 + [EqualShares] * 3
    assert rules["greedy-least"].min_votes == 7
    assert rules["shares-none"].completion == "none"
    assert rules["shares-add1"].step == 100
