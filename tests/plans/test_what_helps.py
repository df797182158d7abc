"""What a priority's page says of the map: the same numbers as everywhere, both ways."""

from __future__ import annotations

import csv
import io
import json
import re

from pbapp.assets.models import AssetKind, AssetState, Status
from pbapp.db import db
from pbapp.proposals.content import Tie
from pbapp.proposals.models import AssetTie, TieKind
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, Page, QueryCounter
from tests.gaps.factories import WEEKEND, hours
from tests.proposals.factories import make_proposal, on_ballot
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

PATH = "/boards/coatbridge/priorities/poverty"
FILTER = "board=coatbridge&priority=poverty"


def number(text: str, words: str) -> int:
    found = re.search(rf"(\d+) {words}", text)
    return int(found.group(1)) if found else 0


def fill(world: World) -> None:
    """Nine that help with poverty, and some that are not on the map."""
    for n in range(4):
        make_asset(world, f"Main {n}", main="poverty")
    for n in range(2):
        make_asset(world, f"West {n}", supports=["poverty"], area_id=world.wards[10].id)
    make_asset(world, "No place", supports=["poverty"], **without_point(area_id=None))
    make_asset(world, "No point", main="poverty", **without_point())
    make_asset(world, "Winter", main="poverty", status=Status.PAUSED)
    make_asset(world, "Gone", main="poverty", status=Status.CLOSED)
    make_asset(world, "Waits", main="poverty", state=AssetState.WAITING)
    make_asset(world, "Other", main="mental-health")


def test_the_same_count_stands_on_page_list_map_and_file(stranger: Browser, world: World) -> None:
    fill(world)
    page = stranger.get(PATH)
    assert "9 entries on the map help with this: 6 most with this, 3 with this too." in page.text

    listed = stranger.get(f"/assets?{FILTER}")
    assert number(listed.text, "entries") == 9
    unpinned = number(listed.text, "of them have no point")
    features = json.loads(stranger.get(f"/assets.geojson?{FILTER}").html)["features"]
    assert len(features) + unpinned == 9
    rows = list(csv.reader(io.StringIO(stranger.get(f"/assets.csv?{FILTER}").html)))
    assert len(rows) - 1 == 9
    gaps = stranger.get("/boards/coatbridge/gaps.csv").html.removeprefix("\ufeff")
    counted = [row for row in csv.DictReader(io.StringIO(gaps)) if row["priority"] == "Poverty"]
    # Apart from them the table counts what is closed for a time, and what has no one place.
    assert sum(int(row["entries"]) for row in counted) == 9 - 1 - 1
    helps = "9 entries on the map help with this"
    assert helps in stranger.get("/boards/coatbridge").text


def test_a_wards_count_is_that_of_the_list_of_what_is_based_there(
    stranger: Browser, world: World
) -> None:
    fill(world)
    page = stranger.get("/boards/coatbridge/wards/S13003048")
    assert "7 entries on the map are in this ward." in page.text
    for kind, count in (("Places and buildings", 7), ("Poverty", 6)):
        assert f"{kind}: {count}" in page.text
        assert number(stranger.get(page.links()[kind]).text, "entries") == count
    assert number(stranger.get("/assets?board=coatbridge&ward=S13003048").text, "entries") == 7


def by_ward(page: Page) -> list[list[str]]:
    table = next(t for t in page.root.iter("table") if "By ward" in "".join(t.itertext()))
    return [["".join(c.itertext()).strip() for c in row] for row in table.iter("tr")][1:]


def test_a_gift_is_counted_in_no_ward(stranger: Browser, world: World) -> None:
    fill(world)
    make_asset(world, "Knits", main="poverty", kind=AssetKind.INDIVIDUAL, **without_point())
    page = stranger.get(PATH)
    assert by_ward(page) == [
        ["Coatbridge North", "6", "0"],
        ["Coatbridge South", "0", "0"],
        ["Coatbridge West", "0", "2"],
        ["No one ward of the board", "1", "1"],
        ["All together", "7", "3"],
    ]
    assert page.links()["Coatbridge West"].endswith("ward=S13003051&priority=poverty&based=y")


def test_a_long_list_has_pages_and_takes_as_many_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    def queries() -> int:
        count_queries.reset()
        stranger.get(PATH)
        return count_queries.number

    make_asset(world, "A first", main="poverty")
    few = queries()
    for n in range(12):
        make_asset(world, f"Number {n:02}", supports=["poverty"])
    assert queries() == few
    assert sum("FROM award JOIN" in " ".join(one.split()) for one in count_queries.statements) == 1
    first, second = stranger.get(PATH), stranger.get(f"{PATH}?page=2")
    assert first.links()["Next page"] == f"{PATH}?page=2#here"
    assert "Number 11" not in first.text
    assert "Number 11" in second.text
    assert "A first" not in second.text
    assert "There is no such page of the list." in stranger.get(f"{PATH}?page=9").text
    assert stranger.get(f"{PATH}?page=nonsense").text == first.text


def test_from_an_entry_to_its_proposals_and_what_they_won(stranger: Browser, world: World) -> None:
    count = counted_round(world)
    won = next(a for a in count.allocations if a.title == "Walking football")
    hall = make_asset(world, "Example Hall", main="poverty")
    won.proposal.ties = [AssetTie(position=0, kind=TieKind.USES, asset_id=hall.id)]
    db.session.commit()
    ties = [Tie(TieKind.USES, hall.id), Tie(TieKind.STRENGTHENS, hall.id)]
    next_round = make_round(world, slug="next")
    on_ballot(world, next_round, title="New kitchen", ties=ties)
    make_proposal(world, next_round, title="Not read yet", ties=ties)
    page = stranger.get(PATH)
    assert page.text.count("New kitchen") == 1
    assert "Walking football · Won £" in page.text
    assert "Not read yet" not in page.text


def test_what_is_missing_is_said_by_ward(stranger: Browser, world: World) -> None:
    make_asset(world, main="poverty", sessions=[hours(WEEKEND, 10, 12)])
    page = stranger.get(PATH)
    text = page.text[page.text.index("What is missing") :]
    assert "Coatbridge North has nothing for Poverty in the evening." in text
    assert "Coatbridge South has nothing for Poverty." in text
    assert "has nothing for Mental Health" not in text
    assert "100% 1 of 1 with times" in text
    assert page.links()["At the weekend: Entries that are on at the weekend"] == (
        "/boards/coatbridge/gaps?measure=weekends&priority=poverty#weekends"
    )
