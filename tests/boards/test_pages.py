"""The pages of a board and its wards."""

from __future__ import annotations

from pbapp import clock
from pbapp.assets.models import AssetKind, AssetState, Status
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.world import World


def test_the_boards_are_listed(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/")
    assert page.links()["Coatbridge Community Board"] == "/boards/coatbridge"


def test_before_anything_is_set_up_the_list_says_so(stranger: Browser) -> None:
    assert "No board has been set up yet" in stranger.get("/boards/").text


def test_a_board_shows_what_it_works_on_and_where(stranger: Browser, world: World) -> None:
    make_asset(world, main="poverty")
    make_asset(world, "Club", supports=["poverty"], **without_point())
    make_asset(world, "Waits", main="poverty", state=AssetState.WAITING)
    page = stranger.get("/boards/coatbridge")

    assert page.h1 == "Coatbridge Community Board"
    links = page.links()
    assert links["Poverty"] == "/boards/coatbridge/priorities/poverty"
    assert links["Read the plan"] == "/boards/coatbridge/plan"
    assert links["Coatbridge North"] == "/boards/coatbridge/wards/S13003048"
    assert "Airdrie Central" not in links
    assert "2 entries on the map help with this" in page.text
    assert links["2 entries on the map in Coatbridge North"] == (
        "/assets?board=coatbridge&ward=S13003048"
    )


def test_a_board_without_plan_or_entries_says_so(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/airdrie")
    assert page.h1 == "Airdrie Community Board"
    assert "This board has no plan yet." in page.text
    assert "No entries on the map yet" in page.text
    assert "Nothing is being decided just now." in page.text


def test_a_board_that_is_not_there(stranger: Browser, world: World) -> None:
    for path in (
        "/boards/nowhere",
        "/boards/nowhere/plan",
        "/boards/nowhere/wards/7",
        "/boards/%00",
        "/boards/coatbridge/priorities/%00",
        "/boards/coatbridge/wards/%00",
        "/assets?board=%00",
    ):
        stranger.get(path, status=404)


def test_a_ward_counts_what_is_there_and_leads_to_it(stranger: Browser, world: World) -> None:
    make_asset(world)
    make_asset(world, "Club", kind=AssetKind.ASSOCIATION)
    make_asset(world, "Canal", area_id=world.wards[10].id)
    page = stranger.get("/boards/coatbridge/wards/S13003048")

    assert page.h1 == "Coatbridge North"
    assert "2 entries on the map are in this ward." in page.text
    assert page.links()["Groups and clubs"] == (
        "/assets?board=coatbridge&ward=S13003048&kind=association&based=y"
    )


def test_home_and_board_say_how_sure_the_map_is(stranger: Browser, world: World) -> None:
    assert "confirmed within a year" not in stranger.get("/boards/coatbridge").text
    make_asset(world, confirmed_at=clock.now())
    make_asset(world, "Club", status=Status.PAUSED)
    make_asset(world, "Gone", status=Status.CLOSED)
    for path in ("/", "/boards/coatbridge"):
        assert "50% confirmed within a year" in stranger.get(path).text


def test_an_empty_ward_invites(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/coatbridge/wards/S13003051")
    assert page.links()["Add something"] == "/assets/new?board=coatbridge"


def test_a_wards_number_leads_to_its_lasting_address(stranger: Browser, world: World) -> None:
    for form in ("7", "s13003048"):
        for page in ("", "/sheet", "/sheet/a4.pdf"):
            led = stranger.get(f"/boards/coatbridge/wards/{form}{page}?print=large", status=302)
            assert led.location == f"/boards/coatbridge/wards/S13003048{page}?print=large"


def test_a_ward_of_another_board_is_not_this_boards(stranger: Browser, world: World) -> None:
    world.wards[11].number = None  # a council's file may number none
    for code in ("9", "S13003050", "nonsense", "None"):
        stranger.get(f"/boards/coatbridge/wards/{code}", status=404)


def test_a_board_with_many_entries_takes_as_many_queries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    def queries() -> int:
        count_queries.reset()
        stranger.get("/boards/coatbridge")
        return count_queries.number

    make_asset(world, main="poverty")
    few = queries()
    for n in range(10):
        make_asset(world, f"Number {n}", main="poverty", area_id=world.wards[10].id)
    assert queries() == few
