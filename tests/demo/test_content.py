"""The demo's data files: complete, agreeing with each other, and in the form each one describes."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from itertools import chain, pairwise
from pathlib import Path

import pytest
from shapely.geometry import Point, shape

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset, AssetKind
from pbapp.assets.vocabulary import THEME
from pbapp.boards.models import Board, Role
from pbapp.demo.times import session_of
from pbapp.organisations.models import MemberRole, Organisation, OrganisationKind
from pbapp.plans.models import Plan, PriorityVersion
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import PhaseKind, Round, VoteType

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "pbapp/demo/coatbridge"
BOARD_WARDS = ["S13003048", "S13003051", "S13003052"]


def content(name):
    return tomllib.loads((CONTENT / f"{name}.toml").read_text())


ROUNDS = {row["key"]: row for row in content("rounds")["rounds"]}
PROPOSALS = {
    key: content(f"proposals/{row['proposals']}")["proposals"] for key, row in ROUNDS.items()
}
ALL_PROPOSALS = [proposal for rows in PROPOSALS.values() for proposal in rows]


def on_the_ballot(key):
    return [row for row in PROPOSALS[key] if row["state"] == "on_ballot"]


def keys(rows, name="key"):
    found = [row[name] for row in rows]
    assert len(found) == len(set(found)), f"{name} twice: {sorted(found)}"
    return set(found)


def test_times_places_and_themes_are_of_entries_that_are_there():
    facts, entries = content("times"), keys(content("assets")["assets"])
    for part in ("times", "serves", "themes"):
        assert facts[part].keys() <= entries
    assert set(chain(*facts["themes"].values())) <= THEME.keys()
    assert set(chain(*facts["serves"].values())) <= set(BOARD_WARDS)
    for text in chain(*facts["times"].values()):
        assert session_of(text).opens < session_of(text).closes
    monthly = session_of("free -1 MO-WE,SA 9:30-17:00")
    assert (monthly.nth, monthly.days, monthly.use) == (-1, 0b0100111, "free")


@pytest.mark.parametrize("path", sorted(CONTENT.rglob("*.toml")), ids=lambda path: path.name)
def test_every_file_says_what_it_holds_and_names_nobody_real(path):
    text = path.read_text()
    assert text.startswith("# ")
    assert tomllib.loads(text)
    for address in re.findall(r"[\w.+-]+@[\w.-]+", text):
        assert address.endswith("@example.org")
    for site in re.findall(r"https?://([^/\"\s]+)", text):
        assert site == "example.org" or site.endswith(".example.org")
    # Ofcom keeps 01632 960000 to 960999 for stories: nobody has them.
    assert not re.search(r"\b(?!01632 960)0\d{3,4}[ -]?\d{3}", text), "a telephone number"
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
        assert row["context"]
        assert row["success"]
        assert {driver["kind"] for driver in row["drivers"]} <= {"national", "local"}


def test_people_sign_in_at_example_addresses_with_one_password():
    people = content("people")
    boards = keys(content("council")["boards"])
    assert people["demo"]["password"] == "example-password"
    assert keys(people["people"])
    assert keys(people["people"], "email")
    roles = set()
    for person in people["people"]:
        assert person["example"] is True
        assert person["sign_in"] in {"code", "password"}
        for held in person.get("roles", []):
            assert held["board"] in boards
            roles.add(held["role"])
    assert roles == set(Role)
    assert [p["key"] for p in people["people"] if p["is_administrator"]] == ["administrator"]


def test_every_group_has_a_member_who_can_sign_in():
    groups = content("groups")["groups"]
    people = keys(content("people")["people"])
    wards = keys(content("council")["wards"], "code")
    assert keys(groups)
    assert {group["kind"] for group in groups} == set(OrganisationKind)
    assert sum(group["kind"] == "group" for group in groups) == 18
    assert sum(group["kind"] == "funder" for group in groups) == 2
    for group in groups:
        assert group["example"] is True
        assert group["members"]
        assert {member["person"] for member in group["members"]} <= people
        assert {member["role"] for member in group["members"]} <= set(MemberRole)
        assert group.get("ward") in wards | {None}
        checked = group.get("passport", {})
        assert all(day < 0 for day in checked.values())


def test_assets_are_of_all_six_kinds_and_spread_over_the_wards():
    assets = content("assets")["assets"]
    assert keys(assets)
    assert len(assets) == 62
    assert {asset["kind"] for asset in assets} == set(AssetKind)
    for ward in BOARD_WARDS:
        assert sum(asset["ward"] == ward for asset in assets) >= 15
    states = [asset["state"] for asset in assets]
    assert (states.count("waiting"), states.count("returned")) == (3, 1)
    assert states.count("published") == len(assets) - 4
    confirmed = [asset.get("confirmed") for asset in assets]
    assert sum(day is None for day in confirmed) >= 4
    assert sum(day is not None and day < -365 for day in confirmed) >= 6
    assert sum(day is not None and day > -60 for day in confirmed) >= 20
    assert sum("lat" not in asset for asset in assets) >= 8


@pytest.mark.parametrize("asset", content("assets")["assets"], ids=lambda asset: asset["key"])
def test_an_asset_refers_to_what_is_there(asset):
    assert asset["example"] is True
    priorities = keys(content("plan")["priorities"], "slug")
    assert asset.get("main") in priorities | {None}
    assert set(asset["supports"]) <= priorities - {asset.get("main")}
    assert asset.get("group") in keys(content("groups")["groups"]) | {None}
    assert asset["ward"] in BOARD_WARDS
    assert set(asset["access"]) <= content("assets")["access"].keys()
    assert ("lat" in asset) == ("lon" in asset)
    assert asset["added"] < 0
    if "confirmed" in asset:
        assert asset["added"] <= asset["confirmed"] < 0
        assert asset["confirmed_by"] in {"group", "officer", "visitor"}
    assert (asset["state"] == "returned") == ("reason" in asset)
    if asset["kind"] == "individual":
        assert "lat" not in asset
        assert "website" not in asset


def test_points_lie_in_the_schematic_cell_of_their_ward():
    cells = cells_of(ROOT / content("council")["schematic"]["file"])
    for name, lat, lon, in_one_of in points():
        assert any(cells[ward].contains(Point(lon, lat)) for ward in in_one_of), name


@pytest.mark.shared
def test_points_lie_in_the_official_ward_too():
    path = ROOT / "../shared/geodata/nl_wards_2022.geojson"
    if not path.exists():
        pytest.skip("the reference shelf is not here")
    wards = cells_of(path)
    for name, lat, lon, in_one_of in points():
        assert any(wards[ward].contains(Point(lon, lat)) for ward in in_one_of), name


def points():
    for asset in content("assets")["assets"]:
        if "lat" in asset:
            yield asset["name"], asset["lat"], asset["lon"], [asset["ward"]]
    for proposal in ALL_PROPOSALS:
        if "lat" in proposal:
            yield proposal["title"], proposal["lat"], proposal["lon"], proposal["wards"]


def cells_of(path):
    features = json.loads(path.read_text())["features"]
    return {f["properties"]["ward_code"]: shape(f["geometry"]) for f in features}


@pytest.mark.parametrize("proposal", ALL_PROPOSALS, ids=lambda proposal: proposal["key"])
def test_a_proposal_adds_up_and_refers_to_what_is_there(proposal):
    assert proposal["cost_pence"] == sum(line["pence"] for line in proposal["costs"])
    assert all(line["pence"] > 0 for line in proposal["costs"] + proposal.get("match", []))
    assert proposal["state"] in set(ProposalState)
    assert 0 < proposal.get("minimum_pence", 1) < proposal["cost_pence"]
    assert proposal["example"] is True
    assert proposal["group"] in keys(content("groups")["groups"])
    assert proposal["priority"] in keys(content("plan")["priorities"], "slug")
    assert proposal["wards"]
    assert set(proposal["wards"]) <= set(BOARD_WARDS)
    assets = keys(content("assets")["assets"])
    assert {tie["asset"] for tie in proposal.get("assets", [])} <= assets
    for question in proposal.get("questions", []):
        assert question["answered"]
    assert ("reason" in proposal) == (proposal["state"] in {"returned", "withdrawn"})


@pytest.mark.parametrize("proposal", ALL_PROPOSALS, ids=lambda proposal: proposal["key"])
def test_a_cost_line_that_states_its_sum_states_it_right(proposal):
    for line in proposal["costs"]:
        sum_ = re.fullmatch(r"[^,]+, (\d+) (?:\w+ )?at £([\d.]+)", line["what"])
        if sum_:
            assert round(int(sum_[1]) * float(sum_[2]) * 100) == line["pence"], line["what"]


def test_the_open_round_has_forty_proposals_of_every_size_priority_and_ward():
    rows = on_the_ballot("small-grants")
    assert len(rows) == 40
    costs = [row["cost_pence"] for row in rows]
    assert (min(costs), max(costs)) == (400_00, 15_000_00)
    assert sum(costs) == 222_459_25
    assert {row["priority"] for row in rows} == keys(content("plan")["priorities"], "slug")
    for ward in BOARD_WARDS:
        assert sum(row["wards"] == [ward] for row in rows) >= 4
    assert sum(len(row["wards"]) == 3 for row in rows) >= 10


def test_the_open_round_shows_a_duplicate_and_two_that_were_returned():
    left_out = [row for row in PROPOSALS["small-grants"] if row["state"] != "on_ballot"]
    duplicate, too_dear, returned = left_out
    assert duplicate["state"] == "withdrawn"
    assert duplicate["joined_with"] in keys(on_the_ballot("small-grants"))
    assert too_dear["state"] == returned["state"] == "returned"
    assert too_dear["cost_pence"] > ROUNDS["small-grants"]["max_cost_pence"]
    assert returned["cost_pence"] <= ROUNDS["small-grants"]["max_cost_pence"]


@pytest.mark.parametrize("key", ROUNDS)
def test_a_round_is_complete(key):
    row = ROUNDS[key]
    groups = {group["key"]: group for group in content("groups")["groups"]}
    assert groups[row["funder"]]["kind"] == "funder"
    assert row["board"] in keys(content("council")["boards"])
    assert row["conditions"]
    assert row["rule"]["tie_break"] == "cost"
    assert row["vote_type"] in set(VoteType)
    numbers = keys(PROPOSALS[key], "number")
    assert numbers == set(range(1, len(numbers) + 1))
    assert keys(PROPOSALS[key])
    if "lot" in row:
        assert sorted(row["lot"]) == sorted(p["number"] for p in on_the_ballot(key))
    for proposal in on_the_ballot(key):
        assert row["min_cost_pence"] <= proposal["cost_pence"] <= row["max_cost_pence"]
    for venue in row.get("venues", []):
        assert phase(row, "voting")["opens"]["day"] <= venue["day"]
        assert venue["day"] <= phase(row, "voting")["closes"]["day"]


@pytest.mark.parametrize("key", ROUNDS)
def test_a_rounds_phases_follow_each_other_without_a_gap(key):
    phases = ROUNDS[key]["phases"]
    assert [row["kind"] for row in phases] == list(PhaseKind)[1:]
    for row, following in pairwise(phases):
        assert moment(row["opens"]) < moment(row["closes"]) == moment(following["opens"])
    submission = phase(ROUNDS[key], "submission")
    for proposal in PROPOSALS[key]:
        assert submission["opens"]["day"] <= proposal["sent_in"] < submission["closes"]["day"]
    dates = [moment(row["when"]) for row in ROUNDS[key]["dates"]]
    assert dates == sorted(dates)


@pytest.mark.parametrize("key", ["small-grants", "last-year"])
def test_two_people_sealed_a_round_before_voting_opened(key):
    sealed = ROUNDS[key]["sealed"]
    assert sealed["asked_by"] != sealed["by"]
    assert {sealed["asked_by"], sealed["by"]} <= keys(content("people")["people"])
    assert moment(sealed) < moment(phase(ROUNDS[key], "voting")["opens"])


def test_on_the_day_of_loading_one_round_votes_one_is_done_and_one_takes_proposals():
    assert phase(ROUNDS["small-grants"], "voting")["opens"]["day"] < 0
    assert phase(ROUNDS["small-grants"], "voting")["closes"]["day"] == 9
    assert phase(ROUNDS["last-year"], "published")["opens"]["day"] < 0
    assert phase(ROUNDS["community-spaces"], "submission")["opens"]["day"] < 0
    assert phase(ROUNDS["community-spaces"], "submission")["closes"]["day"] == 21
    meetings = {meeting["day"] for meeting in content("council")["meetings"]}
    (noted,) = [row for row in ROUNDS["small-grants"]["dates"] if row["key"] == "noted"]
    assert noted["when"]["day"] in meetings


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        (Board, content("council")["boards"]),
        (Plan, [content("plan")["plan"]]),
        (PriorityVersion, content("plan")["priorities"]),
        (Account, content("people")["people"]),
        (Organisation, content("groups")["groups"]),
        (Asset, content("assets")["assets"]),
        (Round, list(ROUNDS.values())),
        (Proposal, ALL_PROPOSALS),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_texts_fit_in_the_columns_of_their_name(model, rows):
    for column in model.__table__.columns:
        longest = getattr(column.type, "length", None)
        for row in rows if longest else []:
            assert len(str(row.get(column.name, ""))) <= longest, (column.name, row)


def test_listening_and_words_are_there():
    priorities = keys(content("plan")["priorities"], "slug")
    assert {row["priority"] for row in content("rounds")["listening"]} == priorities
    words = content("content")
    assert len(words["faq"]) == len(keys(words["faq"])) >= 10
    assert words["trust"]["promises"]
    assert words["trust"]["limits"]


def phase(row, kind):
    return next(phase for phase in row["phases"] if phase["kind"] == kind)


def moment(row):
    return row["day"], row["time"]
