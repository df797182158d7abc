"""Officers write the next version of a plan; nobody else sees it until it is published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.plans import queries
from pbapp.plans.drafting.forms import slug_of
from pbapp.plans.models import ActionStatus, Driver, DriverKind, Plan, PlanDraft
from tests.client import Browser, Page
from tests.world import World

EDIT = "/boards/coatbridge/plan/edit"
SOON = timedelta(days=20)


def begin(officer: Browser) -> Page:
    officer.submit(officer.get(EDIT))
    return officer.get(EDIT)


def the_draft() -> PlanDraft:
    return db.session.scalars(select(PlanDraft).order_by(PlanDraft.id.desc())).first()  # type: ignore[return-value]


def entry_path(slug: str, part: str, at: int = 0) -> str:
    priority = next(one for one in the_draft().content["priorities"] if one["slug"] == slug)
    return f"{EDIT}/priorities/{slug}/{part}/{priority[part][at]['key']}"


def publish(officer: Browser, on: date, status: int = 303) -> Page:
    page = officer.get(f"{EDIT}/publish")
    return officer.submit(page, {"starts_on": on.isoformat()}, status=status)


def test_a_version_is_copied_changed_and_published_from_a_day_on(
    officer: Browser, stranger: Browser, world: World
) -> None:
    page = begin(officer)
    for title in ("Poverty", "Mental Health", "Digital Inclusion"):
        assert title in page.text
    officer.submit(
        officer.get(f"{EDIT}/about"), {"title": "The plan to 2032", "ends_on": "2032-12-31"}
    )
    officer.submit(officer.get(f"{EDIT}/priorities/poverty"), {"why": "Heating costs more."})
    officer.submit(
        officer.get(f"{EDIT}/priorities/poverty/actions/new"),
        {"words": "Open warm rooms.", "lead": "VANL", "partners": "NHS\n\n  Police  Scotland"},
    )
    officer.submit(
        officer.get(f"{EDIT}/priorities/poverty/drivers/new"),
        {"kind": "improvement", "name": "A programme", "reviewed_on": "2025-01-31"},
    )
    officer.submit(
        officer.get(f"{EDIT}/priorities/poverty/indicators/new"),
        {
            "name": "Share helped",
            "unit": "%",
            "direction": "up",
            "source": "VANL",
            "decimals": "1",
            "least": "0",
            "most": "100",
        },
    )
    officer.submit(
        officer.get(f"{EDIT}/priorities/new"),
        {"title": "Getting about", "summary": "Buses.", "why": "None left.", "success": "Some."},
    )
    press(officer, f"{EDIT}/priorities/digital-inclusion/remove")
    assert "Heating costs more." not in stranger.get("/boards/coatbridge/priorities/poverty").text
    begins = clock.today() + SOON
    done = publish(officer, begins)
    assert (done.location or "").endswith(f"/plan/{begins.isoformat()}")

    with time_machine.travel(clock.now() + SOON, tick=False):
        seen = stranger.get("/boards/coatbridge/priorities/poverty")
        for said in ("Heating costs more.", "Open warm rooms.", "Led by VANL, with NHS, Police"):
            assert said in seen.text
        assert "A programme" in seen.text
        whole = stranger.get(done.location or "")
        assert "New in this plan" in whole.text
        for said in ("Was: People told us Poverty matters.", "Now: Heating costs more."):
            assert said in whole.text, "what was changed is public with the version"
        assert "not in the plan of today" in (
            stranger.get("/boards/coatbridge/priorities/digital-inclusion").text
        )
        stranger.get("/boards/coatbridge/priorities/getting-about")
    assert [e.verb for e in db.session.scalars(select(Event).order_by(Event.number))] == [
        "plan.draft_begun",
        "plan.adopted",
    ]


def press(officer: Browser, action: str) -> Page:
    page = officer.get(EDIT)
    forms = [f.get("action") for f in page.root.iter("form")]
    main = page.root.find(".//main")
    inside = [f.get("action") for f in main.iter("form")] if main is not None else []
    assert action in forms, forms
    return officer.submit(page, form=inside.index(action))


def test_pressing_twice_changes_nothing_more(officer: Browser, world: World) -> None:
    page = officer.get(EDIT)
    officer.submit(page)
    officer.submit(page)
    assert db.session.query(PlanDraft).count() == 1
    new = officer.get(f"{EDIT}/priorities/poverty/aims/new")
    officer.submit(new, {"words": "Warmth."})
    officer.submit(new, {"words": "Warmth."})
    assert [aim["words"] for aim in the_draft().content["priorities"][0]["aims"]] == [
        "Know more about Poverty.",
        "Warmth.",
    ]
    form = officer.get(f"{EDIT}/publish")
    assert "everybody can also read what was changed while it was written" in form.text
    assert "everybody can also read what was changed" in officer.get(EDIT).text
    given = {"starts_on": (clock.today() + SOON).isoformat()}
    officer.submit(form, given)
    officer.post(
        f"{EDIT}/publish", {**given, "csrf_token": form.form().filled({})[0][1]}, status=404
    )
    assert db.session.query(Plan).count() == 2


def test_who_saves_second_sees_what_the_first_did(
    officer: Browser, second_officer: Browser, world: World
) -> None:
    begin(officer)
    path = f"{EDIT}/priorities/poverty"
    stale = second_officer.get(path)
    officer.submit(officer.get(path), {"why": "The first why."})
    officer.submit(officer.get(f"{EDIT}/about"), {"title": "Another part"})
    page = second_officer.submit(stale, {"why": "The second why."}, status=409)
    assert "Changed by somebody else meanwhile" in page.text
    assert "Now: The first why." in page.text
    assert "The second why." in page.html
    second_officer.submit(page)
    assert the_draft().content["priorities"][0]["why"] == "The second why."
    entry = second_officer.get(entry_path("poverty", "actions"))
    press(officer, entry_path("poverty", "aims") + "/remove")
    second_officer.submit(entry, {"words": "Other parts are no conflict."})
    gone = second_officer.get(entry_path("mental-health", "aims"))
    press(officer, gone.path + "/remove")
    page = second_officer.submit(gone, {"words": "Mine"}, status=404)


def test_what_is_typed_waits_behind_a_sign_in_that_ran_out(officer: Browser, world: World) -> None:
    begin(officer)
    page = officer.get(f"{EDIT}/priorities/poverty")
    accounts.sign_out_everywhere(account=world.officer)
    db.session.commit()
    away = officer.submit(page, {"why": "Long typed."})
    assert "/account/sign-in" in (away.location or "")
    token = accounts.sign_in(account=world.officer)
    db.session.commit()
    with officer.client.session_transaction() as session:
        session["_user_id"] = token
    page = officer.get(f"{EDIT}/priorities/poverty")
    assert "What you typed has been kept" in page.text
    assert "Long typed." in page.html
    officer.submit(page)
    assert the_draft().content["priorities"][0]["why"] == "Long typed."


def test_how_actions_and_strategies_stand_is_taken_when_it_is_published(
    officer: Browser, world: World
) -> None:
    version = world.plan.versions[0]
    driver = Driver(
        priority_version_id=version.id, position=1, kind=DriverKind.LOCAL, name="A strategy"
    )
    db.session.add(driver)
    db.session.commit()
    begin(officer)
    path = "/boards/coatbridge/priorities/poverty"
    officer.submit(officer.get(entry_path("poverty", "actions")), {"words": "Put in other words."})
    officer.submit(
        officer.get(f"{path}/actions/{version.actions[0].id}"),
        {"status": "under_way", "progress": "Since the draft was begun."},
    )
    officer.submit(officer.get(f"{path}/drivers/{driver.id}"), {"reviewed_on": "2026-01-01"})
    publish(officer, clock.today() + SOON)
    newest = queries.list_plans(world.board.id)[0]
    (action,) = queries.load_whole(newest)[0].actions
    assert (action.text, action.status) == ("Put in other words.", ActionStatus.UNDER_WAY)
    assert action.continues_id == version.actions[0].id
    assert queries.load_whole(newest)[0].drivers[0].reviewed_on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("about", {"title": " "}, "Fill this in."),
        ("about", {"ends_on": "2020-01-01"}, "Enter a day that is still to come."),
        ("priorities/new", {"title": "Ö", "slug": "Not so"}, "Use small letters"),
        ("priorities/new", {"title": "New"}, "Use small letters"),
        ("priorities/new", {"title": "Poverty"}, "has a priority with this address already"),
        ("priorities/poverty", {"title": "x" * 121}, "Use 120 characters or fewer."),
        ("priorities/poverty/actions/new", {"words": ""}, "Fill this in."),
        ("priorities/poverty/actions/new", {"due_on": "2020-01-01"}, "still to come"),
        ("priorities/poverty/aims/new", {"key": "../../etc"}, "Open it once more."),
        ("priorities/poverty/drivers/new", {"kind": None}, "Pick what it is."),
        ("priorities/poverty/drivers/new", {"reviewed_on": "2999-01-01"}, "has not come yet"),
        ("priorities/poverty/indicators/new", {"least": "ten"}, "at most 0 digits"),
        ("priorities/poverty/indicators/new", {"least": "5", "most": "4"}, "more than the least"),
        ("priorities/poverty/indicators/new", {"direction": None}, "Pick which way is better."),
        ("publish", {"starts_on": "2020-01-01"}, "A plan begins today or later"),
        ("publish", {"starts_on": "2199-01-01"}, "It would end before it begins"),
        ("publish", {"starts_on": ""}, "Enter the day."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    officer: Browser, world: World, path: str, given: dict[str, str | None], said: str
) -> None:
    begin(officer)
    usual = {
        "actions": {"words": "Act."},
        "aims": {"words": "Aim."},
        "drivers": {"kind": "local", "name": "A strategy"},
        "indicators": {"name": "A figure", "direction": "up", "source": "A survey"},
        "priorities": {"title": "T", "summary": "S", "why": "W", "success": "Good"},
    }
    part = path.split("/")[2] if path.count("/") == 3 else path.split("/")[0]
    page = officer.get(f"{EDIT}/{path}")
    page = officer.submit(page, {**usual.get(part, {}), **given}, status=422)
    assert any(said in error for error in page.errors()), page.errors()


def test_a_draft_says_what_it_lacks_and_can_be_thrown_away(
    officer_elsewhere: Browser, world: World
) -> None:
    edit = "/boards/airdrie/plan/edit"
    officer_elsewhere.submit(officer_elsewhere.get(edit))
    page = officer_elsewhere.get(edit)
    for said in ("Say which day the plan runs until.", "Add a priority."):
        assert said in page.text
    form = officer_elsewhere.get(f"{edit}/publish")
    given = {"starts_on": clock.today().isoformat()}
    page = officer_elsewhere.submit(form, given, status=422)
    assert page.errors() == ["Something is missing still. The list of the draft says what."]
    page = officer_elsewhere.get(edit)
    main = page.root.find(".//main")
    forms = [f.get("action") for f in main.iter("form")] if main is not None else []
    officer_elsewhere.submit(page, form=forms.index(f"{edit}/throw-away"))
    assert "Begin the next version" in officer_elsewhere.get(edit).text
    officer_elsewhere.get(f"{edit}/about", 404)


def test_only_a_clerk_or_a_voting_lead_of_the_board_writes_its_plan(
    officer: Browser,
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
) -> None:
    begin(officer)
    paths = [
        f"{EDIT}{then}"
        for then in ("", "/about", "/publish", "/priorities/new", "/priorities/poverty")
    ]
    for path in [*paths, entry_path("poverty", "aims"), f"{EDIT}/priorities/poverty/aims/new"]:
        assert "/account/sign-in" in stranger.get(path, 303).location
        for browser in (resident, board_member, officer_elsewhere):
            browser.refused(path)
    assert the_draft().content["priorities"][0]["why"] == "People told us Poverty matters."
    assert "Write the next version" not in board_member.get("/boards/coatbridge/plan").text


def test_an_address_is_made_of_a_title() -> None:
    made = [slug_of(title) for title in ("Fuel poverty & food", "Àite Còmhnaidh", "—", "a" * 80)]
    assert made == ["fuel-poverty-food", "aite-comhnaidh", "", "a" * 60]
