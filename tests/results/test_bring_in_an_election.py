"""An officer brings an election in through the browser; the worker reads and counts it."""

from __future__ import annotations

import gc
import io
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.results import bringing_in
from tests.client import Browser, Page
from tests.world import World

SMALL = """META
key;value
description;A small town
budget;100
vote_type;approval
num_projects;2
num_votes;3
PROJECTS
project_id;cost;name
1;60;A bench
2;50;A tree
VOTES
voter_id;vote
1;1
2;1,2
3;1
"""


def send(officer: Browser, data: bytes, status: int = 303) -> Page:
    page = officer.get("/desk/elections")
    token = page.form().filled({})[0][1]
    fields = {"csrf_token": token, "rule": "greedy", "file": (io.BytesIO(data), "town.pb")}
    return officer.post("/desk/elections", fields, status=status)


def work() -> None:
    assert bringing_in.bring_in
    jobs.run_due()


def test_the_file_is_counted_by_the_worker_and_shown(officer: Browser, world: World) -> None:
    page = officer.follow(send(officer, SMALL.encode()))
    assert "Waiting for its turn" in page.text
    work()
    page = officer.get(page.path)
    result = officer.get(page.links()["See the result"])
    assert "A bench" in result.text


def test_problems_are_told_with_their_lines(officer: Browser, world: World) -> None:
    page = officer.follow(send(officer, SMALL.replace("1;60;", "1;sixty;").encode()))
    work()
    page = officer.get(page.path)
    assert "line 10" in page.text
    assert "nothing was kept" in page.text


def test_the_same_file_twice_is_told_kindly(officer: Browser, world: World) -> None:
    send(officer, SMALL.encode())
    work()
    page = officer.follow(send(officer, SMALL.encode()))
    work()
    assert "nothing was kept" in officer.get(page.path).text


def test_a_worker_killed_after_keeping_it_does_not_call_it_a_second_time(
    officer: Browser, world: World
) -> None:
    page = officer.follow(send(officer, SMALL.encode()))
    work()
    asked = db.session.scalars(select(Job).where(Job.kind == bringing_in.BRING_IN_JOB)).one()
    asked.state, asked.started_at = JobState.WAITING, None
    db.session.commit()
    work()
    assert "See the result" in officer.get(page.path).links()


def test_the_file_is_forgotten_after_a_day(officer: Browser, world: World) -> None:
    send(officer, SMALL.encode())
    work()
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        bringing_in.forget_old()
    assert db.session.scalars(select(Job).where(Job.kind == bringing_in.BRING_IN_JOB)).all() == []


def test_no_file_is_a_plain_error(officer: Browser, world: World) -> None:
    assert send(officer, b"", status=422).errors() == ["Choose a file that ends in .pb."]


@pytest.mark.parametrize("persona", ["stranger", "resident", "group_member", "board_member"])
def test_only_officers_bring_elections_in(
    request: pytest.FixtureRequest, world: World, persona: str
) -> None:
    browser: Browser = request.getfixturevalue(persona)
    browser.get("/desk/elections", status=303 if persona == "stranger" else 403)


# Werkzeug's test client leaves its own temporary file for a large body to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.shared
def test_a_city_of_ninety_thousand_ballots_goes_through(
    officer: Browser, world: World, shared: Path
) -> None:
    data = (shared / "pabulib" / "speed" / "Poland_Lodz_2022.pb").read_bytes()
    page = officer.follow(send(officer, data))
    work()
    page = officer.get(page.path)
    assert "90,494 people voted" in officer.get(page.links()["See the result"]).text
    gc.collect()  # its warning belongs here, not to whichever test comes next
