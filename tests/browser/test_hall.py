"""A desk in a hall: the page stays when the connection goes, and what it noted is sent after."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.harness import PHONE, NewPage, OwnSite, review
from tests.browser.roles import VotingLead

DESK = "/desk/rounds/small-grants"


def notes(page: Page, name: str, postcode: str = "ZZ7 1AA") -> None:
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Postcode of that place").fill(postcode)
    page.get_by_label("I live here").check()
    page.get_by_label("Their age group").select_option(index=3)
    page.get_by_role("button", name="Check", exact=True).click()


def test_a_hall_without_a_line_loses_nobody(own_demo: OwnSite, new_page: NewPage) -> None:
    page = new_page(PHONE, base=own_demo.address)
    VotingLead(page).signs_in()
    page.goto(f"{DESK}/paper/places/new")
    page.get_by_label("Name of the place").fill("Example Hall")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{DESK}/hall/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.get_by_text("Connected.")).to_be_visible()
    notes(page, "Ada Example")
    page.get_by_role("button", name="Mark, and give a paper").click()
    expect(page.get_by_text("Marked. Give them one paper.")).to_be_visible()

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("No connection. You can go on")).to_be_visible()
    for name in ("Bob Example", "Ada Example"):
        notes(page, name)
        page.get_by_role("button", name="Note, and give a paper").click()
        expect(page.get_by_text("Noted. Give them one paper.")).to_be_visible()
    notes(page, "bob  example")
    expect(page.get_by_text("somebody with these details already")).to_be_visible()
    expect(page.get_by_text("Waiting to be sent: 2")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Waiting to be sent: 2")).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("Waiting to be sent: none")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Ada Example")).to_contain_text(
        "voted on paper elsewhere"
    )
    review(page)
    page.get_by_role("button", name="Handed to the voting lead").click()
    assert page.evaluate("() => localStorage.length") == 0
    page.get_by_role("button", name="Done for today").click()
    page.wait_for_url("**/desk")
    page.goto(f"{DESK}/paper/conflicts")
    expect(page.get_by_text("Open", exact=True)).to_be_visible()
