"""A clerk presses once, sees how far the pack is, publishes it; a member of the board reads it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.harness import DESKTOP, PHONE, NewPage, OwnSite, screenshot
from tests.browser.roles import BoardMember, Person


class Clerk(Person):
    """Who sees to the meetings of the board."""

    email = "clerk@example.org"


def test_one_press_makes_the_pack_that_the_board_reads(
    own_demo: OwnSite, new_page: NewPage
) -> None:
    clerk = Clerk(new_page(DESKTOP, base=own_demo.address))
    clerk.signs_in()
    clerk.at("/boards/coatbridge/meetings")
    clerk.page.locator(".ds_inset-text").get_by_role("link").click()
    clerk.looks_round()
    clerk.presses("Make the board pack")
    clerk.sees("Waiting for its turn")
    own_demo.do_jobs()
    expect(clerk.main.get_by_text("Version 1 of the pack is ready")).to_be_visible()
    clerk.follows("Read the pack")
    clerk.reads("Board pack: Coatbridge")
    clerk.sees("For the board only", "agree who looks in on the count", "Who took part")
    screenshot(clerk.page, "board-pack")
    clerk.presses("Let everybody read it")

    member = BoardMember(new_page(PHONE, javascript=False, base=own_demo.address))
    member.signs_in()
    member.at("/boards/coatbridge/meetings")
    member.follows("Read the board pack")
    member.sees("Fingerprints of this version")
    with member.page.expect_download() as pdf:
        member.main.get_by_role("link", name="Download as PDF").click()
    assert pdf.value.suggested_filename.endswith("-pack-v1.pdf")
