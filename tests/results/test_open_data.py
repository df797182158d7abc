"""The open data of a result: one zip that reads back, each file by itself, nothing too early."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from pbapp.ballots.closing.models import Closing
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.results.models import Turnout
from pbapp.results.opendata import making
from pbapp.results.opendata.bundle import Bundle
from pbapp.results.opendata.columns import TABLES
from pbapp.results.opendata.models import OpenData
from pbapp.tally import count as count_votes
from pbapp.tally import parse_pabulib, rule_from_dict
from pbapp.upkeep import CHORES
from tests.client import Browser
from tests.results.factories import counted_round
from tests.results.test_import_round import TOWN, import_text
from tests.world import World

PAGE = "/rounds/small-grants/data"
ZIP = f"{PAGE}/small-grants-open-data.zip"
MANY = {("1", "2"): 60, ("3",): 40, ("4",): 12, (): 2}


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_bundle_read_back_gives_the_same_winners(world: World, stranger: Browser):
    count = counted_round(world, votes=MANY)
    files = unpacked(stranger.get(ZIP).response.data)
    election = parse_pabulib(files["small-grants.pb"].decode())
    rule = json.loads(files["small-grants-rule.json"])
    outcome = count_votes(
        election.instance, election.profile, rule_from_dict(rule["rule"], rule["parameters"])
    )
    assert list(outcome.winners) == [r.project_key for r in count.allocations if r.is_funded]
    told = rows_of(files["small-grants-results.csv"])
    assert [row["project"] for row in told if row["funded"] == "yes"] == list(outcome.winners)
    ballots = json.loads(files["small-grants-ballots.json"])["rows"]
    assert len(ballots) == 114
    assert sum("3" in ballot["projects"] for ballot in ballots) == 40
    assert [b["projects"] for b in ballots].count([]) == 2


def test_the_dictionary_names_every_column_and_the_sums_every_file(world: World, stranger: Browser):
    counted_round(world, votes=MANY)
    files = unpacked(stranger.get(ZIP).response.data)
    named = {(r["table"], r["column"]) for r in rows_of(files["small-grants-dictionary.csv"])}
    for table in TABLES:
        as_csv = rows_of(files[f"small-grants-{table.name}.csv"])
        as_json = json.loads(files[f"small-grants-{table.name}.json"])["rows"]
        assert as_csv, table.name
        assert len(as_csv) == len(as_json)
        assert list(as_csv[0]) == list(as_json[0])
        assert {(table.name, column) for column in as_csv[0]} <= named
    for row in rows_of(files["small-grants-dictionary.csv"]):
        assert all((row["type"], row["meaning"], row["source"])), row
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert "Open Government Licence v3.0" in files["LICENCE.txt"].decode()
    assert "North Lanarkshire Council" in files["LICENCE.txt"].decode()
    assert all(name in files["README.txt"].decode() for name in ("recount.py", "sealed.json"))


def test_what_a_proposal_says_is_there_and_no_cell_is_a_formula(world: World, stranger: Browser):
    count = counted_round(world, votes=MANY)
    proposal = next(row.proposal for row in count.allocations if row.project_key == "2")
    proposal.where_words = "=HYPERLINK(1)"
    db.session.commit()
    told = rows_of(stranger.get(f"{PAGE}/small-grants-proposals.csv").response.data)
    assert [row["project"] for row in told] == ["1", "2", "3", "4", "5"]
    assert told[1]["where"] == "'=HYPERLINK(1)"
    assert told[1]["ward_code"] == "S13003051"
    assert (told[1]["latitude"], told[1]["cost"]) == ("55.853", "3000")
    costs = json.loads(stranger.get(f"{PAGE}/small-grants-costs.json").response.data)["rows"]
    assert costs[0] == {"project": "1", "position": 1, "what": "All of it", "amount": 4000}


def test_small_numbers_are_held_back_in_the_files_too(world: World, stranger: Browser):
    counted_round(world)  # 65 ballots
    page = stranger.get(PAGE)
    assert "There is no table of ballots" in page.text
    files = unpacked(stranger.get(ZIP).response.data)
    assert not [name for name in files if "ballots" in name or name.endswith((".pb", ".py"))]
    assert "fewer than 100 people voted" in files["README.txt"].decode()
    told = rows_of(files["small-grants-turnout.csv"])
    assert [r["people"] for r in told if r["by"] == "ward"] == ["31", "10", "24"]
    few = db.session.scalar(select(Turnout).where(Turnout.key == "S13003052"))
    assert few is not None
    few.people = 3
    db.session.commit()
    told = rows_of(stranger.get(f"{PAGE}/small-grants-turnout.csv").response.data)
    held = [(r["people"], r["held_back"]) for r in told if r["by"] == "ward"]
    assert held == [("31", "no"), ("", "yes"), ("", "yes")]


def test_nothing_is_given_out_before_the_result(world: World, stranger: Browser, officer: Browser):
    count = counted_round(world, votes=MANY, published=False)
    for address in (PAGE, ZIP, f"{PAGE}/small-grants-ballots.csv", f"{PAGE}/SHA256SUMS"):
        stranger.get(address, status=404)
    early = officer.get(ZIP).response
    assert early.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in early.headers
    making.ask_if_due()
    assert jobs.find_newest(making.BUNDLE_JOB, "round_id", count.round_id) is None


def test_the_worker_makes_it_once_and_anew_when_it_says_something_else(
    world: World, stranger: Browser
):
    count = counted_round(world, votes=MANY)
    assert making.ask_if_due in CHORES
    making.ask_if_due()
    db.session.commit()
    jobs.run_due()
    made = db.session.get(OpenData, count.round_id)
    assert made is not None
    answer = stranger.get(ZIP).response
    assert hashlib.sha256(answer.data).hexdigest() == made.digest
    assert made.digest in stranger.get(PAGE).text
    stranger.get(ZIP, status=304, headers={"If-None-Match": answer.headers["ETag"]})
    kept = unpacked(answer.data)
    single = stranger.get(f"{PAGE}/small-grants-results.json").response
    assert single.data == kept["small-grants-results.json"]
    assert single.headers["Access-Control-Allow-Origin"] == "*"
    assert stranger.get(f"{PAGE}/SHA256SUMS").response.data == kept["SHA256SUMS"]
    making.ask_if_due()
    assert not jobs.is_at_work(jobs.find_newest(making.BUNDLE_JOB, "round_id", count.round_id))
    made.edition = "of before"
    db.session.commit()
    making.ask_if_due()
    assert jobs.is_at_work(jobs.find_newest(making.BUNDLE_JOB, "round_id", count.round_id))


def test_once_ballots_are_destroyed_the_bundle_says_what_stays_and_why(
    world: World, stranger: Browser
):
    count = counted_round(world, votes=MANY)
    before = Bundle(count.round, [count]).edition
    gone = datetime(2026, 3, 4, 12, tzinfo=UTC)
    db.session.add(Closing(round_id=count.round_id, began_at=gone, destroyed_at=gone))
    db.session.commit()
    files = unpacked(stranger.get(ZIP).response.data)
    assert "destroyed on 04.03.2026" in files["README.txt"].decode()
    assert "can still count again" in files["README.txt"].decode()
    assert "small-grants.pb" in files
    assert "destroyed on Wednesday 4 March 2026" in stranger.get(PAGE).text
    assert Bundle(count.round, [count]).edition != before


def test_an_election_held_elsewhere_keeps_its_own_licence(app: Flask, stranger: Browser):
    import_text(TOWN, slug="town")
    page = stranger.get("/rounds/town/data")
    assert "keeps the licence of its source" in page.text
    files = unpacked(stranger.get("/rounds/town/data/town-open-data.zip").response.data)
    assert "held elsewhere" in files["LICENCE.txt"].decode()
    assert rows_of(files["town-proposals.csv"])[0]["cost"] == "600.25"
    assert "town-turnout.csv" not in files
