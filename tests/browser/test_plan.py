"""A voting lead writes the next plan; somebody on a small phone follows the money of today's."""

from __future__ import annotations

import re

from tests.browser.group import NEXT_YEAR
from tests.browser.harness import DESKTOP, PHONE, NewPage, review
from tests.browser.roles import Resident, VotingLead

BOARD = "/boards/coatbridge"
SMALLEST = {"width": 320, "height": 640}


def test_the_next_plan_is_written_and_the_thread_can_be_followed(new_page: NewPage) -> None:
    lead = VotingLead(new_page(DESKTOP))
    lead.signs_in()
    lead.at(f"{BOARD}/plan")
    lead.follows("Write the next version")
    lead.reads("The next version of the plan")
    review(lead.page)
    lead.follows("Add an action")
    lead.presses("Save")
    review(lead.page)
    lead.sees("Fill this in.")
    lead.fills({"We will…, in the plan's own words": "Open a second pantry."})
    lead.presses("Save")
    lead.sees("Saved in the draft.", "Open a second pantry.")
    lead.follows("Publish it")
    lead.fills({"From which day is it the plan?": f"{NEXT_YEAR}-12-31"})
    lead.presses("Publish it")
    lead.sees("Open a second pantry.", "This plan begins on")

    resident = Resident(new_page(PHONE, javascript=False))
    resident.page.set_viewport_size(SMALLEST)
    resident.at(f"{BOARD}/plan")
    resident.sees("This plan has not begun yet.")
    resident.follows("Follow the money from the plan to what changed")
    resident.sees("Missing", "Where the money went")
    resident.follows(re.compile("^Missing"))
    resident.reads("Digital Inclusion")
    resident.sees("No figure is kept that would show a change.")
