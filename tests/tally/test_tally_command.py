"""`pbapp tally` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pbapp.tally import Greedy
from pbapp.tally.command import tally_command, tally_file
from tests.tally.elections import Expected, expected
from tests.tally.test_read_pabulib import GOOD


@pytest.fixture
def town(tmp_path: Path) -> Path:
    file = tmp_path / "town.pb"
    file.write_text(GOOD, encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(tally_command, [str(argument) for argument in arguments])


def test_json_holds_the_rule_its_parameters_and_the_winners_in_the_order_funded(town: Path):
    printed = json.loads(run(town, "--rule", "greedy", "--json").stdout)
    assert printed["rule"] == "greedy"
    assert printed["parameters"]["on_unaffordable"] == "skip"
    assert printed["parameters"]["utility"] == "cost"
    assert printed["winners"] == ["1"]
    assert printed["total_cost"] == 400
    assert printed["ties"] == []
    assert [project["id"] for project in printed["projects"]] == ["1", "L18/09/XI", "c2"]


def test_amounts_are_in_the_currency_unit_of_the_file(town: Path):
    town.write_text(GOOD.replace("1;400;", "1;400.5;"), encoding="utf-8")
    printed = json.loads(run(town, "--json", "--explain").stdout)
    assert printed["total_cost"] == 400.5
    assert printed["projects"][1]["detail"]["left"] == 599.5


def test_people_get_plain_words_and_the_reasons(town: Path):
    printed = run(town, "--explain").stdout
    assert "1 of 3 projects win (3 ballots)" in printed
    assert "Spent 400 of 1,000; 600 is left." in printed
    assert (
        "L18/09/XI lost: it cost more than what was left at its turn (700 against 600)" in printed
    )
    assert "it would have won if 100 cheaper or with 2 more votes" in printed


def test_a_bad_file_exits_with_2_and_says_the_line(town: Path):
    town.write_text(GOOD.replace("1;400;", "1;-400;"), encoding="utf-8")
    result = run(town, "--json")
    assert result.exit_code == 2
    assert "line 11" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("wrong", ["x", "-1", "150%", "1/0%"])
def test_a_wrong_minimum_exits_with_2(town: Path, wrong: str):
    result = run(town, "--min-votes", wrong)
    assert result.exit_code == 2
    assert "--min-votes" in result.stderr


def test_a_missing_file_exits_with_2(tmp_path: Path):
    assert run(tmp_path / "none.pb").exit_code == 2


def test_the_minimum_may_be_a_share(town: Path):
    printed = json.loads(run(town, "--min-votes", "50%", "--json").stdout)
    assert printed["parameters"]["min_share"] == "1/2"
    assert printed["winners"] == ["1"]


def test_the_help_is_a_manual():
    text = run("--help").stdout
    for word in ("--rule", "--rank", "--tie-break", "--explain", "exit code", "Examples"):
        assert word in text


def test_a_file_can_be_counted_from_python(town: Path):
    assert tally_file(town, Greedy())["winners"] == ["1"]


def test_the_count_imports_no_framework_and_a_greedy_count_no_numpy(town: Path):
    program = (
        "import sys, pbapp.tally as t; e = t.read_pabulib(sys.argv[1]);"
        "t.count(e.instance, e.profile, t.Greedy());"
        "print([m for m in ('flask', 'sqlalchemy', 'jinja2', 'click', 'numpy', 'pabutools',"
        "'geopandas', 'folium') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(town)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


FLAGS = {
    "greedy_by_score": ["--rule", "greedy"],
    "greedy": ["--rule", "greedy", "--rank", "utility-per-cost"],
    "greedy_per_cost": ["--rule", "greedy", "--rank", "votes-per-cost"],
    "mes": ["--rule", "equalshares", "--completion", "none", "--step", "1"],
    "mes_add1": ["--rule", "equalshares", "--completion", "add1", "--step", "1"],
    "mes_add1u": ["--rule", "equalshares", "--completion", "add1u", "--step", "1"],
    "phragmen": ["--rule", "phragmen"],
}


@pytest.mark.shared
@pytest.mark.parametrize(
    "case",
    [case for case in expected("dev") if "Assen" in case.path.name or "Zurich" in case.path.name],
    ids=str,
)
def test_the_flags_give_what_another_program_found(case: Expected):
    flags = [*FLAGS[case.rule], "--tie-break", "id", "--ordinal", "borda", "--json"]
    printed = json.loads(run(case.path, *flags).stdout)
    assert sorted(printed["winners"]) == sorted(case.winners)


@pytest.mark.parametrize("rule", ["equalshares", "phragmen"])
def test_every_rule_explains_itself_to_people(town: Path, rule: str):
    result = run(town, "--rule", rule, "--explain")
    assert result.exit_code == 0, result.output
    assert "of the people who voted got at least one of their choices" in result.stdout


def test_a_long_count_says_how_far_it_is_on_the_error_stream(town: Path):
    result = run(town, "--rule", "equalshares", "--completion", "add1")
    assert "counted to step" in result.stderr
    assert "counted to step" not in result.stdout


@pytest.mark.parametrize("wrong", ["0", "-1", "x"])
def test_a_wrong_step_exits_with_2(town: Path, wrong: str):
    result = run(town, "--rule", "equalshares", "--step", wrong)
    assert result.exit_code == 2
    assert "--step" in result.stderr


# --- limits, the next in line, other pots --------------------------------------------------------

POT = """META
key;value
budget;100
vote_type;approval
PROJECTS
project_id;cost;minimum;category;target;district
a;50;;sport,play;young;North
b;40;;play;old;North
c;40;10;culture;young;South
d;30;;culture;old;South
VOTES
voter_id;vote
1;a,b,c,d
2;a,b,c,d
3;a,b,c
4;a,b
5;a
"""


@pytest.fixture
def pot(tmp_path: Path) -> Path:
    file = tmp_path / "pot.pb"
    file.write_text(POT, encoding="utf-8")
    return file


def counted(file: Path, *options: object) -> dict:
    result = run(file, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("options", "winners"),
    [
        ([], ["a", "b"]),
        (["--cap", "district:North=60"], ["a", "c"]),
        (["--cap", "category:play=60"], ["a", "c"]),
        (["--cap", "target:young=50", "--cap", "target:old=30"], ["a", "d"]),
        (["--cap", "a,b=60"], ["a", "c"]),
        (["--group", "a,b", "--group", "c,d"], ["a", "c"]),
        (["--withdrawn", "a,b"], ["c", "d"]),
        (["--carried-in", "40"], ["a", "b", "c"]),
        (["--rule", "equalshares", "--completion", "add1u", "--withdrawn", "a"], ["b", "c"]),
    ],
)
def test_limits_and_money_from_other_pots(pot: Path, options: list[str], winners: list[str]):
    assert counted(pot, *options)["winners"] == winners


def test_the_reserve_and_an_offer_to_the_next_in_line_are_printed(pot: Path):
    printed = counted(pot, "--part-fund", "next")
    assert printed["reserve"] == ["c", "d"]
    assert printed["part_funded"] == {"project": "c", "amount": 10}
    said = run(pot, "--part-fund", "next").stdout
    assert "Reserve list, if a winner drops out: c, d." in said
    assert "c is next in line and is offered 10 of what is left." in said


def test_money_carried_in_is_a_parameter_and_part_of_what_is_spent(pot: Path):
    assert counted(pot, "--carried-in", "40")["parameters"]["carried_in"] == 40
    assert "Spent 130 of 140; 10 is left." in run(pot, "--carried-in", "40").stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--cap", "play"], "'play' is not COLUMN:VALUE=N"),
        (["--cap", "category:none=5"], "no project has 'none' in a column 'category'"),
        (["--cap", "category:play=much"], "'much' is not an amount"),
        (["--group", "a,z"], "there is no project 'z' in the file"),
        (["--withdrawn", "z"], "there is no project 'z' in the file"),
        (["--carried-in", "0.5"], "'0.5' is not an amount"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_2(pot: Path, options: list[str], says: str):
    result = run(pot, *options)
    assert result.exit_code == 2
    assert says in result.stderr.replace("\n", " ").replace("  ", " ")
