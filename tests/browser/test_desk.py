"""An officer clears a queue of forty: a few by keys beside the list, the rest at once, one undo."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from pbapp import clock
from pbapp.db import db, write_transaction
from pbapp.proposals.models import CostLine, Proposal, ProposalState
from pbapp.rounds.queries import find_round
from tests.browser.harness import DESKTOP, NewPage, OwnSite, screenshot
from tests.browser.roles import Officer

FORTY = 40
QUEUE = "/desk?what=proposal&q=bench"


def send_in(site: OwnSite) -> None:
    """Forty proposals in the round of the demo that takes some."""
    with site.app.app_context(), write_transaction():
        round = find_round("community-spaces")
        assert round is not None
        for number in range(FORTY):
            proposal = Proposal(
                round_id=round.id,
                number=100 + number,
                title=f"Bench {number + 1}",
                summary="A place to sit.",
                cost_pence=400_00,
                state=ProposalState.SUBMITTED,
                submitted_at=clock.now(),
                updated_at=clock.now(),
                cost_lines=[CostLine(position=1, description="A bench", amount_pence=400_00)],
            )
            db.session.add(proposal)
        db.session.commit()


def waits(page: Page, number: int) -> None:
    """The number at the top is that of the list below."""
    expect(page.locator(".pb_numbers__figure").first).to_have_text(str(number))
    expect(page.locator("li[data-key]")).to_have_count(number)


def test_an_officer_clears_a_queue_of_forty(own_demo: OwnSite, new_page: NewPage) -> None:
    send_in(own_demo)
    page = new_page(DESKTOP, base=own_demo.address)
    officer = Officer(page)
    officer.signs_in()
    officer.at(QUEUE)
    waits(page, FORTY)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-title")).to_have_text("Bench 1")
    expect(page.locator("#pane-title")).to_be_focused()
    officer.looks_round()
    screenshot(page, "desk-pane")
    for number in (1, 2, 3):  # each decision opens the next one beside the list
        expect(page.locator("#pane-title")).to_have_text(f"Bench {number}")
        with page.expect_navigation():
            page.locator("#decide button[value=approved]").press("Enter")
        expect(page.locator("#pane-title")).to_have_text(f"Bench {number + 1}")
    waits(page, FORTY - 3)

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(1)
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("Use these keys").uncheck()
    page.locator("li[data-key] a").first.focus()
    page.keyboard.press("x")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(1)

    page.get_by_role("button", name="Tick all on this page").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Approve…").click()
    officer.reads("Approve 37 things?")
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, approve them").click()
    officer.sees("37 things decided.")
    with page.expect_navigation():
        page.get_by_role("button", name="Undo all").click()
    waits(page, FORTY - 3)

    page.get_by_role("button", name="Tick all on this page").click()
    officer.presses("Send back…")
    officer.fills({"What has to change?": "Please say which bench goes where."})
    officer.presses("Yes, send them back")
    officer.sees("37 things decided.", "Nothing of this sort waits.")
    screenshot(page, "desk-cleared")
