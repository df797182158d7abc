"""Check it yourself: the ballots, the rule and the table as files, with their fingerprints."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pbapp.cli import pbapp as program
from pbapp.tally import parse_pabulib
from tests.client import Browser, Page
from tests.results.factories import counted_round
from tests.results.test_import_round import TOWN, import_text
from tests.world import World

PAGE = "/rounds/small-grants/data"
MANY = {("1", "2"): 60, ("3",): 40, ("4",): 12}


def test_the_files_have_the_published_fingerprints(world: World, stranger: Browser):
    count = counted_round(world, votes=MANY)
    page = stranger.get(PAGE)
    files = page.links()
    ballots = stranger.get(files["All ballots that count"]).response
    assert hashlib.sha256(ballots.data).hexdigest() == count.profile.digest
    assert count.profile.digest in page.text
    rule = stranger.get(files["The rule, with every detail"]).response
    assert hashlib.sha256(rule.data).hexdigest() == count.parameters_digest
    assert count.parameters_digest in page.text
    assert ballots.headers["Content-Disposition"] == 'attachment; filename="small-grants.pb"'
    assert json.loads(rule.data)["parameters"]["on_unaffordable"] == "skip"


def test_the_three_lines_give_the_same_winners_and_fingerprints(
    world: World, stranger: Browser, tmp_path: Path, monkeypatch
):
    count = counted_round(world, votes=MANY)
    winners = [row.project_key for row in count.allocations if row.is_funded]
    fetch, recount, command = lines_of(stranger.get("/rounds/small-grants/results"))
    assert command == "pbapp tally small-grants.pb --rule greedy --on-unaffordable skip"
    monkeypatch.chdir(tmp_path)
    for address in fetch.removeprefix("curl -O ").split(" -O "):
        path = address.removeprefix("http://localhost")
        with stranger.get(path).response as response:
            Path(path.rsplit("/", 1)[1]).write_bytes(response.data)
    again = json.loads(CliRunner().invoke(program, [*command.split()[1:], "--json"]).stdout)
    assert again["winners"] == winners
    assert again["sha256"]["file"] == count.profile.digest
    checks = ["--ballots-sha256", count.profile.digest, "--rules-sha256", count.parameters_digest]
    done = subprocess.run(
        [sys.executable, *recount.split()[1:], *checks, "--winners", ",".join(winners)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "These are the published winners" in done.stdout


def lines_of(page: Page) -> list[str]:
    element = next(page.root.iter("pre"))
    return "".join(element.itertext()).splitlines()


def test_with_fewer_than_a_hundred_ballots_only_totals_are_public(world, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "All ballots that count" not in page.links()
    assert "Fewer than 100 people voted, so single ballots are not published" in page.text
    stranger.get(f"{PAGE}/small-grants.pb", status=404)
    stranger.get(page.links()["The result as a table"])


def test_an_imported_election_s_ballots_are_public_already(app, stranger: Browser):
    count = import_text(TOWN, slug="town")
    page = stranger.get("/rounds/town/data")
    assert count.profile.source_digest in page.text
    data = stranger.get("/rounds/town/data/town.pb").response.data
    assert parse_pabulib(data.decode()).profile.ballots_cast == 6


def test_the_table_has_a_line_a_project_with_exact_amounts(world: World, stranger: Browser):
    counted_round(world)
    data = stranger.get(f"{PAGE}/small-grants-results.csv").response.data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len(rows) == 5
    assert rows[0] | {"reason": ""} == {
        "place": "1",
        "project": "2",
        "title": "Walking football",
        "cost": "3000",
        "currency": "GBP",
        "votes": "26",
        "points": "",
        "funded": "yes",
        "awarded": "3000",
        "reason": "",
        "priority": "Mental Health",
        "ward": "Coatbridge West",
        "pot": "",
        "reserve": "",
    }


def test_a_title_that_is_a_formula_stays_text_in_a_spreadsheet(app, stranger: Browser):
    import_text(TOWN.replace("A swing", "=1+1").replace("c10", "@c10"), slug="town")
    data = stranger.get("/rounds/town/data/town-results.csv").response.data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert rows[0]["title"] == "'=1+1"
    assert rows[1]["project"] == "'@c10"


def test_other_names_are_not_found(world: World, stranger: Browser):
    counted_round(world, votes=MANY)
    for name in ("other.pb", "small-grants.txt", "..%2F..%2Fetc%2Fpasswd"):
        stranger.get(f"{PAGE}/{name}", status=404)


def test_where_the_projects_are_for_the_map(world: World, stranger: Browser):
    counted_round(world)
    found = json.loads(stranger.get("/rounds/small-grants/results.geojson").response.data)
    first = found["features"][0]
    assert first["geometry"]["coordinates"] == [-4.057, 55.853]
    assert first["properties"]["name"] == "Walking football"
    assert first["properties"]["url"] == "/rounds/small-grants/results/2"
    assert first["properties"]["kind"] == "funded"
    assert len(found["features"]) == 4  # the one for the whole board has no place of its own


def test_files_that_did_not_change_are_not_sent_again(world: World, stranger: Browser):
    counted_round(world)
    address = f"{PAGE}/small-grants-results.csv"
    tag = stranger.get(address).response.headers["ETag"]
    stranger.get(address, status=304, headers={"If-None-Match": tag})


def test_what_only_officers_may_see_yet_is_kept_by_no_cache(world: World, officer: Browser):
    counted_round(world, published=False)
    response = officer.get(f"{PAGE}/small-grants-results.csv").response
    assert response.headers["Cache-Control"] == "no-store"
