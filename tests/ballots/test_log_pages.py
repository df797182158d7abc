"""The public log as people and programs see it: batches, heads, the zero report, receipts."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.ballots.log import hashing, queries, services
from pbapp.ballots.secrecy import in_fours
from pbapp.db import db
from pbapp.desk import services as desk
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Profile, Round
from tests.ballots import factories, papers
from tests.ballots.logs import add_voters, heads
from tests.ballots.test_after_close import ask
from tests.client import Browser
from tests.rounds.factories import make_round
from tests.tally.textbook import RECOUNT
from tests.world import World

PERSONAS = ["stranger", "resident", "officer", "second_officer", "board_member"]


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


@pytest.fixture
def sealed(round: Round, keys: Path) -> Round:
    """Voting is over: a batch of fifteen, and a last one of ten."""
    add_voters(round, keys, 25)
    services.seal_batch(round=round, keys=keys)
    factories.close(round)
    services.seal_close(round=round, keys=keys)
    db.session.commit()
    return round


def test_the_log_before_the_first_batch_begins_with_the_sealed_rules(
    stranger: Browser, round: Round
) -> None:
    page = stranger.get(f"/rounds/{round.slug}/log")
    assert "No batch has been sealed yet." in page.text
    assert round.config_hash in page.text


def test_a_round_that_is_not_sealed_has_an_empty_log(stranger: Browser, world: World) -> None:
    round = make_round(world)
    page = stranger.get(f"/rounds/{round.slug}/log")
    assert "They are not sealed yet." in page.text
    stranger.get(f"/rounds/{round.slug}/log/zero", status=404)


def test_while_people_vote_everybody_sees_the_same_sealed_batches_and_nothing_else(
    request: pytest.FixtureRequest, round: Round, keys: Path
) -> None:
    add_voters(round, keys, 25)
    services.seal_batch(round=round, keys=keys)
    db.session.commit()
    for persona in PERSONAS:
        page = request.getfixturevalue(persona).get(f"/rounds/{round.slug}/log")
        assert heads(round)[0] in page.text
        assert "ballots that count" not in page.text
        assert "10 people" not in page.text  # nobody is told how many wait


def test_after_the_close_the_page_has_every_head_and_what_it_does_not_show(
    stranger: Browser, sealed: Round
) -> None:
    page = stranger.get(f"/rounds/{sealed.slug}/log")
    for head in heads(sealed):
        assert head in page.text
    assert "The log is closed" in page.text
    assert "25 ballots that count" in page.text
    assert "signed tally sheets" not in page.text


def test_a_small_round_says_that_its_sheets_are_not_in_the_log(
    stranger: Browser, world: World
) -> None:
    round = factories.open_round(world, guards={"profile": Profile.SMALL})
    page = stranger.get(f"/rounds/{round.slug}/log")
    assert "does not cover papers that are counted on signed tally sheets" in page.text


def test_an_imported_election_has_no_log(stranger: Browser, round: Round) -> None:
    round.is_imported = True
    db.session.commit()
    for page in ("log", "log.json", "log/zero"):
        stranger.get(f"/rounds/{round.slug}/{page}", status=404)


def test_programs_get_every_leaf_and_are_told_when_nothing_is_new(
    stranger: Browser, sealed: Round
) -> None:
    answer = stranger.get(f"/rounds/{sealed.slug}/log.json").response
    document = json.loads(answer.data)
    assert document == json.loads(json.dumps(queries.document(sealed)))
    assert document["round"] == {"id": sealed.id, "slug": sealed.slug, "title": sealed.title}
    assert [batch["head"] for batch in document["batches"]] == heads(sealed)
    again = stranger.get(
        f"/rounds/{sealed.slug}/log.json", 304, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.response.data == b""


def test_the_stand_alone_program_finds_the_published_log_right(
    stranger: Browser, sealed: Round, tmp_path: Path
) -> None:
    file = tmp_path / "log.json"
    file.write_bytes(stranger.get(f"/rounds/{sealed.slug}/log.json").response.data)
    command = [sys.executable, str(RECOUNT), "--log", str(file), "--head", heads(sealed)[0]]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "The head you gave is that of batch 1 of 2" in said.stdout
    assert "WRONG" not in said.stdout


def test_a_new_batch_changes_the_files_etag(stranger: Browser, round: Round, keys: Path) -> None:
    first = stranger.get(f"/rounds/{round.slug}/log.json").response.headers["ETag"]
    add_voters(round, keys, 25)
    services.seal_batch(round=round, keys=keys)
    db.session.commit()
    page = stranger.get(f"/rounds/{round.slug}/log.json", headers={"If-None-Match": first})
    assert len(json.loads(page.response.data)["batches"]) == 1


# --- the zero report ------------------------------------------------------------------------


def seal_at_the_desk(world: World, round: Round) -> None:
    desk.ask_to_seal(round=round, by=world.officer)
    desk.seal(round=round, by=world.second_officer)
    db.session.commit()


@pytest.fixture
def unsealed(world: World) -> Round:
    round = factories.open_round(world)
    for name in ("config", "config_hash", "seal_asked_by_id", "sealed_by_id", "sealed_at"):
        setattr(round, name, None)
    db.session.commit()
    return round


def test_sealing_at_the_desk_keeps_that_the_box_was_empty(
    stranger: Browser, world: World, unsealed: Round
) -> None:
    seal_at_the_desk(world, unsealed)
    page = stranger.get(f"/rounds/{unsealed.slug}/log/zero")
    assert "a voting lead sealed this round as the second of two people" in page.text
    assert "Ballots in the box 0" in page.text
    assert unsealed.config_hash in page.text
    assert "Community pot: £100,000" in page.text
    assert "online with a code by e-mail, at a table or on paper" in page.text
    assert world.second_officer.name not in page.text


def test_a_box_that_is_not_empty_cannot_be_sealed(
    world: World, unsealed: Round, keys: Path
) -> None:
    add_voters(unsealed, keys, 1)
    with pytest.raises(Refused, match="not empty"):
        seal_at_the_desk(world, unsealed)


def test_a_round_sealed_without_a_report_says_so(stranger: Browser, round: Round) -> None:
    page = stranger.get(f"/rounds/{round.slug}/log/zero")
    assert "No zero report was made" in page.text


# --- receipts -------------------------------------------------------------------------------


def test_a_receipt_waits_for_the_last_batch_and_then_has_its_place(
    stranger: Browser, round: Round, keys: Path
) -> None:
    add_voters(round, keys, 12)
    sent = factories.cast(round, keys, factories.admit(round, keys), "2")
    factories.close(round)
    waiting = ask(stranger, round, in_fours(sent.receipt))
    assert "sealed with the last batch of the log, when the votes are counted" in waiting.text
    services.seal_close(round=round, keys=keys)
    db.session.commit()
    page = ask(stranger, round, in_fours(sent.receipt))
    place = queries.find_place(round, sent.receipt)
    assert "This ballot is in the sealed log, and counts" in page.text
    assert f"in batch 1 of the log, at place {place.position} of 13" in page.text
    assert all(step.sibling in page.text for step in place.path)
    assert hashing.root_over(place.leaf, place.path) in page.text
    assert "Project 2" not in page.text


def test_a_replaced_ballot_is_in_the_log_and_does_not_count(
    stranger: Browser, round: Round, keys: Path
) -> None:
    voter = factories.admit(round, keys)
    first = factories.cast(round, keys, voter, "1")
    factories.cast(round, keys, voter, "2")
    factories.close(round)
    services.seal_close(round=round, keys=keys)
    db.session.commit()
    page = ask(stranger, round, first.receipt)
    assert "does not count: a later vote took its place" in page.text
    assert "in batch 1 of the log" in page.text


def test_while_voting_is_open_a_receipt_shows_no_seal(
    stranger: Browser, round: Round, keys: Path
) -> None:
    sent = factories.cast(round, keys, factories.admit(round, keys), "2")
    add_voters(round, keys, 25)
    for _ in range(3):  # until it is no longer among those who wait
        with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
            services.seal_batch(round=round, keys=keys)
    db.session.commit()
    page = ask(stranger, round, sent.receipt)
    assert "Project 2" in page.text
    assert "place" not in page.text.partition("counts")[2].partition("Check")[0]
    for leaves in queries.leaves_of(round.id).values():
        assert not any(leaf in page.text for leaf in leaves)


# --- where officers and readers see it ------------------------------------------------------


def test_the_desk_says_why_the_log_cannot_be_closed(
    officer: Browser, world: World, round: Round, keys: Path
) -> None:
    hall = papers.make_venue(world, round)
    add_voters(round, keys, 2)
    assert "It cannot be closed" not in officer.get(f"/desk/rounds/{round.slug}").text
    factories.close(round)
    page = officer.get(f"/desk/rounds/{round.slug}")
    assert "Asking for the count closes it. No paper can come after that." in page.text
    papers.open_batch(world, round, hall, 2)
    page = officer.get(f"/desk/rounds/{round.slug}")
    assert "It cannot be closed yet. Batch 1 of papers is still open." in page.text


def test_the_desk_says_when_the_log_is_closed(officer: Browser, sealed: Round) -> None:
    page = officer.get(f"/desk/rounds/{sealed.slug}")
    assert "It is closed with 25 ballots." in page.text
    assert any(phase.kind is PhaseKind.VOTING for phase in sealed.phases)
