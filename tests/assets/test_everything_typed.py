"""All that can be said about an entry: typed, kept, shown, and there again to be edited."""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import Asset, AssetKind, Cost, Precision
from pbapp.db import db
from tests.assets.factories import make_asset
from tests.assets.test_add import at_more, at_where, only_asset, step
from tests.client import Browser, Page
from tests.world import World

TIME = {
    "sessions-0-days": ["1", "3"],
    "sessions-0-opens": "10:00",
    "sessions-0-closes": "12:00",
}
ALL: dict[str, Any] = {
    **TIME,
    "sessions-0-repeat": "0.2",
    "sessions-0-starts_on": "2020-01-07",
    "sessions-0-note": "not in July",
    "cost": "paid",
    "cost_words": "£2",
    "join_by": "booking",
    "age_from": "16",
    "eligibility": "Anybody",
    "audience": ["carers"],
    "access_terms": ["step_free", "bus"],
    "access": "Ring the bell",
    "themes": ["contact"],
    "contact_name": "The desk",
    "contact_phone": "01236 000 000",
    "contact_email": "desk@example.org",
    "contact_consent": "y",
    "story": "It was a mine.",
    "story_rights": "The heritage group, who agree",
}


def filled(page: Page) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in page.form().filled({}):
        kept.setdefault(name, []).append(value)
    return kept


def test_everything_is_kept_shown_and_there_to_be_edited(
    resident: Browser, officer: Browser, stranger: Browser, world: World
) -> None:
    where = {"postcode": "ZZ7 1AA", "shown_as": "ward", "serves": ["S13003050"]}
    where["serves"] = [world.wards[10].gss_code]
    check = step(resident, at_more(resident, **where), ALL)
    for said in ("Every 2 weeks on Tuesday and Thursday", "£2", "16 and over", "Everybody sees"):
        assert said in check.text
    resident.submit(check)
    asset = only_asset()
    assert (asset.cost, asset.shown_as, asset.postcode) == (Cost.PAID, Precision.WARD, None)

    page = officer.get(f"/assets/{asset.id}/edit")
    again = filled(page)
    for name, value in {**ALL, **where}.items():
        assert again[name] == (value if isinstance(value, list) else [value]), name
    officer.submit(page, {"summary": "A better line."})
    db.session.expire_all()
    assert (only_asset().summary, len(only_asset().sessions)) == ("A better line.", 1)
    assert only_asset().contact is not None


def test_the_page_tells_the_facts_and_the_contact_as_links(
    resident: Browser, stranger: Browser, world: World
) -> None:
    resident.submit(step(resident, at_more(resident), ALL))
    asset = only_asset()
    asset.state = make_asset(world, "Other").state
    asset.shown_as = Precision.STREET
    assert asset.contact
    asset.contact.phone = "+44 (0)1236 000-000"
    db.session.commit()
    page = stranger.get(f"/assets/{asset.id}")
    for said in (
        "Every 2 weeks on Tuesday and Thursday, 10am to noon (not in July)",
        "There is a charge: £2",
        "Book first",
        "16 and over",
        "Unpaid carers",
        "Step-free",
        "Ring the bell",
        "Social contact",
        "It was a mine.",
        "The heritage group, who agree",
        "Nobody looks after this entry yet.",
        "The map shows it to about 200 metres, not the door.",
    ):
        assert said in page.text
    assert page.links()["+44 (0)1236 000-000"] == "tel:+441236000000"
    assert page.links()["desk@example.org"] == "mailto:desk%40example.org"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sessions-0-days": []}, "Choose at least one day."),
    ({"sessions-0-closes": "09:00"}, "The end must be after the start"),
    ({"sessions-0-opens": ""}, "Enter when it begins"),
    ({"sessions-0-opens": "\u0661\u0660:\u0660\u0660"}, "Enter a time"),
    ({"sessions-0-closes": "25:00"}, "Enter a time"),
    ({"sessions-0-repeat": "0.2"}, "Give the first day"),
    ({"sessions-0-starts_on": "2026-13-01"}, "Enter a day"),
    ({"sessions-0-starts_on": "0026-06-06"}, "Enter a day"),
    ({"sessions-0-opens": "10:30pmx"}, "Enter a time"),
    (
        {"sessions-0-starts_on": "2026-06-06", "sessions-0-until_on": "2026-06-06"},
        "None of the days you ticked",
    ),
    (
        {**dict.fromkeys(TIME, ""), "sessions-0-days": [], "sessions-0-note": "Gala day"},
        "Choose at least one day.",
    ),
    ({"age_from": "\u0661\u0662"}, "Enter a whole number"),
    ({"age_from": "12", "age_to": "5"}, "The oldest age cannot be below"),
    ({"age_to": "9" * 5000}, "Enter a whole number"),
    ({"contact_phone": "ring me"}, "Enter a phone number in digits"),
    ({"contact_phone": "01236 000 000"}, "Tick that they agree"),
    ({"story": "It was a mine."}, "Say who tells this story"),
]


