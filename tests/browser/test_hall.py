"""A hall on the day: a desk that goes on without a connection, and papers read by the keyboard."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from pbapp import clock
from pbapp.accounts.queries import find_by_email
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import BatchKind, PaperChannel
from pbapp.db import db, write_transaction
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_phase, find_round
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

    page.context.clear_cookies()  # the sign-in ran out meanwhile
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    expect(page.get_by_text("Waiting to be sent: 2")).to_be_visible()
    VotingLead(page).signs_in()
    page.goto(f"{DESK}/hall/")
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


def test_papers_are_read_by_the_keyboard_alone(own_demo: OwnSite, new_page: NewPage) -> None:
    with own_demo.app.app_context(), write_transaction():
        round = find_round("small-grants")
        by = find_by_email("voting-lead@example.org")
        assert round is not None
        assert by is not None
        voting = find_phase(round, PhaseKind.VOTING)
        assert voting is not None
        voting.ends_at = clock.now() - timedelta(minutes=1)
        venue = paper.add_venue(round=round, by=by, name="Hall", channel=PaperChannel.HALL)
        counts = {"issued": 3, "used": 3, "spoiled": 0, "returned": 0}
        paper.open_batch(round=round, venue=venue, kind=BatchKind.PAPERS, by=by, **counts)
        db.session.commit()
    page = new_page(base=own_demo.address)
    VotingLead(page).signs_in()
    page.goto(f"{DESK}/paper/batches/1/key")
    for number, typed in enumerate(("1 2", "x", "3"), 1):
        expect(page.locator("h1")).to_contain_text(f"Paper {number} of 3")
        expect(page.get_by_label("on this paper")).to_be_focused()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.get_by_text("You have read 3 papers of this batch.")).to_be_visible()
