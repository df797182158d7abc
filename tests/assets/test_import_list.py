"""An officer brings a list in: looks first, presses once, and may undo it."""

from __future__ import annotations

import csv
import html
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.lists import columns, importing, incoming
from pbapp.assets.lists.models import Batch, BatchState
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetState,
    Confirmer,
    Cost,
    Precision,
    Status,
    Where,
)
from pbapp.assets.times import Session
from pbapp.assets.writing import as_session
from pbapp.boards.models import BoardArea
from pbapp.db import db
from pbapp.places.models import Area, AreaType, Postcode
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, without_point
from tests.assets.test_exports import make_rich, table
from tests.client import Browser, Page, QueryCounter
from tests.world import World

IMPORT = "/desk/assets/import"
LIST = (
    "Name,Postcode,Ward,Website,Kind,Number\n"
    "Example Bowling Club,ZZ7 1AA,,www.example.org/bowls,club,1\n"
    "Example Hall,zz101aa,Coatbridge North,,hall,2\n"
    "Far Away Club,ZZ9 1AA,,,,3\n"
    "Nowhere Club,,,,,4\n"
    "Bad Club,ZZ7 1AA,,javascript:alert(1),,5\n"
    "=HYPERLINK(1),ZZ7 1AA,,,,6\n"
    "Example Bowls Club,ZZ7 1AA,,,,7\n"
    "A gift,ZZ7 1AA,,,individual,8\n"
    "Ward Club,,coatbridge south,,,9\n"
    "Gap Club,ZZ99 9ZZ,,,,10\n"
)


def send(officer: Browser, text: str = LIST, name: str = "list.csv", status: int = 303) -> Page:
    page = officer.get(IMPORT)
    file = (io.BytesIO(text.encode()), name)
    return officer.submit(page, {"source": "A register", "file": file}, status=status)


def rehearse(officer: Browser, text: str = LIST, **columns: str) -> Page:
    page = officer.follow(send(officer, text))
    return officer.follow(officer.submit(page, columns))


def press(officer: Browser, page: Page, what: str) -> Page:
    """Press the page's one-button form that does this."""
    actions = [form.get("action", "") for form in page.root.find(".//main").iter("form")]
    return officer.submit(
        page, form=next(i for i, action in enumerate(actions) if action.endswith(f"/{what}"))
    )


def entries() -> dict[str, Asset]:
    return {asset.name: asset for asset in db.session.scalars(select(Asset))}


def test_an_officer_sees_every_row_before_anything_comes_in(officer: Browser, world: World) -> None:
    make_asset(world, "Example Hall", area_id=world.wards[10].id)
    page = rehearse(officer, source_ref="Number")
    assert not [asset for asset in entries().values() if asset.batch_id]
    batch = db.session.scalars(select(Batch)).one()
    verdicts = {row.line: row.verdict.value for row in incoming.judge(batch, world.board)}
    assert verdicts == {
        2: "good",
        3: "likely_here",  # of that name in the ward its postcode says, whatever the list says
        4: "elsewhere",
        5: "wrong",
        6: "wrong",
        7: "wrong",
        8: "likely_here",  # much like row 2
        9: "wrong",
        10: "good",
        11: "wrong",
    }
    for words in (
        "Like row 2: Example Bowling Club",
        "Airdrie Central",
        "Say where it is",
        "add a column with the ward",
        "This cell is a formula",
        "Enter a web address",
        "never brought in from a list",
        "Bring in 2 entries",
    ):
        assert words in page.text, words
    report = officer.get(f"{page.path}/report.csv")
    assert "'=HYPERLINK(1)" in report.html


def test_one_press_brings_in_all_the_good_rows_to_be_checked(
    officer: Browser, stranger: Browser, world: World
) -> None:
    page = rehearse(officer, source_ref="Number")
    done = officer.submit(page, {"anyway": ["8"]}, form="bring")
    assert "4 entries came in. They wait to be checked" in officer.follow(done).text
    club = entries()["Example Bowling Club"]
    assert (club.state, club.area_id) == (AssetState.WAITING, world.wards[7].id)
    assert (club.where_kind, club.lat, club.postcode) == (Where.WARD, None, None)
    assert (club.source, club.source_ref, club.kind) == ("A register", "1", AssetKind.ASSOCIATION)
    assert club.website == "https://www.example.org/bowls"
    assert entries()["Example Hall"].kind is AssetKind.PLACE
    assert entries()["Ward Club"].area_id == world.wards[11].id
    stranger.get(f"/assets/{club.id}", status=404)
    assert "Example Bowling Club" not in stranger.get("/assets").text
    assert "Example Bowling Club" in officer.get("/desk").text
    batch = db.session.scalars(select(Batch)).one()
    assert (batch.state, batch.rows, batch.findings["imported"]) == (BatchState.IMPORTED, None, 4)
    done = officer.get(page.path)
    assert "6 rows stayed out" in done.text
    report = officer.get(f"{page.path}/report.csv").html
    for words in ("Airdrie Central", "'=HYPERLINK(1)", "Enter a web address"):
        assert words in report, words
    assert "Ward Club" not in report


