"""The pages with which people check a result and officers choose a rule: one visit each."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.harness import PATIENCE, PHONE, NewPage, review
from tests.browser.roles import Resident, VotingLead
from tests.results.test_import_round import TOWN

RESULT = "/rounds/small-grants-last-year/results"
TWO_RULES = (
    "Most votes first: skip what does not fit",
    "Equal shares: step by step, then most votes first",
)


def test_somebody_compares_the_rules_and_has_the_votes_counted_again(phone: Page) -> None:
    resident = Resident(phone)
    resident.at(RESULT)
    resident.follows("What the same ballots would give under another rule")
    resident.reads("The same ballots under another rule")
    resident.follows("The whole result")
    resident.presses("Count again")
    # The page asks by itself until the worker is done.
    resident.sees("We counted again: the same winners, in the same order.")
    review(phone)


def test_without_script_the_recount_is_asked_for_by_a_link(new_page: NewPage) -> None:
    page = new_page(PHONE, javascript=False)
    resident = Resident(page)
    resident.at(RESULT)
    resident.presses("Count again")
    done = page.get_by_text("We counted again: the same winners")
    deadline = time.monotonic() + PATIENCE
    while not done.count():
        assert time.monotonic() < deadline, "the worker did not count again"
        page.wait_for_timeout(250)
        page.reload()


def test_a_lead_tries_rules_on_a_past_vote_and_on_made_up_ones(desktop: Page) -> None:
    lead = VotingLead(desktop)
    lead.signs_in()
    lead.at("/desk/what-if")
    election = desktop.get_by_label("Which election?")
    election.select_option(index=election.locator("option").count() - 1)
    lead.picks(*TWO_RULES)
    lead.presses("Count and compare")
    lead.sees("Who wins under each rule")
    review(desktop)
    lead.follows("Try other rules or another election")
    lead.follows("Try the rules with made-up votes")
    lead.fills({"How many people vote?": "60"})
    lead.picks(*TWO_RULES)
    lead.presses("Make votes up and compare")
    lead.sees("Made up: nobody cast these votes", "60 made-up votes.")
    review(desktop)


def test_a_lead_brings_an_election_in_and_is_told_what_is_wrong_in_a_file(
    phone: Page, tmp_path: Path
) -> None:
    lead = VotingLead(phone)
    lead.signs_in()
    for name, text in (("wrong.pb", TOWN.replace("budget;", "budget;much", 1)), ("town.pb", TOWN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        lead.at("/desk/elections")
        phone.get_by_label("The election, as a Pabulib (.pb) file").set_input_files(tmp_path / name)
        lead.presses("Bring it in and count it")
        lead.sees("line" if name == "wrong.pb" else "See the result")
        review(phone)
    lead.follows("See the result")
    lead.reads("The result of Town budget 2024")
