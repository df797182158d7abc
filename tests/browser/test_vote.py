"""Somebody votes on a phone, from the link to the receipt: with script, and without."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import DESKTOP, PATIENCE, PHONE, NewPage, review, screenshot

VOTE = "/rounds/small-grants/vote"
CODE = re.compile(r"(\d{6}) is your code to vote")


def newest_code(page: Page, address: str) -> str:
    """The code the worker sent to an address, read in the demo's mailbox as a person would."""
    box = page.context.new_page()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        box.goto("/demo/mailbox/")
        found = [
            match[1]
            for text in box.locator("main li, main tr").all_inner_texts()
            if address in text and (match := CODE.search(text))
        ]
        if found:
            box.close()
            return str(found[0])
        time.sleep(0.2)
    raise AssertionError(f"no code came for {address}: {box.locator('main').inner_text()[:500]}")


def seen(page: Page, heading: str, name: str, save: bool) -> None:
    """Wait for a page, hold it to the rules, and keep a picture of it."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state()
    review(page)
    if save:
        screenshot(page, f"vote-{name}")


def vote(page: Page, address: str, save: bool = False) -> str:
    """All five steps; the receipt."""
    page.goto(VOTE)
    page.get_by_label("I live here").check()
    page.get_by_label("Postcode of that place").fill("nowhere")
    page.get_by_label("Your full name").fill(f"Example {address.split('@')[0]}")
    page.get_by_label("Your age group").select_option(label="35 to 44")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a full postcode")
    seen(page, "Check you can vote", "check-wrong", save)
    page.get_by_label("Postcode of that place").fill("zz7 1aa")
    page.get_by_role("button", name="Go on").click()
    seen(page, "Prove it", "prove", save)
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    seen(page, "Enter the code", "code", save)
    page.get_by_label("The 6-digit code").fill(newest_code(page, address))
    page.get_by_role("button", name="Go on").click()
    seen(page, "Choose projects", "choose", save)
    for box in page.get_by_role("checkbox").all()[:3]:
        box.check()
    expect(page.locator(".pb_sent").first).to_contain_text("Not yet sent")
    page.get_by_role("button", name="Review my vote").click()
    seen(page, "Review your vote", "review", save)
    page.get_by_role("button", name="Send my vote").click()
    seen(page, "Your vote is in the ballot box", "done", save)
    receipt = page.locator(".pb_copy__text").inner_text()
    assert re.fullmatch(r"\w{4}(-\w{4}){3}", receipt)
    expect(page.locator(".pb_sent")).to_contain_text(f"receipt {receipt}")
    return receipt


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_somebody_votes_on_a_phone(new_page: NewPage, javascript: bool) -> None:
    page = new_page(PHONE, javascript=javascript)
    name = "script" if javascript else "none"
    receipt = vote(page, f"robin.{name}@example.org", save=javascript)
    page.goto("/rounds/small-grants/receipt")
    page.get_by_label("Your receipt").fill(receipt.lower())
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("This ballot is in the box, and counts")).to_be_visible()
    seen(page, "Check a receipt", "receipt", javascript)
    page.goto(f"{VOTE}/done")
    page.get_by_role("button", name="Finish on this shared computer").click()
    seen(page, "All clear on this computer", "finished", javascript)
    page.go_back()
    expect(page.get_by_text(receipt)).to_have_count(0)


def test_the_pages_of_the_vote_are_as_good_on_a_desktop(new_page: NewPage) -> None:
    vote(new_page(DESKTOP), "robin.desktop@example.org", save=True)


def test_the_money_bar_speaks_and_says_what_no_longer_fits(phone: Page) -> None:
    phone.goto(f"{VOTE}/choose")
    boxes = phone.get_by_role("checkbox")
    items = phone.locator("[data-ballot-item]").all()
    costs = [int(item.get_attribute("data-cost") or 0) for item in items]
    dearest = sorted(range(len(costs)), key=lambda place: -costs[place])[:8]
    for place in dearest:
        if boxes.nth(place).get_attribute("aria-disabled") != "true":
            boxes.nth(place).check()
    text = phone.locator("[data-ballot-text]")
    expect(text).to_have_text(re.compile(r"You have chosen \d projects for £[\d,]+\. £[\d,]+ left"))
    out = phone.locator(".pb_choice--out").first
    expect(out).to_contain_text(
        re.compile(r"Costs £[\d,]+; you have £[\d,]+ left|You can choose 8")
    )
    expect(phone.locator("[data-ballot-live]")).to_have_text(re.compile("You have chosen"))
    phone.locator(".pb_tray summary").click()
    phone.locator(".pb_tray").get_by_role("button").first.click()
    expect(text).to_contain_text("You have chosen")
    review(phone)


def test_an_overspent_ballot_is_explained_without_script(no_js: Page) -> None:
    no_js.goto(f"{VOTE}/choose")
    boxes = no_js.get_by_role("checkbox").all()
    for box in boxes[:9]:
        box.check()
    no_js.get_by_role("button", name="Review my vote").click()
    alert = no_js.get_by_role("alert")
    expect(alert).to_contain_text(re.compile(r"You can choose 8: take 1 out\.|more than the pot"))
    assert sum(box.is_checked() for box in no_js.get_by_role("checkbox").all()) == 9
    review(no_js)


def test_a_project_chosen_on_its_own_page_follows_to_the_ballot(no_js: Page) -> None:
    no_js.goto("/rounds/small-grants/proposals")
    no_js.locator("main .pb_card a").first.click()
    expect(no_js.get_by_role("button", name="Choose this project")).to_be_visible()
    title = no_js.get_by_role("heading", level=1).inner_text().splitlines()[-1]
    no_js.get_by_role("button", name="Choose this project").click()
    expect(no_js.get_by_text("You have chosen this project.")).to_be_visible()
    review(no_js)
    no_js.get_by_role("link", name="Go on with your vote").click()
    expect(no_js.get_by_role("heading", level=1)).to_contain_text("Choose projects")
    chosen = no_js.locator("[data-ballot-item]:has(input:checked)").all()
    assert [item.get_attribute("data-title") for item in chosen] == [title]
