"""Scrutineers get a link once, and behind it a pack that checks itself."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.ballots.closing import queries, services
from pbapp.ballots.closing.models import Closing, Scrutineer
from pbapp.ballots.log import services as log
from pbapp.ballots.models import Ballot
from pbapp.ballots.vote import Vote, pointed, ranked, ticked
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results.queries import list_official_counts
from pbapp.results.scrutiny import pack_of
from pbapp.rounds.models import Round
from tests.ballots import factories, sealed
from tests.ballots.test_ways_to_vote import POINTS, RANKS
from tests.client import Browser, Page
from tests.desk.test_decide import token_of
from tests.world import World

DESK = "/desk/rounds/small-grants/scrutineers"
NINA = {"name": "Nina Neighbour", "role": "officer of another board"}


@pytest.fixture
def round(world: World, app: Flask) -> Round:
    return sealed.counted(world, app)


def link_of(page: Page) -> str:
    """The address shown once."""
    code = next(e for e in page.root.iter("code"))
    return "/rounds/" + "".join(code.itertext()).split("/rounds/")[1]


def named(officer: Browser) -> str:
    return link_of(officer.submit(officer.get(DESK), NINA, form="scrutineer", status=200))


def fetch(browser: Browser, link: str) -> zipfile.ZipFile:
    page = browser.submit(browser.get(link), form="fetch", status=200)
    return zipfile.ZipFile(io.BytesIO(page.response.data))


def test_the_pack_checks_itself_and_everything_is_right(
    officer: Browser, stranger: Browser, round: Round, tmp_path: Path
) -> None:
    pack = fetch(stranger, named(officer))
    pack.extractall(tmp_path)
    head = queries.close_batch(round).head
    command = [sys.executable, "-I", "-S", "recount.py", "--log", "log.json"]
    command += ["--openings", "openings.json", "--rules", "sealed.json", "--head", head]
    done = subprocess.run(
        [*command, f"{round.slug}.pb", f"{round.slug}-rule.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The 13 ballots counted are the opened ballots marked as counted" in done.stdout
    assert "13 ballots were counted" in done.stdout
    assert "WRONG" not in done.stdout


WAYS: dict[str, tuple[dict[str, Any], list[Vote]]] = {
    "points": (
        {"guards": {**POINTS}},
        [pointed({"1": 6, "3": 4}), pointed({"2": 5}), pointed({"1": 1})],
    ),
    "ranking": (
        {"guards": {**RANKS}},
        [ranked(["3", "1"]), ranked(["1", "3"]), ranked(["2"])],
    ),
    "pots": ({"by_ward": True}, [ticked(["1", "2"]), ticked(["3"]), ticked(["1", "2", "3"])]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_pack_checks_itself_whatever_a_ballot_looks_like(
    world: World, app: Flask, tmp_path: Path, way: str
) -> None:
    values, votes = WAYS[way]
    keys = app.extensions["pbapp"].keys
    round = factories.open_round(world, **values)
    for vote in votes * 2:
        factories.cast(round, keys, factories.admit(round, keys), vote=vote)
    factories.close(round)
    log.seal_close(round=round, keys=keys)
    sealed.count(round, keys)
    made = pack_of(round, list_official_counts(round))
    with zipfile.ZipFile(io.BytesIO(made)) as pack:
        pack.extractall(tmp_path)
        command = pack.read("README.txt").decode().split("    python3 ")[1].splitlines()[0]
    done = subprocess.run(
        [sys.executable, "-I", "-S", *command.split()], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = 3 if way == "pots" else 1
    assert done.stdout.count("are the opened ballots marked as counted") == counted
    assert done.stdout.count("were counted. The winners") == counted
    for file in sorted(tmp_path.glob("*.pb"))[:1]:  # and it sees one ballot more
        text = file.read_text()
        file.write_text(text.rstrip("\n") + "\n" + text.rstrip("\n").splitlines()[-1] + "\n")
    again = subprocess.run(
        [sys.executable, "-I", "-S", *command.split()], cwd=tmp_path, capture_output=True, text=True
    )
    assert again.returncode == 1
    assert "has 1 ballots that were not opened as counted, and lacks 0" in again.stdout


def test_openings_are_in_the_order_of_the_seals_and_name_nobody(
    officer: Browser, stranger: Browser, round: Round
) -> None:
    text = fetch(stranger, named(officer)).read("openings.json").decode()
    rows = json.loads(text)["openings"]
    assert len(rows) == 14
    assert [row["leaf"] for row in rows] == sorted(row["leaf"] for row in rows)
    assert set(rows[0]) == {"leaf", "batch", "content", "salt", "channel", "counted", "voter"}
    assert sum(row["counted"] for row in rows) == len({row["voter"] for row in rows}) == 13
    for ballot in db.session.scalars(select(Ballot)):
        for secret in (ballot.id, ballot.voter_tag, ballot.receipt_hash, ballot.idempotency_key):
            assert secret not in text


def test_the_link_is_shown_once_and_only_its_hash_is_kept(officer: Browser, round: Round) -> None:
    token = named(officer).rsplit("/", 1)[1]
    kept = db.session.scalar(select(Scrutineer))
    assert kept.token_hash == services.token_hash(token)
    assert token not in officer.get(DESK).text
    events = str([e.facts for e in db.session.scalars(select(Event))])
    assert token not in events
    assert kept.token_hash not in events


def test_each_fetch_is_noted(officer: Browser, stranger: Browser, round: Round) -> None:
    link = named(officer)
    fetch(stranger, link)
    fetch(stranger, link)
    verbs = [e.verb for e in db.session.scalars(select(Event))]
    assert verbs.count("scrutineer.fetched") == 2
    assert "Fetched 2 times" in officer.get(DESK).text


def test_a_link_runs_out_and_a_new_one_replaces_it(
    officer: Browser, stranger: Browser, round: Round
) -> None:
    link = named(officer)
    with time_machine.travel(clock.now() + timedelta(days=services.LINK_DAYS, seconds=5)):
        stranger.get(link, 404)
    page = officer.submit(officer.get(DESK), form=0, status=200)
    stranger.get(link, 404)
    stranger.get(link_of(page))


def test_an_ended_link_works_no_more(officer: Browser, stranger: Browser, round: Round) -> None:
    link = named(officer)
    officer.submit(officer.get(DESK), form=1)
    stranger.get(link, 404)
    stranger.post(link, {"csrf_token": token_of(stranger.get("/rounds"))}, status=404)


def test_a_guessed_link_leads_nowhere(stranger: Browser, round: Round) -> None:
    stranger.get(f"/rounds/{round.slug}/scrutineers/guess", 404)


def test_there_is_nothing_to_fetch_before_the_count(
    officer: Browser, stranger: Browser, world: World
) -> None:
    factories.open_round(world)
    link = named(officer)
    page = stranger.get(link)
    assert "ready once the votes are sealed and counted" in page.text
    stranger.post(link, {"csrf_token": token_of(stranger.get("/rounds"))}, status=303)
    assert db.session.scalar(select(Scrutineer.fetched)) == 0


def test_the_same_name_twice_is_refused_and_a_second_click_too(
    officer: Browser, round: Round
) -> None:
    named(officer)
    page = officer.submit(officer.get(DESK), NINA, form="scrutineer", status=422)
    assert "There is a scrutineer of this name already." in page.errors()
    blank = officer.submit(officer.get(DESK), {"role": "x"}, form="scrutineer", status=422)
    assert blank.errors() == ["Fill this in."]


def test_only_officers_see_the_page_and_only_leads_name(
    app: Flask,
    world: World,
    round: Round,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
) -> None:
    stranger.get(DESK, 303)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        browser.get(DESK, 403)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        browser.post(DESK, {**token, **NINA}, 403)
        for then in ("/1/link", "/1/end"):
            browser.post(DESK + then, token, 403)
    with pytest.raises(Refused, match="voting lead"):
        services.name_scrutineer(round=round, by=world.resident, name="x", role="y")


def test_openings_are_public_only_where_the_board_said_so_before(
    stranger: Browser, world: World, app: Flask, round: Round
) -> None:
    stranger.get(f"/rounds/{round.slug}/openings.json", 404)
    with pytest.raises(Refused, match="sealed"):
        services.set_terms(
            round=round, by=world.officer, keep_days=28, last_days=90, openings_public=True
        )
    db.session.add(Closing(round_id=round.id, openings_public=True))
    db.session.commit()
    stranger.get(f"/rounds/{round.slug}/openings.json", 404)  # thirteen ballots are too few
