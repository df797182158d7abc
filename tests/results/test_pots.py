"""Several pots of one round: each frozen, counted, told and counted again apart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.results import counting, freezing, queries, services
from pbapp.results.models import Count, FrozenProfile
from pbapp.results.reckoning import reckon_other
from pbapp.rounds.models import Leftover
from tests.client import Browser
from tests.results.factories import BY_WARD, cast_all, close_vote, sealed_round
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/rounds/small-grants/results"
# North has 1 and 2 and £5,000; West 3 and 4 and £4,000; nobody asks for South's.
PROJECTS = (
    (1, "Warm room", 4_000_00, "poverty", 7),
    (2, "Play street", 2_500_00, "mental-health", 7),
    (3, "Walking football", 3_000_00, "mental-health", 10),
    (4, "Tool library", 2_000_00, "digital-inclusion", 10),
)
POTS = {7: 5_000_00, 10: 4_000_00, 11: 1_000_00}
VOTES = {("1", "3"): 60, ("1",): 50, ("2", "4"): 40, ("3",): 15, (): 1}


def counted(world: World, **values) -> list[Count]:
    round = sealed_round(world, projects=PROJECTS, ward_pots=POTS, **values)
    cast_all(round, VOTES)
    close_vote(round, published=True)
    services.freeze(round=round, by_ward=BY_WARD, actor="test")
    counts = services.count(round=round, actor="test")
    db.session.commit()
    return counts


def winners(count: Count) -> list[str]:
    return [row.project_key for row in count.allocations if row.is_funded]


def test_each_pot_has_its_own_file_and_the_whole_has_one(world: World):
    counted(world)
    files = {one.pot: freezing.read(one) for one in db.session.scalars(select(FrozenProfile))}
    assert {pot: file.profile.ballots_cast for pot, file in files.items()} == {
        "": 166,
        "1": 150,  # who chose 1 or 2; the empty ballot is in no pot
        "2": 115,
    }
    assert files["1"].instance.budget == 5_000_00
    assert [project.id for project in files["2"].instance.projects] == ["3", "4"]
    assert files["1"].meta["subunit"] == "Coatbridge North pot"
    assert [project.meta["pot"] for project in files[""].instance.projects] == ["1", "1", "2", "2"]
    assert files[""].instance.budget == 10_000_00


def test_the_files_of_the_pots_are_made_from_the_whole(world: World):
    round = counted(world)[0].round
    whole = freezing.read(queries.get_profile(round.id))
    parts = freezing.elections_by_pot(round, whole)
    assert sorted(parts) == ["1", "2"]
    for pot, election in parts.items():
        profile = queries.find_profile(round.id, pot)
        assert profile
        assert freezing.pack(election)[1] == profile.digest


def test_each_pot_is_counted_with_its_own_money(world: World):
    first, second = counted(world)
    assert (winners(first), winners(second)) == (["1"], ["3"])
    assert (first.budget, second.budget) == (5_000_00, 4_000_00)
    assert {first.pot, second.pot} == {"1", "2"}


def test_what_a_pot_leaves_is_carried_on_if_that_was_sealed(world: World):
    first, second = counted(world, leftover=Leftover.CARRY)
    assert (first.budget, first.carried_in) == (5_000_00, 0)
    assert (second.budget, second.carried_in) == (5_000_00, 1_000_00)
    assert winners(second) == ["3", "4"]
    assert second.parameters["carried_in"] == 1_000_00


def test_the_other_rule_counts_a_pot_with_the_same_money(world: World):
    second = counted(world, leftover=Leftover.CARRY)[1]
    made = reckon_other(official=second)
    assert made
    assert (made.budget, made.outcome.parameters["carried_in"]) == (5_000_00, 1_000_00)


def test_ballots_sealed_before_pots_had_ids_are_one_pot(world: World):
    round = sealed_round(world, projects=PROJECTS, ward_pots=POTS)
    old = json.loads(json.dumps(round.config))
    for pot in old["pots"]:
        del pot["id"]
    round.config = old
    cast_all(round, VOTES)
    close_vote(round)
    profile = services.freeze(round=round, by_ward=BY_WARD, actor="test")
    [count] = services.count(round=profile.round, actor="test")
    assert (count.pot, count.budget) == ("", 10_000_00)


# --- for people ------------------------------------------------------------------------------


def test_the_result_is_told_pot_by_pot(world: World, stranger: Browser):
    counted(world, leftover=Leftover.CARRY)
    page = stranger.get(PAGE)
    assert "3 of 4 projects are funded, for £9,000 of the £10,000 in 3 pots." in page.text
    assert "166 people voted." in page.text
    assert page.links()["Coatbridge North pot"] == "#pot-1"
    assert "with £1,000 that other pots left" in page.text
    assert "It was carried on to “Coatbridge West pot”." in page.text
    assert "150 people chose a project of this pot." in page.text
    assert "Nobody asked for money from “Coatbridge South pot” (£1,000)" in page.text
    assert "recount.py small-grants-pot-2.pb small-grants-pot-2-rule.json" in page.text
    assert "--carried-in 1000" in page.text


def test_a_project_tells_its_story_within_its_pot(world: World, stranger: Browser):
    counted(world)
    page = stranger.get(f"{PAGE}/4")
    assert (
        "40 of the 115 people who chose a project of “Coatbridge West pot” chose it." in page.text
    )
    assert "It needed £2,000, and only £1,000 was left when its turn came." in page.text


def test_the_reserve_list_of_a_pot_is_shown(world: World, stranger: Browser):
    counted(world)
    page = stranger.get(PAGE)
    assert "the reserve list" in page.text
    assert "Play street, £2,500" in page.text


def test_the_report_to_the_board_has_every_pot(world: World, stranger: Browser):
    counts = counted(world, leftover=Leftover.CARRY)
    page = stranger.get("/boards/coatbridge/papers/small-grants")
    assert "note that 166 people voted in Small grants;" in page.text
    assert "in “Coatbridge West pot” 2 projects won £5,000 of £5,000;" in page.text
    for count in counts:
        assert count.profile.digest in page.text
    listed = stranger.get("/boards/coatbridge/papers").text
    assert listed.count("Result of Small grants") == 1


def test_each_pot_has_its_own_recount(world: World, stranger: Browser):
    counted(world, leftover=Leftover.CARRY)
    here = f"{PAGE}/recount?pot=2"
    page = stranger.get(here)
    answer = stranger.follow(stranger.submit(page))
    assert "We are counting again" in answer.text
    assert counting.count_round
    jobs.run_due()
    page = stranger.get(here)
    assert "the same winners, in the same order" in page.text
    assert "Coatbridge West pot" in page.text
    assert "Nobody has asked for a recount here yet." in stranger.get(f"{PAGE}/recount").text
    stranger.get(f"{PAGE}/recount?pot=9", status=404)


def test_anybody_counts_a_pot_again_with_the_one_file(world: World, stranger: Browser, tmp_path):
    counted(world, leftover=Leftover.CARRY)
    for name in ("small-grants-pot-2.pb", "small-grants-pot-2-rule.json"):
        (tmp_path / name).write_bytes(
            stranger.get(f"/rounds/small-grants/data/{name}").response.data
        )
    run = subprocess.run(
        [
            sys.executable,
            str(ROOT / "static/recount.py"),
            *("small-grants-pot-2.pb", "small-grants-pot-2-rule.json", "--winners", "3,4"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "These are the published winners" in run.stdout
    assert "Of that, 1,000 was left by other pots." in run.stdout


def test_the_whole_is_public_only_where_every_pot_is(world: World, stranger: Browser):
    counted(world)
    assert "Every ballot entire" in stranger.get("/rounds/small-grants/data").text
    stranger.get("/rounds/small-grants/data/small-grants.pb")


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOTES, ("2", "4"), 10)


@pytest.mark.usefixtures("_few")
def test_a_pot_with_few_ballots_is_not_found_in_the_whole(world: World, stranger: Browser):
    counted(world)  # West: 85 ballots
    page = stranger.get("/rounds/small-grants/data")
    assert "fewer than 100 people voted in one of the pots" in page.text
    stranger.get("/rounds/small-grants/data/small-grants.pb", status=404)
    stranger.get("/rounds/small-grants/data/small-grants-pot-2.pb", status=404)
    stranger.get("/rounds/small-grants/data/small-grants-pot-1.pb")


def test_the_worker_counts_every_pot_and_compares_each(world: World, officer: Browser):
    round = sealed_round(world, projects=PROJECTS, ward_pots=POTS)
    cast_all(round, VOTES)
    close_vote(round)
    officer.submit(officer.get("/desk/rounds/small-grants/count"), form="count-form")
    assert counting.count_round
    jobs.run_due()
    officials = queries.list_official_counts(round)
    assert [count.pot for count in officials] == ["1", "2"]
    others = [queries.find_comparison(count) for count in officials]
    assert [other and other.pot for other in others] == ["1", "2"]
    assert "166 people voted." in officer.get("/desk/rounds/small-grants/count").text
