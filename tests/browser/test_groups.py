"""A volunteer fills in the group's passport on a phone; an officer checks it, without script."""

from __future__ import annotations

from tests.browser.group import GroupMember
from tests.browser.harness import DESKTOP, PHONE, NewPage
from tests.browser.roles import Officer

GROUP = "Tea and Tunes"


def test_what_a_volunteer_fills_in_an_officer_checks(new_page: NewPage) -> None:
    volunteer = GroupMember(new_page(PHONE))
    volunteer.signs_in()
    volunteer.opens_the_passport(GROUP)
    volunteer.sees("Out of date", "Waits to be checked")
    volunteer.says_whose_land_it_is(GROUP, "The church lets us use its garden.")

    officer = Officer(new_page(DESKTOP, javascript=False))
    officer.signs_in()
    officer.checks_in_the_passport(GROUP, "land")

    volunteer.opens_the_passport(GROUP)
    volunteer.sees("The church lets us use its garden.", "Checked by an officer on")