def test_a_second_press_brings_in_nothing_more(officer: Browser, world: World) -> None:
    page = rehearse(officer)
    officer.submit(page, form="bring")
    number = len(entries())
    again = officer.submit(page, form="bring", status=409)
    assert "dealt with already" in again.errors()[0]
    assert len(entries()) == number


def test_an_imported_list_is_known_when_it_comes_again(officer: Browser, world: World) -> None:
    officer.submit(rehearse(officer, source_ref="Number"), form="bring")
    page = rehearse(officer, source_ref="Number")
    assert "There is nothing to bring in" not in page.text  # the likely double is still offered
    assert "3 rows are here already" in page.text


def test_what_changed_since_the_look_is_looked_at_again(officer: Browser, world: World) -> None:
    page = rehearse(officer)
    make_asset(world, "Example Bowling Club")
    again = officer.submit(page, {"anyway": ["8"]}, form="bring", status=409)
    assert "Something has changed" in again.errors()[0]
    assert ("anyway", "8") in again.form("bring").filled({})
    batch = db.session.scalars(select(Batch)).one()
    batch.choices = {**batch.choices, "exactness": "postcode"}  # somebody else says how exactly
    db.session.commit()
    officer.submit(again, form="bring", status=409)
    assert not [asset for asset in entries().values() if asset.batch_id]


