"""A voting lead presses the button, the worker counts, the page shows how far it is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.results import counting, services
from pbapp.results.models import Count, FrozenProfile
from pbapp.results.queries import COUNT_JOB
from pbapp.rounds.models import Round
from tests.ballots import factories as box
from tests.client import Browser
from tests.results.factories import cast_all, close_vote, counted_round, sealed_round
from tests.world import World

PAGE = "/desk/rounds/small-grants/count"


@pytest.fixture
def closed(world: World) -> Round:
    round = sealed_round(world)
    cast_all(round)
    close_vote(round)
    return round


def work() -> None:
    """Do what the worker does."""
    assert counting.count_round  # its import makes the job known
    jobs.run_due()


def test_the_button_starts_the_count_and_the_page_follows_it(closed: Round, officer: Browser):
    page = officer.get(PAGE)
    assert page.h1 == "Count the votes of Small grants"
    page = officer.follow(officer.submit(page, form="count-form"))
    assert "The count has started." in page.text
    assert "The count is running" in page.text
    assert page.links()["See how far it is"] == PAGE
    work()
    page = officer.get(PAGE)
    assert "The votes are counted." in page.text
    assert page.links()["See the result"] == "/rounds/small-grants/results"
    assert db.session.scalars(select(Count).where(Count.is_official)).one().total_cost == 10_000_00


def test_the_fragment_polls_until_the_count_is_done(closed: Round, officer: Browser):
    officer.submit(officer.get(PAGE), form="count-form")
    asked = {"HX-Request": "true"}
    part = officer.get(PAGE, headers=asked)
    assert 'hx-trigger="every 2s"' in part.html
    assert "<html" not in part.html
    work()
    part = officer.get(PAGE, headers=asked)
    assert "hx-trigger" not in part.html
    assert "The votes are counted." in part.text


def test_steps_are_shown_as_they_come(closed: Round, officer: Browser):
    officer.submit(officer.get(PAGE), form="count-form")
    job = db.session.scalars(select(Job).where(Job.kind == COUNT_JOB)).one()
    job.state = JobState.RUNNING
    jobs.report(job.id, done=1, total=3, step=counting.STEPS[1])
    assert "Step 2 of 3: Counting." in officer.get(PAGE).text


def test_a_second_press_finds_the_first_at_work(closed: Round, officer: Browser, second_officer):
    page, other = officer.get(PAGE), second_officer.get(PAGE)
    officer.submit(page, form="count-form")
    second_officer.submit(other, form="count-form")
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    work()
    officer.submit(page, form="count-form")
    work()
    assert db.session.scalar(select(func.count()).select_from(Count).where(Count.is_official)) == 1


@pytest.mark.parametrize(
    "persona", ["stranger", "resident", "group_member", "board_member", "officer_elsewhere"]
)
def test_nobody_else_counts_or_watches(closed: Round, request, persona: str):
    browser: Browser = request.getfixturevalue(persona)
    status = 303 if persona == "stranger" else 403
    browser.get(PAGE, status=status)
    browser.post(PAGE, {"csrf_token": token(browser)}, status=status)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def token(browser: Browser) -> str:
    page = browser.get("/how-voting-works")
    return next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")


def test_a_moderator_watches_and_cannot_count(world: World, closed: Round, app: Flask):
    from pbapp import clock
    from pbapp.accounts.models import Account
    from pbapp.boards.models import Membership, Role

    account = Account(email="m@example.org", name="Mo Moderator", created_at=clock.now())
    db.session.add(account)
    db.session.flush()
    db.session.add(
        Membership(board=world.board, account_id=account.id, role=Role.MODERATOR, since=clock.now())
    )
    db.session.commit()
    browser = Browser(app, signed_in_as=account)
    assert "A voting lead of this board starts the count." in browser.get(PAGE).text
    browser.post(PAGE, {"csrf_token": token(browser)}, status=403)


def test_while_people_vote_the_page_says_when_and_a_press_is_refused(world, officer: Browser):
    sealed_round(world)
    db.session.commit()
    page = officer.get(PAGE)
    assert "People are still voting." in page.text
    assert "Voting closes on" in page.text
    page = officer.post(PAGE, {"csrf_token": token(officer)}, status=422)
    assert page.errors() == [
        "People are still voting. The votes can be counted once voting closes."
    ]
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_press_without_a_token_counts_nothing(closed: Round, officer: Browser):
    officer.post(PAGE, {}, status=400)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


@pytest.mark.faults(14)
def test_a_count_killed_after_freezing_goes_on_with_the_same_file(
    closed: Round, officer: Browser, monkeypatch
):
    officer.submit(officer.get(PAGE), form="count-form")
    with monkeypatch.context() as broken:
        broken.setattr(services, "keep_count", None)  # as if the worker died before its last step
        work()
    profile = db.session.scalars(select(FrozenProfile)).one()
    digest = profile.digest
    assert db.session.scalar(select(func.count()).select_from(Count).where(Count.is_official)) == 0
    assert "The count is running" in officer.get(PAGE).text
    job = db.session.scalars(select(Job).where(Job.kind == COUNT_JOB)).one()
    job.not_before = job.asked_at
    db.session.commit()
    work()
    count = db.session.scalars(select(Count).where(Count.is_official)).one()
    assert count.profile.digest == digest
    assert [row.project_key for row in count.allocations if row.is_funded] == ["2", "1", "4"]


def test_a_count_that_failed_for_good_is_said_and_can_be_tried_again(closed, officer: Browser):
    officer.submit(officer.get(PAGE), form="count-form")
    job = db.session.scalars(select(Job).where(Job.kind == COUNT_JOB)).one()
    job.state = JobState.FAILED
    db.session.commit()
    page = officer.get(PAGE)
    assert "The count did not finish" in page.text
    officer.submit(page, form="count-form")
    assert db.session.scalar(select(func.count()).select_from(Job)) == 2


def test_the_job_run_twice_counts_once(closed: Round, officer: Browser):
    officer.submit(officer.get(PAGE), form="count-form")
    work()
    job = db.session.scalars(select(Job).where(Job.kind == COUNT_JOB)).one()
    counting.count_round(job_id=job.id, round_id=closed.id, actor="test")
    assert db.session.scalar(select(func.count()).select_from(Count).where(Count.is_official)) == 1


def test_people_are_counted_by_ward_from_the_voters_list(world: World, app: Flask, officer):
    keys = app.extensions["pbapp"].keys
    round = box.open_round(world)
    for place, choices in enumerate((["1"], ["1", "2"], ["2"])):
        voter = box.admit(round, keys, area_id=world.wards[(7, 7, 10)[place]].id)
        box.cast(round, keys, voter, *choices)
    close_vote(round)
    officer.submit(officer.get(PAGE), form="count-form")
    work()
    from pbapp.results.queries import list_turnout

    kept = {(row.kind.value, name): row.people for row, name in list_turnout(round)}
    assert kept == {
        ("ward", "Coatbridge North"): 2,
        ("ward", "Coatbridge West"): 1,
        ("ward", "Coatbridge South"): 0,
        ("channel", "online"): 3,
    }


def test_an_imported_round_has_no_count_page_for_anybody(app: Flask, officer: Browser):
    from tests.results.test_import_round import TOWN, import_text

    import_text(TOWN, slug="town")
    officer.get("/desk/rounds/town/count", status=403)


def test_a_counted_round_cannot_be_counted_again(world: World, officer: Browser):
    counted_round(world)
    assert "The votes are counted." in officer.get(PAGE).text
    officer.post(PAGE, {"csrf_token": token(officer)})
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0
