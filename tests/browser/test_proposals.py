"""Proposals and the desk in a browser: narrowing down, writing one, deciding, undoing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.group import GroupMember
from tests.browser.harness import PHONE, NewPage, OwnSite, first_visit_weight, review, screenshot

LIST = "/rounds/small-grants/proposals"
KB = 1024


def sign_in(page: Page, who: str) -> None:
    page.goto("/account/password")
    page.get_by_label("Your e-mail address").fill(f"{who}@example.org")
    page.get_by_label("Your password").fill("example-password")
    page.locator("main").get_by_role("button").first.click()
    expect(page.locator("h1")).to_have_text("My account")


def titles(page: Page) -> list[str]:
    return page.locator("#results .pb_card__title").all_inner_texts()


def test_a_filter_swaps_the_list_changes_the_address_and_back_undoes_it(page: Page) -> None:
    page.goto(LIST)
    before = titles(page)
    page.get_by_label("Priority").select_option("poverty")
    expect(page).to_have_url(re.compile(r"\?priority=poverty"))
    expect(page.locator(".pb_shown")).to_contain_text("15 of 40 proposals")
    review(page)
    page.reload()
    expect(page.locator(".pb_shown")).to_contain_text("15 of 40 proposals")
    page.go_back()
    expect(page.locator(".pb_shown")).to_have_text("40 proposals")
    assert titles(page) == before


def test_of_quick_choices_on_a_slow_line_the_last_one_counts(phone: Page) -> None:
    phone.goto(LIST)
    priority = phone.get_by_label("Priority")

    def choose_on(route: Route) -> None:
        priority.select_option("poverty")
        priority.select_option("")
        route.continue_()

    phone.route("**/proposals?*", choose_on, times=1)
    priority.select_option("mental-health")
    expect(phone).to_have_url(re.compile(r"\?priority=&"))
    expect(phone.locator(".pb_shown")).to_have_text("40 proposals")


def test_without_script_the_same_by_a_button(no_js: Page) -> None:
    no_js.goto(LIST)
    no_js.get_by_label("Priority").select_option("poverty")
    no_js.get_by_role("button", name="Show these").click()
    expect(no_js.locator(".pb_shown")).to_contain_text("15 of 40 proposals")
    review(no_js)


def test_two_visitors_see_two_orders(new_page: NewPage) -> None:
    one, two = new_page(PHONE), new_page(PHONE)
    one.goto(LIST)
    two.goto(LIST)
    assert titles(one) != titles(two)


def test_the_map_follows_the_filters(desktop: Page) -> None:
    desktop.goto(f"{LIST}?view=map")
    expect(desktop.locator(".leaflet-marker-icon").first).to_be_visible()
    with desktop.expect_response(re.compile(r"proposals\.geojson\?priority=poverty$")):
        desktop.get_by_label("Priority").select_option("poverty")
    review(desktop)


def test_a_first_visit_to_the_list_is_light(phone: Page) -> None:
    weight = first_visit_weight(phone, LIST)
    assert weight.bytes <= 100 * KB, str(weight)
    assert weight.requests <= 8, str(weight)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_group_writes_and_an_officer_decides_and_undoes(
    new_page: NewPage, own_demo: OwnSite, javascript: bool
) -> None:
    group = new_page(PHONE, javascript=javascript, base=own_demo.address)
    sign_in(group, "group-member")
    writer = GroupMember(group)
    writer.begins_a_proposal("/rounds/community-spaces")
    writer.tells_the_idea("Warm lamps for the hall", "Light that makes people stay.")
    writer.says_why_and_where("Mental Health")
    writer.adds_up([(f"Lamp {number}", "£100.50") for number in (1, 2, 3, 4)])
    group.get_by_role("button", name="Add another cost").click()
    expect(group.locator("#costs-4-what")).to_be_in_viewport()
    expect(group.get_by_text("Together: £402")).to_be_visible()
    writer.presses("Save and go on")
    writer.presses("Save and go on")  # one more question of this round, left empty
    writer.presses("Send in our proposal")
    expect(group.locator("main")).to_contain_text("We have your proposal.")

    officer = new_page(javascript=javascript, base=own_demo.address)
    sign_in(officer, "moderator")
    officer.goto("/desk")
    review(officer)
    screenshot(officer, "desk")
    officer.get_by_role("link", name="Warm lamps for the hall").click()
    review(officer)
    officer.get_by_role("button", name="Put it on the ballot").click()
    expect(officer.locator("main")).to_contain_text("You can take this back for one minute.")
    review(officer)
    officer.get_by_role("button", name="Undo").click()
    expect(officer.locator("main")).to_contain_text("Undone.")

    officer.get_by_role("link", name="Warm lamps for the hall").click()
    officer.get_by_role("button", name="Send it back with this reason").click()
    expect(officer.locator("#error-summary")).to_contain_text("Say why")
    review(officer)
    officer.get_by_label("What has to change?").fill("Please say who owns the hall.")
    officer.get_by_role("button", name="Send it back with this reason").click()
    expect(officer.get_by_role("link", name="Warm lamps for the hall")).to_have_count(0)

    group.reload()
    expect(group.locator("main")).to_contain_text("Please say who owns the hall.")
    group.get_by_role("link", name="Change it and send it in again").click()
    review(group)
