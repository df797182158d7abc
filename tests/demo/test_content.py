"""The demo's data files: complete, agreeing with each other, and in the form each one describes."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "pbapp/demo/coatbridge"
BOARD_WARDS = ["S13003048", "S13003051", "S13003052"]


def content(name):
    return tomllib.loads((CONTENT / f"{name}.toml").read_text())


def keys(rows, name="key"):
    found = [row[name] for row in rows]
    assert len(found) == len(set(found)), f"{name} twice: {sorted(found)}"
    return set(found)


@pytest.mark.parametrize("path", sorted(CONTENT.rglob("*.toml")), ids=lambda path: path.name)
def test_every_file_says_what_it_holds_and_names_nobody_real(path):
    text = path.read_text()
    assert text.startswith("# ")
    assert tomllib.loads(text)
    for address in re.findall(r"[\w.+-]+@[\w.-]+", text):
        assert address.endswith("@example.org")
    for site in re.findall(r"https?://([^/\"\s]+)", text):
        assert site == "example.org" or site.endswith(".example.org")
    assert not re.search(r"\b0\d{3,4}[ -]?\d{3}", text), "a telephone number"
    for postcode in re.findall(r"\b([A-Z]{1,2})\d{1,2} ?\d[A-Z]{2}\b", text):
        assert postcode == "ZZ"


def test_the_council_has_its_21_wards():
    wards = content("council")["wards"]
    assert sorted(ward["number"] for ward in wards) == list(range(1, 22))
    assert len(keys(wards, "code")) == 21
    three = {ward["number"] for ward in wards if ward["councillors"] == 3}
    assert three == {1, 5, 6, 10, 14, 16, 17}
    assert {ward["councillors"] for ward in wards} == {3, 4}


def test_boards_meetings_and_postcodes_refer_to_what_is_there():
    council = content("council")
    wards = keys(council["wards"], "code")
    boards = {board["key"]: board for board in council["boards"]}
    assert boards["coatbridge"]["wards"] == BOARD_WARDS
    assert all(set(board["wards"]) <= wards for board in boards.values())
    assert keys(council["postcodes"], "postcode")
    a_ward = [place["ward"] for place in council["postcodes"]]
    assert [a_ward.count(code) for code in BOARD_WARDS] == [6, 6, 6]
    outside = set(a_ward) - set(BOARD_WARDS)
    assert outside <= wards
    assert sum(a_ward.count(code) for code in outside) == 2
    days = [meeting["day"] for meeting in council["meetings"]]
    assert [later - day for day, later in pairwise(days)] == [42] * 6
    assert {meeting["board"] for meeting in council["meetings"]} <= set(boards)


def test_the_schematic_is_one_cell_a_ward_as_drawn_from_the_centres():
    path = ROOT / content("council")["schematic"]["file"]
    cells = [feature["properties"] for feature in json.loads(path.read_text())["features"]]
    wards = content("council")["wards"]
    assert [(cell["ward_number"], cell["ward_code"], cell["ward_name"]) for cell in cells] == [
        (ward["number"], ward["code"], ward["name"]) for ward in wards
    ]
    check = subprocess.run([sys.executable, "tools/schematic.py", "--check"], cwd=ROOT)
    assert check.returncode == 0
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in (ROOT / "geodata/README.md").read_text()


def test_the_plan_has_every_action_and_aim_of_its_three_priorities():
    priorities = {row["slug"]: row for row in content("plan")["priorities"]}
    counts = {slug: (len(row["actions"]), len(row["aims"])) for slug, row in priorities.items()}
    assert counts == {"poverty": (4, 8), "mental-health": (7, 7), "digital-inclusion": (8, 0)}
    assert priorities["digital-inclusion"]["aims_note"]
    assert keys([row for p in priorities.values() for row in p["actions"] + p["aims"]])
    for row in priorities.values():
        assert row["why"]
        assert row["lead"]
        assert row["success"]
        assert {driver["kind"] for driver in row["drivers"]} <= {"national", "local"}