def test_if_one_row_cannot_be_kept_none_is(
    officer: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = rehearse(officer)
    submit, done = services.submit, []

    def fail_at_the_second(**arguments: object) -> Asset:
        if done:
            raise RuntimeError("the disk is gone")
        done.append(1)
        return submit(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "submit", fail_at_the_second)
    officer.submit(page, form="bring", status=500)
    assert entries() == {}
    assert db.session.scalars(select(Batch)).one().state is BatchState.READ


def test_an_import_is_undone_but_for_what_somebody_dealt_with(
    officer: Browser, world: World
) -> None:
    done = officer.follow(officer.submit(rehearse(officer), form="bring"))
    hall = entries()["Example Hall"]
    services.approve(asset=hall, by=world.second_officer, url="https://example.org")
    db.session.commit()
    undone = officer.follow(press(officer, done, "undo"))
    assert "2 entries were removed. 1 stays" in undone.text
    assert set(entries()) == {"Example Hall"}


def test_positions_are_as_exact_as_the_officer_says(
    officer: Browser, world: World, count_queries: QueryCounter
) -> None:
    many = "".join(f"{number * 'ab'},ZZ7 1AA\n" for number in range(1, 30))
    page = rehearse(officer, f"name,postcode\nClub,ZZ7 1AA\n{many}", exactness="postcode")
    count_queries.reset()
    officer.get(page.path)
    assert count_queries.number <= 25
    officer.submit(page, form="bring")
    club = entries()["Club"]
    assert (club.where_kind, club.postcode, club.lat) == (Where.POSTCODE, "ZZ7 1AA", 55.867)


def test_only_their_ward_keeps_no_address_either(officer: Browser, world: World) -> None:
    assert "where_words" not in columns.guess(["Name", "Address"])
    text = 'Name,Address,Postcode\nClub,"14 Kirk Street, Coatbridge",ZZ7 1AA\n'
    officer.submit(rehearse(officer, text, where_words="Address"), form="bring")
    club = entries()["Club"]
    assert (club.where_words, club.shown_as) == ("", Precision.WARD)


def test_a_bad_file_is_refused_beside_the_field_and_the_rest_is_kept(
    officer: Browser, world: World
) -> None:
    page = send(officer, "name\n", status=422)
    assert "no rows below it" in page.errors()[0]
    assert 'value="A register"' in page.html
    page = officer.submit(officer.get(IMPORT), {"source": "A register"}, status=422)
    assert page.errors() == ["Choose the file."]
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_a_list_without_names_is_not_rehearsed(officer: Browser, world: World) -> None:
    page = officer.follow(send(officer, "x;Code postal\nA;ZZ7 1AA\n"))
    assert ("postcode", "Code postal") in page.form().filled({})  # known by what is in it
    again = officer.submit(page, status=422)
    assert again.errors() == ["Choose the column of names."]


def test_a_list_is_thrown_away_or_forgotten(officer: Browser, world: World) -> None:
    page = rehearse(officer)
    columns_page = officer.get(f"{page.path}/columns")
    stale = db.session.scalars(select(Batch)).one()
    db.session.expunge(stale)
    officer.follow(press(officer, page, "discard"))
    assert db.session.scalars(select(Batch)).all() == []
    officer.submit(columns_page, status=404)
    for late in (
        lambda: importing.discard(batch=stale),
        lambda: importing.choose(batch=stale, choices=incoming.Choices({"name": "Name"})),
    ):
        with pytest.raises(Refused, match="dealt with already"):
            late()
    rehearse(officer)
    db.session.scalars(select(Batch)).one().read_at = clock.now() - importing.KEPT_UNUSED_FOR * 2
    db.session.commit()
    assert importing.forget_unused() == 1


def test_nobody_else_may_bring_in_lists(
    officer: Browser,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    world: World,
) -> None:
    page = rehearse(officer)
    stranger.get(IMPORT, status=303)
    for browser in (resident, group_member, board_member, second_officer):
        browser.get(IMPORT, status=403)
    for browser in (resident, group_member, board_member, second_officer, officer_elsewhere):
        for path in ("", "/columns", "/report.csv"):
            browser.get(f"{page.path}{path}", status=403)
        token = dict(browser.get("/assets/new").form().filled({}))["csrf_token"]
        for path in ("", "/undo", "/discard"):
            browser.post(f"{page.path}{path}", data={"csrf_token": token}, status=403)
    officer_elsewhere.get(IMPORT)
    assert db.session.scalars(select(Batch)).one().state is BatchState.READ


RICH = (
    "Name,Ward,Times,Cost,Age from,Age to,Access features,Contact,Phone,Consent,Status,Serves\n"
    "Lunch,Coatbridge North,Tue 10:00-12:00,free,60,,step_free; Hearing loop,Pat,01236 1234567,yes,"
    "paused,Coatbridge West\n"
    "Chess,Coatbridge North,,,,,,Secret Sam,07700 900000,,,\n"
    "Yoga,Coatbridge North,Tuesday mornings,cheap,9,8,trampoline,,,,sometimes,Narnia\n"
)


def test_a_list_says_when_what_it_costs_and_whom_to_ask(officer: Browser, world: World) -> None:
    page = rehearse(officer, RICH)
    for words in (
        "Regular times: We do not understand the time “Tuesday mornings”",
        "Cost: Write one of: free, donation, paid, varies",
        "Oldest age: The oldest age cannot be below the youngest",
        "“trampoline” is not in our list",
        "“Narnia” is not a ward of",
        "Whom to ask is left out: the list does not say that they agree",
        "1 row names somebody to ask and does not say that they agree to be shown",
        "Bring in 2 entries",
    ):
        assert words in page.text, words
    report = officer.get(f"{page.path}/report.csv")
    assert "Whom to ask is left out" in report.html
    done = officer.follow(officer.submit(page, form="bring"))
    lunch, chess = entries()["Lunch"], entries()["Chess"]
    assert [as_session(one) for one in lunch.sessions] == [Session(0b10, 600, 720)]
    assert {term.slug for term in lunch.terms} == {"step_free", "hearing_loop"}
    assert (lunch.cost, lunch.age_from, lunch.status) == (Cost.FREE, 60, Status.PAUSED)
    assert [link.area_id for link in lunch.serves] == [world.wards[10].id]
    assert lunch.contact is not None
    assert (lunch.contact.name, lunch.contact.consent_by) == ("Pat", Confirmer.OFFICER)
    assert chess.contact is None
    assert db.session.scalars(select(Batch.rows)).one() is None
    press(officer, done, "undo")
    assert entries() == {}


def test_whom_to_ask_is_not_even_proposed_without_a_column_of_consent() -> None:
    assert "contact_phone" not in columns.guess(["Name", "Phone", "E-mail"])
    assert "contact_phone" in columns.guess(["Name", "Phone", "Consent"])


def test_a_table_that_went_out_comes_back_as_it_was(
    officer: Browser, stranger: Browser, world: World
) -> None:
    make_rich(world, "Hall", lat=55.867, lon=-4.0335, website="https://example.org/a?b=c")
    middle = {"lat": 55.867, "lon": -4.034, "shown_as": Precision.EXACT}
    make_rich(world, "-Office-", where_kind=Where.POSTCODE, **middle)
    nowhere = without_point(shown_as=Precision.WARD, postcode=None)
    make_rich(world, "Home", is_home=True, where_words="", **nowhere)
    make_asset(
        world, "Everywhere", **without_point(where_kind=Where.NOWHERE, area_id=None), summary="=1"
    )
    before = table(stranger)
    text = stranger.get("/assets.csv").html
    unchanged = officer.follow(officer.submit(officer.follow(send(officer, text))))
    assert "4 rows are here already, and nothing changes" in unchanged.text
    assert "There is nothing to bring in" in unchanged.text
    for asset in entries().values():
        db.session.delete(asset)
    db.session.commit()
    page = officer.follow(send(officer, text))
    page = officer.follow(officer.submit(page))
    assert "Bring in 4 entries" in page.text
    officer.submit(page, form="bring")
    assert table(stranger) == []
    for asset in entries().values():
        services.approve(asset=asset, by=world.officer, url="https://example.org")
    db.session.commit()
    theirs = ("id", "url", "source", "source_url", "attribution", "updated_on", "confirmed_on")
    changing = {*theirs, "review_due_on"}
    assert [_without(row, changing) for row in table(stranger)] == [
        _without(row, changing) for row in before
    ]
    again = officer.follow(officer.submit(officer.follow(send(officer, text))))
    assert "4 rows are here already" in again.text


def _without(row: dict[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.shared
def test_the_real_organisations_land_in_the_wards_of_their_postcodes(
    officer: Browser, officer_elsewhere: Browser, stranger: Browser, world: World, shared: Path
) -> None:
    wanted = _real_places(world, shared)
    text = (shared / "geodata/nl_organisations_ogl.csv").read_text()
    page = rehearse(officer, text)
    report = list(csv.DictReader(io.StringIO(officer.get(f"{page.path}/report.csv").html)))
    elsewhere = [row for row in report if row["What happens"] == "In the ward of another board"]
    assert len(report) == 125
    assert {row["Ward"] for row in elsewhere} == {
        "Airdrie North",
        "Airdrie Central",
        "Airdrie South",
    }
    assert all(row["Why"] == f"It is in {row['Ward']}." for row in elsewhere)
    officer.submit(page, form="bring")
    officer_elsewhere.submit(rehearse(officer_elsewhere, text), form="bring")
    taken = list(db.session.scalars(select(Asset)))
    got = {asset.source_ref or asset.name: asset.area.gss_code for asset in taken if asset.area}
    likely = len(wanted) - len(got)
    assert all(wanted[key] == code for key, code in got.items())
    assert likely <= 6  # branches with one name in one ward are asked about, not taken
    assert {asset.lat for asset in taken} == {asset.postcode for asset in taken} == {None}
    assert db.session.scalar(select(func.count()).where(Asset.state != AssetState.WAITING)) == 0
    one = next(a for a in taken if a.board_id == world.board.id and "OSCR" in a.source)
    everywhere = [
        *("/assets", "/assets.csv", "/assets.geojson", "/assets.jsonld", "/assets/map.json"),
        *("/assets.ics", "/assets/embed", "/openreferral/services?per_page=500"),
        *(
            "/openreferral/organizations?per_page=500",
            f"/boards/coatbridge/wards/{got[one.source_ref]}",
        ),
        f"/boards/coatbridge/wards/{got[one.source_ref]}/sheet",
    ]
    for path in everywhere:
        text = html.unescape(stranger.get(path).html)
        assert not [asset.name for asset in taken if asset.name in text], path
    stranger.get(f"/assets/{one.id}", status=404)
    services.approve(asset=one, by=world.officer, url="https://example.org")
    db.session.commit()
    for path in ("/assets", "/assets.csv", "/assets.jsonld", "/openreferral/services"):
        assert one.name in html.unescape(stranger.get(path).html), path
    assert "OGL v3.0 (OSCR)" in stranger.get(f"/assets/{one.id}").text
    assert "OGL v3.0 (OSCR)" in stranger.get("/assets.csv").html


def _real_places(world: World, shared: Path) -> dict[str, str]:
    """The real postcodes of wards 7 to 12; Coatbridge has three of them, Airdrie the others."""
    with (shared / "geodata/nl_organisations_ogl.csv").open() as file:
        organisations = list(csv.DictReader(file))
    known = {ward.gss_code: ward for ward in world.wards.values()}
    for row in organisations:
        if row["ward_code"] not in known:
            ward = Area(
                area_type=AreaType.WARD,
                gss_code=row["ward_code"],
                name=row["ward_name"],
                council_id=world.council.area_id,
            )
            db.session.add_all([ward, BoardArea(board=world.other_board, area=ward)])
            known[ward.gss_code] = ward
    wards: dict[str, str] = {}
    with (shared / "geodata/nl_postcodes_ward_cpo2020-08.csv").open() as file:
        for row in csv.DictReader(file):
            if row["ward_code"] in known:
                wards[row["postcode"]] = row["ward_code"]
                lat, lon = float(row["lat"]), float(row["lon"])
                area = known[row["ward_code"]]
                db.session.add(Postcode(postcode=row["postcode"], area=area, lat=lat, lon=lon))
    db.session.commit()
    return {row["source_ref"] or row["name"]: wards[row["postcode"]] for row in organisations}