def test_what_is_wrong_is_said_and_nothing_is_lost(stranger: Browser, world: World) -> None:
    begun = at_more(stranger)
    for typed, said in WRONG:
        fields = {**TIME, "eligibility": "Anybody", **typed}
        page = stranger.submit(begun, fields, status=422)
        assert said in " ".join(page.errors()), typed
        kept = filled(page)
        for name, value in fields.items():
            assert kept.get(name, []) == (value if isinstance(value, list) else [value])
    # The draft has it too: on another device nothing is lost either.
    assert filled(stranger.get(begun.path))["story"] == ["It was a mine."]


def test_what_no_browser_sends_does_no_harm(stranger: Browser, world: World) -> None:
    odd = {
        **stranger.token(),
        "sessions-0-days": ["1", "1", "x\0"],
        "sessions-0-opens": ["10:00", "11:00"],
        "sessions-99999999999-opens": "10:00",
        "sessions-\u0663-opens": "10:00",
        "sessions-0-nonsense": "x" * 30_000,
        "cost": ["free", "paid"],
        "eligibility": "a\0b" + "x" * 30_000,
    }
    page = stranger.post(at_more(stranger).path, odd, status=422)
    assert page.errors()


def test_another_time_is_added_and_taken_away_without_javascript(
    resident: Browser, world: World
) -> None:
    page = resident.submit(
        at_more(resident), {**TIME, "description": "Half"}, press="add_time=yes", status=200
    )
    assert filled(page)["description"] == ["Half"]
    second = {name.replace("-0-", "-1-"): value for name, value in TIME.items()}
    page = resident.submit(
        page, {**second, "sessions-1-use": "free"}, press="add_time=yes", status=200
    )
    assert "Regular time 3" in page.text
    page = resident.submit(page, {}, press="drop_time=sessions-0", status=200)
    assert "Regular time 3" not in page.text
    page = resident.submit(
        page,
        {"sessions-1-opens": "07:30pm", "sessions-1-closes": "1.15 a.m.", "age_to": "x"},
        status=422,
    )
    assert filled(page)["sessions-0-opens"] == ["19:30"]
    resident.submit(step(resident, page, {"age_to": ""}))
    assert [row.use.value for row in only_asset().sessions] == ["free"]
    assert [(row.opens, row.closes) for row in only_asset().sessions] == [(1170, 1515)]


def test_where_somebody_lives_shows_the_ward_only(
    resident: Browser, stranger: Browser, world: World
) -> None:
    page = step(resident, at_more(resident, postcode="ZZ7 1AA", is_home="y"), {})
    assert "Somebody lives here" in page.text
    resident.submit(page)
    asset = only_asset()
    assert (asset.lat, asset.postcode, asset.shown_as) == (None, None, Precision.WARD)


def test_the_place_of_a_groups_other_entry_is_taken_over(
    group_member: Browser, resident: Browser, world: World
) -> None:
    make_asset(
        world,
        "The big hall",
        organisation_id=world.group.id,
        postcode="ZZ7 1AA",
        where_words="By the canal",
    )
    page = at_where(group_member)
    same = str(db.session.query(Asset).one().id)
    there = step(group_member, page, {"same_as": same}, press="use_place=yes")
    assert filled(there)["where_words"] == ["By the canal"]
    assert filled(there)["lat"] == ["55.86710"]
    assert "same_as" not in filled(at_where(resident))
    forged = {**resident.token(), "same_as": same, "use_place": "yes"}
    elsewhere = at_where(resident)
    back = resident.follow(resident.post(elsewhere.path, forged))
    assert filled(back)["where_words"] == [""]


def test_an_entry_of_a_group_needs_a_member(
    group_member: Browser, resident: Browser, world: World
) -> None:
    for browser, kind in (
        (group_member, "place"),
        (group_member, "individual"),
        (resident, "place"),
    ):
        page = step(
            browser,
            browser.get(f"/assets/new?group={world.group.id}"),
            {"kind": kind, "name": f"A {kind}", "summary": "A hall."},
        )
        browser.submit(step(browser, step(browser, page, {"postcode": "ZZ7 1AA"}), {}))
    everything = db.session.query(Asset).all()
    kept = {(asset.submitted_by_id, asset.kind): asset.organisation_id for asset in everything}
    assert kept == {
        (world.group_member.id, AssetKind.PLACE): world.group.id,
        (world.group_member.id, AssetKind.INDIVIDUAL): None,
        (world.resident.id, AssetKind.PLACE): None,
    }


def test_a_gift_keeps_nothing_that_leads_to_the_person(resident: Browser, world: World) -> None:
    over = {"sessions-0-until_on": "2020-02-04"}
    page = step(resident, at_more(resident), {**ALL, **over, "website": "https://example.org"})
    assert "(not in July) (this is over already)" in page.text
    again = resident.get(page.links()["Change What it is"])
    resident.submit(step(resident, again, {"kind": "individual"}))
    asset = only_asset()
    assert (asset.contact, asset.sessions, asset.website, asset.story) == (None, [], None, "")
