"""Each way of voting on a phone: by keys and buttons with script, and by plain fields without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pbapp.db import db, write_transaction
from pbapp.rounds.queries import find_round
from pbapp.rounds.sealing import digest
from tests.ballots.walk import newest_code
from tests.browser.harness import PHONE, NewPage, OwnSite, review, screenshot

USUAL: dict[str, Any] = {
    "vote_type": "approval",
    "min_choices": None,
    "max_choices": None,
    "within_pot": True,
    "pots_per_voter": "each",
}
ROUND = "/rounds/small-grants"
POTS = (
    {"id": "1", "name": "Warm places", "budget_pence": 40_000_00},
    {"id": "2", "name": "Everything else", "budget_pence": 90_000_00},
)


def seal_as(site: OwnSite, pots: bool = False, **config: Any) -> None:
    """The demo's open round, sealed with another way of voting."""
    with site.app.app_context(), write_transaction():
        round = find_round("small-grants")
        assert round is not None
        assert round.config is not None
        projects = [
            {**row, "pot": "12"[place >= 4] if pots else "1"}
            for place, row in enumerate(round.config["projects"][:9])
        ]
        one = [{**POTS[1], "name": "Community pot"} | {"id": "1"}]
        purses = list(POTS) if pots else one
        round.config = {**round.config, "projects": projects, "pots": purses, **USUAL, **config}
        round.config_hash = digest(round.config)
        db.session.commit()


def enter(page: Page, site: OwnSite) -> None:
    """Steps 1 and 2."""
    page.goto(f"{ROUND}/vote")
    page.get_by_label("I live here").check()
    page.get_by_label("Postcode of that place").fill("zz7 1aa")
    page.get_by_label("Your full name").fill("Example Robin")
    page.get_by_label("Your age group").select_option(label="35 to 44")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Your e-mail address").fill("robin@example.org")
    page.get_by_role("button", name="Send me a code").click()
    with site.app.app_context():
        page.get_by_label("The 6-digit code").fill(newest_code())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Choose projects")


def send(page: Page, name: str, *said: str) -> None:
    """Steps 4 and 5."""
    review(page)
    screenshot(page, f"vote-{name}-choose")
    page.get_by_role("button", name="Review my vote").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review your vote")
    for text in said:
        expect(page.locator("main")).to_contain_text(text)
    review(page)
    screenshot(page, f"vote-{name}-review")
    page.get_by_role("button", name="Send my vote").click()
    expect(page.locator(".pb_sent")).to_contain_text("receipt")


def titles(page: Page) -> list[str]:
    return [
        str(item.get_attribute("data-title")) for item in page.locator("[data-ballot-item]").all()
    ]


def points(page: Page, javascript: bool) -> None:
    first, second = page.locator("[data-ballot-input]").all()[:2]
    if not javascript:
        first.fill("2")
        second.fill("7")
        page.get_by_role("button", name="Review my vote").click()
        expect(page.get_by_role("alert")).to_contain_text("One project can get 6 at most")
        assert second.input_value() == "7"
        second.fill("6")
        return
    first.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name=f"One point more: {titles(page)[1]}").click(click_count=7)
    assert (first.input_value(), second.input_value()) == ("2", "6")
    expect(page.locator("[data-ballot-text]")).to_have_text("Points given: 8 of 10. Left: 2")
    expect(page.locator("[data-ballot-live]")).to_contain_text("6 points at most")
    leaving = "() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert page.evaluate(leaving), "leaving with unsent choices does not warn"


def ranking(page: Page, javascript: bool) -> None:
    a, b, c = titles(page)[:3]
    if not javascript:
        boxes = page.locator("[data-ballot-input]").all()
        for box in boxes[:2]:
            box.select_option("1st choice")
        page.get_by_role("button", name="Review my vote").click()
        expect(page.get_by_role("alert")).to_contain_text("Two projects have the place 1")
        for box, place in zip(page.locator("[data-ballot-input]").all(), "213", strict=False):
            box.select_option(place)
        return
    for number, title in enumerate((a, b, c), 1):
        page.get_by_role("button", name=f"Choose as number {number} {title}").press("Enter")
    page.get_by_role("button", name=f"Higher {b}").press("Enter")
    expect(page.locator("[data-ballot-live]")).to_contain_text(f"{b} is number 1")
    expect(page.locator("[data-ballot-why]:visible").first).to_contain_text("You can choose 3")
    page.locator(".pb_tray summary").click()
    expect(page.locator(".pb_tray li")).to_contain_text([f"1. {b}", f"2. {a}", f"3. {c}"])


def exactly(page: Page, javascript: bool) -> None:
    boxes = page.get_by_role("checkbox").all()
    for box in boxes[:2]:
        box.press("Space")
    page.get_by_role("button", name="Review my vote").click()
    expect(page.get_by_role("alert")).to_contain_text("You have chosen 2. Choose exactly 3")
    page.get_by_role("checkbox").nth(2).check()
    if javascript:
        expect(page.locator("[data-ballot-text]")).to_have_text("You have chosen 3 of 3 projects")


def one_in_each_pot(page: Page, javascript: bool) -> None:
    expect(page.get_by_role("heading", level=2, name="Warm places")).to_be_visible()
    for pot in page.locator("[data-ballot-pot]").all():
        pot.get_by_role("radio").first.press("Space")
        expect(pot.get_by_role("radio").first).to_be_checked()


def one_pot(page: Page, javascript: bool) -> None:
    review(page)
    page.get_by_label("Everything else").check()
    page.get_by_role("button", name="Show its projects").click()
    expect(page.get_by_text("You vote in this pot: Everything else")).to_be_visible()
    page.get_by_role("checkbox").first.press("Space")


WAYS: dict[str, tuple[dict[str, Any], Callable[[Page, bool], None], str]] = {
    "points": (
        {"vote_type": "cumulative", "points_each": 10, "points_most": 6},
        points,
        "You have 2 points left",
    ),
    "ranking": ({"vote_type": "ordinal", "max_choices": 3}, ranking, "2nd choice"),
    "exactly": (
        {"min_choices": 3, "max_choices": 3, "within_pot": False},
        exactly,
        "these 3 projects",
    ),
    "one": ({"vote_type": "choose-1", "pots": True}, one_in_each_pot, "Everything else"),
    "pot": ({"pots": True, "pots_per_voter": "one"}, one_pot, "Everything else"),
}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_each_way_of_voting_works_by_keys_and_buttons_or_by_plain_fields(
    own_demo: OwnSite, new_page: NewPage, javascript: bool
) -> None:
    page = new_page(PHONE, javascript=javascript, base=own_demo.address)
    enter(page, own_demo)
    cookies = page.context.cookies()
    for name, (config, act, said) in WAYS.items():
        seal_as(own_demo, **config)
        page.context.clear_cookies()
        page.context.add_cookies(cookies)  # what was chosen another way is forgotten
        page.goto(f"{ROUND}/vote/choose")
        act(page, javascript)
        send(page, f"{name}{'' if javascript else '-plain'}", said)
