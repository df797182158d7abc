"""The Open Referral UK API: what it answers, to whom, and what never comes out of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.models import (
    AssetArea,
    AssetContact,
    AssetKind,
    AssetSession,
    AssetState,
    AssetTerm,
    Confirmer,
    Cost,
    JoinBy,
    Precision,
    SessionUse,
    Status,
    Vocabulary,
    Where,
)
from pbapp.assets.oruk import checking as feed_check
from pbapp.assets.oruk import terms as vocabularies
from pbapp.assets.oruk.models import FeedCheck
from pbapp.assets.oruk.values import made_id, turned
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from tests.assets import oruk_schemas
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.world import World

API = "/openreferral"


def read(browser: Browser, path: str, status: int = 200) -> Any:
    page = browser.get(f"{API}{path}", status=status)
    assert page.response.mimetype == "application/json"
    assert page.response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in page.response.headers
    return json.loads(page.html)


def names(listed: Any) -> set[str]:
    return {service["name"] for service in listed["contents"]}


def test_the_root_says_what_this_is(stranger: Browser) -> None:
    about = read(stranger, "/")
    assert about == read(stranger, "")  # a redirect would stop another website's script
    assert about["version"] == "HSDS-UK-3.0"
    assert about["openapi_url"].startswith("https://")


def test_whatever_another_website_asks_it_may_read_the_answer(
    stranger: Browser, world: World
) -> None:
    assert "/openreferral/" in read(stranger, "/programs", status=404)["error"]
    assert read(stranger, "/services/")["empty"]
    asked = stranger.client.options(
        f"{API}/services",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-requested-with",
        },
    )
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert asked.headers["Access-Control-Allow-Headers"] == "*"


def test_an_empty_feed_is_an_empty_page(stranger: Browser, world: World) -> None:
    assert read(stranger, "/services") == {
        "total_items": 0,
        "total_pages": 0,
        "page_number": 1,
        "size": 0,
        "first_page": True,
        "last_page": True,
        "empty": True,
        "contents": [],
    }


@pytest.mark.shared
def test_every_endpoint_answers_by_the_schemas(stranger: Browser, world: World) -> None:
    make_asset(
        world, "Hall", main="poverty", opening="Mondays", access="Ramp", website="https://x.org/é"
    )
    make_asset(world, "Club", kind=AssetKind.ASSOCIATION, **without_point())
    make_asset(world, "Swap", where_kind=Where.NOWHERE, area_id=None, lat=None, lon=None)
    make_asset(world, "Found", organisation_id=world.group.id, source="A list", licence="OGL v3")
    kinds = {
        "services": ("service_list", "service"),
        "service_at_locations": ("service_at_location_list", "service_at_location"),
        "organizations": ("organization", "organization"),
        "taxonomies": ("taxonomy", "taxonomy"),
        "taxonomy_terms": ("taxonomy_term", "taxonomy_term"),
    }
    for name, (in_list, alone) in kinds.items():
        listed = read(stranger, f"/{name}")
        assert listed["contents"]
        for thing in listed["contents"]:
            whole = read(stranger, f"/{name}/{thing['id']}")
            wrong = oruk_schemas.faults("oruk", in_list, thing)
            wrong += oruk_schemas.faults("oruk", alone, whole)
            if name not in ("organizations", "service_at_locations"):  # the UK's have more
                wrong += oruk_schemas.faults("hsds", alone, whole)
            assert not wrong
    whole = read(stranger, "/services?full=true")
    assert not [f for s in whole["contents"] for f in oruk_schemas.faults("oruk", "service", s)]
    assert feed_check.look() == ([], 4)


def test_an_entry_keeps_its_ward_priorities_and_last_confirmation(
    stranger: Browser, world: World
) -> None:
    hall = make_asset(
        world,
        main="poverty",
        supports=("mental-health",),
        confirmed_at=datetime(2026, 9, 30, 12, tzinfo=UTC),
        confirmed_by=Confirmer.GROUP,
    )
    whole = read(stranger, f"/services/{hall.id}")
    assert (whole["id"], whole["assured_date"]) == (str(hall.id), "2026-09-30")
    assert [area["extent"] for area in whole["service_areas"]] == ["S13003048"]
    ties = {(a["taxonomy_term"]["name"], a["link_type"]) for a in whole["attributes"]}
    assert ties == {
        ("Places", "kind"),
        ("Poverty", "main priority"),
        ("Mental Health", "supported priority"),
    }
    place = whole["service_at_locations"][0]["location"]
    assert (place["latitude"], place["longitude"]) == (hall.lat, hall.lon)
    assert whole == read(stranger, f"/services/{hall.id}")
    assert whole["organization_id"] == vocabularies.board_id(world.board)


def test_what_is_private_or_unchecked_never_comes_out(stranger: Browser, world: World) -> None:
    gift = make_asset(world, "A gift", kind=AssetKind.INDIVIDUAL, **without_point())
    waiting = make_asset(world, "Not yet", state=AssetState.WAITING)
    make_asset(world, "Returned", state=AssetState.RETURNED)
    vague = make_asset(world, "Somewhere in the ward", **without_point())
    assert names(read(stranger, "/services")) == {"Somewhere in the ward"}
    assert read(stranger, "/service_at_locations")["total_items"] == 1
    assert read(stranger, "/services?minimal=true")["total_items"] == 1
    for hidden in (gift, waiting):
        read(stranger, f"/services/{hidden.id}", status=404)
        tie = turned("at", hidden.id)
        read(stranger, f"/service_at_locations/{tie}", status=404)
    place = read(stranger, f"/services/{vague.id}")["service_at_locations"][0]["location"]
    assert "latitude" not in place


def test_the_feed_comes_in_pages(stranger: Browser, world: World) -> None:
    for number in range(5):
        make_asset(world, f"Hall {number}")
    pages = [read(stranger, f"/services?per_page=2&page={page}") for page in (1, 2, 3, 4)]
    assert [page["size"] for page in pages] == [2, 2, 1, 0]
    assert [page["last_page"] for page in pages] == [False, False, True, True]
    assert (pages[0]["total_items"], pages[0]["total_pages"]) == (5, 3)
    assert len(set().union(*map(names, pages))) == 5
    least = read(stranger, "/services?minimal=true&per_page=2")
    assert (least["size"], set(least["contents"][0])) == (5, {"id", "modified_date"})


def test_the_feed_is_searched(stranger: Browser, world: World) -> None:
    make_asset(world, "Canal walk", main="poverty", organisation_id=world.group.id)
    tea = {"kind": AssetKind.ASSOCIATION, "area_id": world.wards[10].id}
    make_asset(world, "Tea club", summary="In the CAFÉ", **tea)
    term = made_id("kind", "association")
    board = vocabularies.board_id(world.board)
    priorities = made_id("taxonomy", "priorities", board)
    club = read(stranger, "/services?search=tea")["contents"][0]
    for query, expected in {
        "search=CANAL+walk": {"Canal walk"},
        "search=%25": set(),
        "search=canals": {"Canal walk"},
        "search=café": {"Tea club"},
        f"taxonomy_term_id={term}": {"Tea club"},
        f"taxonomy_id={priorities}": {"Canal walk"},
        f"taxonomy_id={term}": set(),
        f"organization_id={world.group.id}": {"Canal walk"},
        f"organization_id={club['organization_id']}": {"Tea club"},
        "postcode=zz101aa": {"Tea club"},
        "postcode=ZZ7+1AA&proximity=500": {"Canal walk", "Tea club"},
        "postcode=ZZ11+1AA&proximity=500": set(),
    }.items():
        assert names(read(stranger, f"/services?{query}")) == expected, query


def test_each_entry_has_an_organisation_that_is_found_by_its_id(
    stranger: Browser, world: World
) -> None:
    make_asset(world, "Of a group", organisation_id=world.group.id)
    make_asset(world, "Itself", kind=AssetKind.ASSOCIATION, website="https://example.org")
    make_asset(world, "The board's")
    make_asset(world, "The board's too")
    make_asset(world, "Not yet", kind=AssetKind.ASSOCIATION, state=AssetState.WAITING)
    listed = {one["id"]: one for one in read(stranger, "/organizations")["contents"]}
    third = read(stranger, "/organizations?per_page=1&page=3")
    assert (third["total_items"], third["last_page"]) == (3, True)
    assert third["contents"] == list(listed.values())[2:]
    used = {}
    for line in read(stranger, "/services")["contents"]:
        used.setdefault(line["organization_id"], []).append(line["name"])
        assert listed[line["organization_id"]] == line["organization"]
    assert set(listed) == set(used)
    assert sorted(map(len, used.values())) == [1, 1, 2]
    for id, theirs in used.items():
        one = read(stranger, f"/organizations/{id}")
        assert {line["name"] for line in one["services"]} == set(theirs)


def test_the_feed_is_asked_for_ages_days_times_and_terms(stranger: Browser, world: World) -> None:
    club = make_asset(world, "Youth club", age_from=11, age_to=17, join_by=JoinBy.DROP_IN)
    club.sessions = [AssetSession(days=0b10, opens=1080, closes=1200)]
    lunch = make_asset(world, "Lunch", age_from=60, area_id=world.wards[10].id)
    lunch.sessions = [
        AssetSession(days=0b10000, opens=720, closes=840),
        AssetSession(days=0b10, opens=600, closes=660, use=SessionUse.FREE),
        AssetSession(days=0b10, opens=600, closes=660, until_on=clock.today() - timedelta(days=1)),
    ]
    lunch.terms = [AssetTerm(vocabulary=Vocabulary.ACCESS, slug="step_free")]
    lunch.serves = [AssetArea(area_id=world.wards[7].id)]
    db.session.commit()
    step_free, drop_in = made_id("access", "step_free"), made_id("join", "drop_in")
    for query, expected in {
        "minimum_age=18": {"Lunch"},
        "maximum_age=17": {"Youth club"},
        "day=TU": {"Youth club"},
        "day=friday": {"Lunch"},
        "day=Fri&start_time=12:00&end_time=14:00": {"Lunch"},
        "day=fr&start_time=12:01": set(),
        "start_time=18:00:00": {"Youth club"},
        "end_time=15:00": {"Lunch"},
        f"taxonomy_term_id={step_free}": {"Lunch"},
        f"taxonomy_id={made_id('taxonomy', 'join')}": {"Youth club"},
        f"taxonomy_term_id={drop_in}": {"Youth club"},
        "postcode=ZZ7+1AA": {"Lunch", "Youth club"},
        "postcode=ZZ10+1AA": {"Lunch"},
    }.items():
        assert names(read(stranger, f"/services?{query}")) == expected, query
    listed = {one["name"] for one in read(stranger, "/taxonomies")["contents"]}
    assert {"Access features", "Audiences", "Place Standard themes", "Ways to join"} <= listed


def test_an_entry_says_when_for_whom_what_it_costs_and_whether_it_runs(
    stranger: Browser, world: World
) -> None:
    asset = make_asset(
        world,
        "Lunch club",
        cost=Cost.FREE,
        age_from=0,
        age_to=12,
        eligibility="Families",
        join_by=JoinBy.BOOKING,
        status=Status.PAUSED,
        alert="Back after the repairs",
        review_due_on=date(2031, 6, 30),
        shown_as=Precision.STREET,
        exact_lat=55.86791,
        exact_lon=-4.03391,
        exact_postcode="ZZ7 1AA",
    )
    asset.sessions = [
        AssetSession(
            days=0b1, opens=600, closes=1440, every=2, starts_on=date(2031, 1, 1), note="Soup"
        ),
        AssetSession(days=0b10000, opens=600, closes=660, nth=-1, until_on=date(2031, 3, 31)),
    ]
    asset.contact = AssetContact(
        name="Pat",
        phone="01236 000000",
        email="pat@example.org",
        consent_at=clock.now(),
        consent_by=Confirmer.GROUP,
    )
    db.session.commit()
    whole = read(stranger, f"/services/{asset.id}")
    said = {key: whole[key] for key in ("status", "alert", "minimum_age", "maximum_age", "email")}
    assert said == {
        "status": "temporarily closed",
        "alert": "Back after the repairs",
        "minimum_age": 0,
        "maximum_age": 12,
        "email": "pat@example.org",
    }
    assert (whole["contacts"][0]["name"], whole["cost_options"][0]["amount"]) == ("Pat", 0)
    assert "Who can come: Families" in whole["description"]
    fortnightly, monthly = whole["schedules"]
    assert (fortnightly["freq"], fortnightly["byday"], fortnightly["interval"]) == (
        "WEEKLY",
        "MO",
        2,
    )
    assert (fortnightly["dtstart"], fortnightly["valid_to"]) == ("2031-01-13", "2031-06-30")
    assert (fortnightly["opens_at"], fortnightly["closes_at"]) == ("10:00", "23:59")
    assert (monthly["byday"], monthly["valid_to"]) == ("-1FR", "2031-03-31")
    assert "55.86791" not in json.dumps(whole)
    assert "ZZ7 1AA" not in json.dumps(whole)
    asset.status, asset.contact = Status.CLOSED, None
    db.session.commit()
    closed = read(stranger, f"/services/{asset.id}")
    assert closed["status"] == "defunct"
    assert not {"schedules", "contacts", "email"} & set(closed)


def test_what_cannot_be_understood_is_said(stranger: Browser, world: World) -> None:
    for query in (
        "page=0",
        "page=-1",
        "page=%D9%A1",
        "per_page=1_0",
        "per_page=501",
        "modified_after=yesterday",
        "modified_after=9999-12-31T23:59:59-23:00",
        "taxonomy_id=no",
        "full=perhaps",
        "minimum_age=5.5",
        "maximum_age=121",
        "day=Someday",
        "start_time=24:00",
        "end_time=noon",
        "postcode=ZZ99+9ZZ",
        "proximity=5",
    ):
        assert read(stranger, f"/services?{query}", status=400)["error"], query
    for path in (
        "services/no",
        "organizations/no",
        "taxonomies/no",
        f"taxonomy_terms/{world.group.id}",
    ):
        assert read(stranger, f"/{path}", status=404)["error"]


def test_an_old_entry_approved_today_is_new_to_a_reader(stranger: Browser, world: World) -> None:
    make_asset(world, "Old")
    late = make_asset(world, "Late", state=AssetState.WAITING)
    services.approve(asset=late, by=world.officer, url="https://example.org/late")
    db.session.commit()
    since = (clock.now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    listed = read(stranger, f"/services?modified_after={since}")
    assert names(listed) == {"Late"}
    assert listed["contents"][0]["last_modified"][:10] == clock.now().date().isoformat()


def test_a_page_takes_no_more_queries_for_more_entries(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    for number in range(12):
        make_asset(world, f"Hall {number}", main="poverty", organisation_id=world.group.id)
    db.session.expire_all()
    count_queries.reset()
    read(stranger, "/services?full=true")
    assert count_queries.number <= 14


def test_the_status_page_says_when_the_feed_was_checked(stranger: Browser, world: World) -> None:
    assert "Not checked yet" in stranger.get(f"{API}/status").text
    make_asset(world)
    assert feed_check.ask_if_due()
    assert not feed_check.ask_if_due()
    db.session.commit()
    job_id = db.session.query(Job.id).scalar()
    feed_check.run(job_id=job_id)
    page = stranger.get(f"{API}/status")
    assert "The feed is valid" in page.text
    assert "1 entry was checked" in page.text
    assert not feed_check.ask_if_due()


def test_the_status_page_shows_faults(stranger: Browser, world: World) -> None:
    db.session.add(FeedCheck(at=clock.now(), services=3, faults=12, examples=["<b>one</b>"] * 10))
    db.session.commit()
    page = stranger.get(f"{API}/status")
    assert "12 faults were found" in page.text
    assert "<b>one</b>" in page.text  # as text
    assert jobs.due() == []
