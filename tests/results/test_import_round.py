"""`pbapp round import` and `export`: elections in and out as .pb files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

import pbapp
from pbapp.cli import pbapp as program
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results import freezing, importing
from pbapp.results.models import Count, FrozenProfile
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_round, pot_total
from pbapp.tally import Greedy, count, parse_pabulib, read_pabulib
from tests.results.factories import counted_round, sealed_round
from tests.tally.test_read_pabulib import GOOD
from tests.world import World

TOWN = """META
key;value
description;Town budget 2024
country;Nowhere
unit;Żory
instance;2024
num_projects;3
num_votes;6
budget;1000.50
vote_type;approval
rule;greedy
date_begin;01.03.2024
date_end;14.03.2024
currency;EUR
PROJECTS
project_id;cost;name;selected;category;latitude;longitude
L18/09/XI;600.25;A swing;1;play;50.1;19.2
c10;400.25;"Trees; many of them";0;green,play;;
c2;500;A path;0;;;
VOTES
voter_id;vote;age;sex
a;L18/09/XI,c10;32;M
b;L18/09/XI;40;F
c;L18/09/XI;18;F
d;c10;19;M
e;c2;20;M
f;;77;F
"""
NO_PROJECTS = """META
key;value
budget;10
vote_type;approval
PROJECTS
project_id;cost
VOTES
voter_id;vote
"""


def run(monkeypatch: pytest.MonkeyPatch, app: Flask, *arguments: object) -> Result:
    monkeypatch.setattr(pbapp, "create_app", lambda: app)
    return CliRunner().invoke(program, ["round", *map(str, arguments)])


@pytest.fixture
def town(tmp_path: Path) -> Path:
    file = tmp_path / "town.pb"
    file.write_text(TOWN, encoding="utf-8")
    return file


def import_text(text: str, **options: str) -> Count:
    counted = importing.prepare(election=parse_pabulib(text), source=text.encode())
    made = importing.import_pabulib(counted=counted, actor="test", **options)
    db.session.commit()
    return made


def test_a_file_becomes_a_round_with_its_official_count(app: Flask, town: Path, monkeypatch):
    result = run(monkeypatch, app, "import", town)
    assert result.exit_code == 0, result.output
    assert "6 ballots, 2 of 3 projects win" in result.stdout
    assert "/rounds/town-budget-2024/results" in result.stdout
    round = find_round("town-budget-2024")
    assert round is not None
    assert round.is_imported
    assert round.board is None
    assert (round.title, round.summary) == ("Town budget 2024", "Żory, Nowhere")
    assert (round.currency, pot_total(round)) == ("EUR", 1000_50)
    assert [phase.kind for phase in round.phases] == [PhaseKind.VOTING, PhaseKind.PUBLISHED]
    made = db.session.scalars(select(Count).where(Count.is_official)).one()
    assert made.is_official
    rows = [(row.project_key, row.title, row.cost, row.is_funded) for row in made.allocations]
    assert rows == [
        ("L18/09/XI", "A swing", 600_25, True),
        ("c10", "Trees; many of them", 400_25, True),
        ("c2", "A path", 500_00, False),
    ]
    assert made.allocations[0].facts["point"] == [50.1, 19.2]
    assert made.allocations[1].facts["categories"] == ["green", "play"]


def test_equal_shares_can_be_asked_for(app: Flask, town: Path, monkeypatch):
    result = run(monkeypatch, app, "import", town, "--rule", "equalshares/add1")
    assert result.exit_code == 0, result.output
    made = db.session.scalars(select(Count).where(Count.is_official)).one()
    assert made.rule == "equalshares"
    assert made.round.rule["completion"] == made.parameters["completion"] == "add1"
    assert made.parameters["step"] == "100"  # one euro, in cents
    result = run(monkeypatch, app, "import", town, "--rule", "coin")
    assert result.exit_code == 2


@pytest.mark.shared
def test_an_official_result_by_equal_shares_is_reproduced(app: Flask, shared: Path, monkeypatch):
    """Assen 2024 was decided by equal shares with Add1; its winners are stated in expected.json."""
    file = shared / "pabulib" / "dev" / "Netherlands_Assen_2024.pb"
    result = run(monkeypatch, app, "import", file, "--rule", "equalshares/add1")
    assert result.exit_code == 0, result.output
    expected = json.loads(file.with_name("expected.json").read_text(encoding="utf-8"))
    made = db.session.scalars(select(Count).where(Count.is_official)).one()
    won = {row.project_key for row in made.allocations if row.is_funded}
    assert won == set(expected["files"][file.name]["official_selected"])


def test_what_the_file_says_of_single_voters_is_left_out(app: Flask):
    made = import_text(TOWN)
    text = freezing.unpack(made.profile).decode()
    assert text.split("VOTES\n")[1].splitlines()[0] == "voter_id;vote"
    assert ";32;" not in text
    assert made.profile.source_digest == hashlib.sha256(TOWN.encode()).hexdigest()


def test_the_same_file_twice_is_refused_kindly(app: Flask, town: Path, monkeypatch):
    run(monkeypatch, app, "import", town)
    with pytest.raises(Refused, match=r"imported before.*/rounds/town-budget-2024/results"):
        run_raising(monkeypatch, app, "import", town, "--slug", "again")
    assert db.session.scalar(select(func.count()).select_from(Round)) == 1


def run_raising(monkeypatch: pytest.MonkeyPatch, app: Flask, *arguments: object) -> None:
    result = run(monkeypatch, app, *arguments)
    if result.exception is not None:
        raise result.exception


def test_two_files_of_one_name_get_two_addresses(app: Flask):
    first = import_text(TOWN)
    second = import_text(TOWN.replace("a;L18", "z;L18"))
    assert [first.round.slug, second.round.slug] == ["town-budget-2024", "town-budget-2024-2"]


def test_address_and_title_can_be_chosen(app: Flask, town: Path, monkeypatch):
    result = run(monkeypatch, app, "import", town, "--slug", "town", "--title", "Our town")
    assert "/rounds/town/results" in result.stdout
    round = find_round("town")
    assert round is not None
    assert round.title == "Our town"


@pytest.mark.parametrize("slug", ["Town", "a b", "../x", "a--b", "é", "x" * 81])
def test_a_bad_address_is_refused(app: Flask, slug: str):
    with pytest.raises(Refused, match="cannot be an address"):
        import_text(TOWN, slug=slug)


def test_an_address_that_is_taken_is_refused_and_nothing_is_kept(world: World):
    sealed_round(world)
    db.session.commit()
    with pytest.raises(Refused, match="already has this address"):
        import_text(TOWN, slug="small-grants")
    assert db.session.scalar(select(func.count()).select_from(FrozenProfile)) == 0


def test_errors_come_with_line_numbers_and_nothing_is_kept(app: Flask, tmp_path, monkeypatch):
    broken = tmp_path / "broken.pb"
    broken.write_text(TOWN.replace("600.25", "lots").replace("e;c2", "e;c3"), encoding="utf-8")
    result = run(monkeypatch, app, "import", broken)
    assert result.exit_code == 2
    assert "line 17: the cost of project L18/09/XI 'lots'" in result.stderr
    assert "nothing was imported" in result.stderr
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "META"),
        (b"\xff\xfe\x00", "line 1: this is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        (NO_PROJECTS.encode(), "lists no projects"),
        (TOWN.replace("A swing", "A\0swing").encode(), "Line 17 holds a NUL"),
        (TOWN.replace("L18/09/XI", "x" * 121).encode(), "longer than 120"),
        (TOWN.replace("1000.50", "9" * 24).encode(), "too large to keep"),
    ],
)
def test_files_that_are_no_elections_are_refused(
    app: Flask, tmp_path: Path, monkeypatch, content: bytes, said: str
):
    file = tmp_path / "odd.pb"
    file.write_bytes(content)
    result = run(monkeypatch, app, "import", file)
    assert said in result.stderr + str(result.exception)
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def test_a_missing_file_is_said_plainly(app: Flask, tmp_path: Path, monkeypatch):
    result = run(monkeypatch, app, "import", tmp_path / "none.pb")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


@pytest.mark.parametrize(
    ("currency", "budget", "kept", "exponent"),
    [
        ("EUR", "1000.50", 1000_50, 2),
        ("PLN", "1000", 1000_00, 2),
        ("JPY", "1000", 1000, 0),
        ("EUR", "1000.125", 1000_125, 3),
        ("", "1000", 1000_00, 2),
        ("gold", "1000", 1000_00, 2),
    ],
)
def test_amounts_stay_exact_in_any_currency(
    app: Flask, currency: str, budget: str, kept: int, exponent: int
):
    text = TOWN.replace("currency;EUR", f"currency;{currency}").replace("1000.50", budget)
    text = text.replace("600.25", "600").replace("400.25", "400")
    made = import_text(text)
    assert (made.budget, made.profile.exponent) == (kept, exponent)
    assert made.round.currency == (currency if len(currency) == 3 else "XXX")
    assert made.allocations[0].is_funded


def test_a_city_s_budget_fits_in_the_database(app: Flask):
    text = TOWN.replace("1000.50", "90000000000").replace("600.25", "80000000000")
    made = import_text(text)
    assert made.allocations[0].awarded == 80_000_000_000_00


@pytest.mark.parametrize("dates", [("2022", "2022"), ("31.02.2024", "x"), ("01.03.2090",) * 2])
def test_dates_that_are_not_whole_days_in_the_past_are_left_out(app: Flask, dates):
    text = TOWN.replace("01.03.2024", dates[0]).replace("14.03.2024", dates[1])
    assert import_text(text).round.phases == []


def test_what_is_exported_reads_back_as_the_same_election(app: Flask, tmp_path, monkeypatch):
    import_text(GOOD, slug="good")
    out = tmp_path / "out.pb"
    result = run(monkeypatch, app, "export", "good", "--output", out)
    assert result.exit_code == 0, result.output
    before, after = parse_pabulib(GOOD), read_pabulib(out)
    assert after.instance == before.instance
    assert after.profile.ballots_cast == before.profile.ballots_cast
    assert count(after.instance, after.profile, Greedy()) == count(
        before.instance, before.profile, Greedy()
    )
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert digest in result.stdout


def test_a_finished_round_is_exported_and_counts_to_the_same_winners(
    world: World, app: Flask, tmp_path: Path, monkeypatch
):
    made = counted_round(world)
    out = tmp_path / "round.pb"
    assert run(monkeypatch, app, "export", "small-grants", "-o", out).exit_code == 0
    counted = CliRunner().invoke(program, ["tally", str(out), "--json"])
    winners = [row.project_key for row in made.allocations if row.is_funded]
    assert json.loads(counted.stdout)["winners"] == winners
    assert json.loads(counted.stdout)["sha256"]["file"] == made.profile.digest


def test_export_goes_to_standard_output_byte_for_byte(app: Flask, monkeypatch):
    made = import_text(TOWN, slug="town")
    result = run(monkeypatch, app, "export", "town")
    assert result.stdout_bytes == freezing.unpack(made.profile)


def test_export_says_what_is_missing(world: World, app: Flask, monkeypatch):
    sealed_round(world)
    db.session.commit()
    for slug, said in (("small-grants", "not frozen yet"), ("nothing", "no round called")):
        result = run(monkeypatch, app, "export", slug)
        assert result.exit_code == 2
        assert said in result.stderr


@pytest.mark.parametrize("command", ["import", "export"])
def test_help_is_a_manual(command: str):
    result = CliRunner().invoke(program, ["round", command, "--help"])
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert "exit code" in result.stdout


REAL = [
    "Netherlands_Amsterdam_604.pb",
    "Poland_Katowice_2024_Murcki.pb",
    "Poland_Krakow_2018_Stare_Miasto.pb",
    "France_Toulouse_2022_17_-_Mirail-Universite_Reynerie_Bellefontaine.pb",
]


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_elections_are_imported_with_the_winners_a_second_program_found(
    app: Flask, shared: Path, name: str, monkeypatch
):
    """Winners are compared with pabutools' (expected.json), never with the file's `selected`."""
    file = shared / "pabulib" / "dev" / name
    result = run(monkeypatch, app, "import", file, "--slug", "real")
    assert result.exit_code == 0, result.output
    made = db.session.scalars(select(Count).where(Count.is_official)).one()
    won = {row.project_key for row in made.allocations if row.is_funded}
    expected = json.loads(file.with_name("expected.json").read_text(encoding="utf-8"))
    assert won == set(expected["files"][name]["rules"]["greedy_by_score"]["winners"])
    election = read_pabulib(file)
    again = freezing.read(made.profile)
    assert set(count(again.instance, again.profile, Greedy()).winners) == won
    assert again.profile.ballots_cast == election.profile.ballots_cast
