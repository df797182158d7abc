"""A pupil votes with the slip they were given, on a small phone: with script, and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pbapp.db import db, write_transaction
from pbapp.rounds.models import Method
from pbapp.rounds.queries import find_round
from tests.browser.harness import DESKTOP, PHONE, NewPage, OwnSite, screenshot
from tests.browser.roles import Officer, Person

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
VOTE = "/rounds/small-grants/vote"


@pytest.fixture
def school(own_demo: OwnSite) -> OwnSite:
    """The demo's open round, as if it had been sealed with every way to vote."""
    with own_demo.app.app_context(), write_transaction():
        round = find_round("small-grants")
        assert round is not None
        round.methods = [method.value for method in Method]
        round.config = {**(round.config or {}), "methods": round.methods}
        db.session.commit()
    return own_demo


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_pupil_votes_with_a_slip_from_school(
    school: OwnSite, new_page: NewPage, javascript: bool
) -> None:
    officer = Officer(new_page(DESKTOP, javascript=javascript, base=school.address))
    officer.signs_in()
    officer.at("/desk/rounds/small-grants")
    officer.follows("Voters: how people get in")
    screenshot(officer.page, "voters-board")
    officer.follows("make codes and print them")
    officer.fills({"What are they for?": "Class 5B", "How many codes?": "4"})
    officer.presses("Make them, and show them once")
    officer.reads("Codes: Class 5B")
    code = CODE.search(officer.main.inner_text())
    assert code
    screenshot(officer.page, "voters-slips")

    pupil = Person(new_page(PHONE, javascript=javascript, base=school.address))
    pupil.at(f"{VOTE}#code={code[0]}")  # what the square on the slip holds
    pupil.picks("I study here")
    pupil.fills({"Postcode of that place": "zz7 1aa", "Your full name": "Pia Pupil"})
    pupil.page.get_by_label("Your age group").select_option(label="16 to 24")
    pupil.presses("Go on")
    screenshot(pupil.page, "vote-ways")
    pupil.follows("With a code from a letter")
    if javascript:
        expect(pupil.page.get_by_label("Your code")).to_have_value(code[0])
    pupil.fills({"Your code": "not this one"})
    pupil.presses("Go on")
    expect(pupil.page.get_by_role("alert")).to_contain_text("not one of our codes")
    pupil.fills({"Your code": code[0].lower().replace("-", " ")})
    screenshot(pupil.page, "vote-issued-code")
    pupil.presses("Go on")
    pupil.page.get_by_role("checkbox").first.check()
    pupil.presses("Review my vote")
    pupil.presses("Send my vote")
    pupil.reads("Your vote is in the ballot box")
    expect(pupil.main).not_to_contain_text(code[0])
