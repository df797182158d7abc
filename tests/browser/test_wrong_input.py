"""What people get wrong: each is said in words, beside the field and at the top, and what was
typed stays. On a phone; the first one by the keyboard alone. And the files operators get wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from pbapp import clock
from pbapp.accounts.services import CODE_LASTS
from tests.browser.group import GroupMember
from tests.browser.harness import ROOT, review
from tests.browser.roles import Resident
from tests.demos import environment_of

OPEN, TAKING = "/rounds/small-grants", "/rounds/community-spaces"


def said(page: Page, words: str) -> None:
    """At the top, where the focus is, and beside the field; the page itself is fit to be seen."""
    expect(page.locator("#error-summary")).to_contain_text(words)
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator(".ds_question__error-message").filter(has_text=words)).to_be_visible()
    review(page)


# --- who may vote ---------------------------------------------------------------------------------


def test_a_postcode_outside_the_area_by_keyboard_alone(phone: Page) -> None:
    phone.goto(f"{OPEN}/vote")
    press = phone.keyboard.press
    phone.get_by_label("I live here").focus()
    press("Space")
    press("Tab")
    phone.keyboard.type("ZZ9 1AA")
    press("Tab")
    phone.keyboard.type("Morag Testerton")
    press("Tab")
    phone.keyboard.type("35")
    press("Shift+Tab")
    press("Enter")
    said(phone, "This postcode is outside the area of this vote.")
    expect(phone.get_by_label("I live here")).to_be_checked()
    expect(phone.get_by_label("Postcode of that place")).to_have_value("ZZ9 1AA")
    expect(phone.get_by_label("Your full name")).to_have_value("Morag Testerton")
    expect(phone.get_by_label("Your age group").locator("option:checked")).to_have_text("35 to 44")
    press("Tab")
    press("Enter")
    expect(phone.get_by_label("Postcode of that place")).to_be_focused()


def test_a_postcode_we_do_not_know_is_our_gap_and_a_person_helps(phone: Page) -> None:
    resident = Resident(phone)
    resident.goes_to_vote(OPEN)
    resident.picks("I work here")
    resident.fills({"Postcode of that place": "ZZ99 9ZZ", "Your full name": "Morag Testerton"})
    phone.get_by_label("Your age group").select_option("35 to 44")
    resident.presses("Go on")
    said(phone, "If it is right, the gap is ours and not yours")
    resident.sees("A person can help", "E-mail")
    expect(phone.get_by_label("Postcode of that place")).to_have_value("ZZ99 9ZZ")
    expect(phone.get_by_label("I work here")).to_be_checked()


def test_a_wrong_code_and_one_that_has_run_out(phone: Page) -> None:
    resident = Resident(phone)
    email = "wrong-code@example.org"
    resident.goes_to_vote(OPEN)
    resident.picks("I live here")
    resident.fills({"Postcode of that place": "ZZ7 1AA", "Your full name": "Ann Late"})
    phone.get_by_label("Your age group").select_option("35 to 44")
    resident.presses("Go on")
    resident.fills({"Your e-mail address": email})
    resident.presses("Send me a code")
    code = resident.code_for(email)
    resident.fills({"The 6-digit code from the e-mail": f"{(int(code) + 1) % 1_000_000:06}"})
    resident.presses("Go on")
    said(phone, "This is not the code we sent last.")
    expect(phone.get_by_text(email)).to_be_visible()
    with time_machine.travel(clock.now() + CODE_LASTS * 1.1):
        resident.fills({"The 6-digit code from the e-mail": code})
        resident.presses("Go on")
        said(phone, "This code has expired, or was tried too often. Ask for a new one.")
        expect(phone.get_by_role("link", name="ask for a new code")).to_be_visible()


# --- the ballot and the proposal ------------------------------------------------------------------


def test_a_ballot_over_the_pot_keeps_its_ticks(no_js: Page) -> None:
    no_js.goto(f"{OPEN}/vote/choose")
    costs = no_js.locator("[data-ballot-item]").evaluate_all(
        "items => items.map(one => [Number(one.dataset.cost), one.querySelector('input').id])"
    )
    dearest = sorted(costs, reverse=True)[:8]
    for _cost, id in dearest:
        no_js.locator(f"#{id}").check()
    no_js.get_by_role("button", name="Review my vote").click()
    over = f"£{(sum(cost for cost, _id in dearest) - 10_000_000) / 100:,.0f}"
    expect(no_js.locator("#error-summary")).to_contain_text(over)
    for _cost, id in dearest:
        expect(no_js.locator(f"#{id}")).to_be_checked()
    review(no_js)


def test_a_proposal_without_costs_keeps_what_was_written(phone: Page) -> None:
    group = GroupMember(phone)
    group.signs_in()
    group.begins_a_proposal(TAKING)
    group.tells_the_idea("Free of charge", "A choir.")
    group.says_why_and_where("Mental Health")
    group.adds_up([("Nothing at all", "")])
    group.presses("Save and go on")
    said(phone, "Enter what this costs.")
    expect(phone.locator("#costs-0-what")).to_have_value("Nothing at all")
    group.follows("Back to the page before")
    expect(phone.get_by_label("Mental Health")).to_be_checked()


# --- files ----------------------------------------------------------------------------------------

RINGLESS = '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": '
ELECTION = """META
key;value
description;Example
budget;1000
vote_type;approval
num_projects;1
num_votes;1
PROJECTS
project_id;cost
1;-400
VOTES
voter_id;vote
1;1
"""


@pytest.mark.parametrize(
    ("name", "text", "command", "code", "words"),
    [
        ("wards.geojson", RINGLESS, ["geodata", "import"], 1, "Nothing was changed"),
        ("vote.pb", ELECTION, ["tally", "--rule", "greedy"], 2, "line 10"),
        ("vote.pb", ELECTION, ["round", "import"], 2, "line 10"),
    ],
    ids=["boundaries", "tally", "round"],
)
def test_a_broken_file_is_told_what_is_wrong_with_it(
    loaded_demo: Path,
    tmp_path: Path,
    name: str,
    text: str,
    command: list[str],
    code: int,
    words: str,
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pbapp", *command, str(tmp_path / name)],
        cwd=ROOT,
        env=environment_of(loaded_demo),
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
