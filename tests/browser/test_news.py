"""Somebody follows the board on a phone, gets its newsletter, and stops; without an account."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine

from pbapp import clock
from pbapp.upkeep import chores
from tests.browser.harness import DESKTOP, PHONE, NewPage, OwnSite, screenshot
from tests.browser.roles import Officer, Person

JO = "jo@example.org"


def work(site: OwnSite, minutes: int = 0) -> None:
    """What the worker does in a minute."""
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        with site.app.app_context():
            chores()
        site.do_jobs()


def link_in(letter: str, part: str) -> str:
    """The path of the address in a letter that has this part."""
    paths = re.findall(r"https?://[^/\s]+(/\S*)", letter)
    return next(path for path in paths if part in path)


def test_somebody_follows_the_board_gets_its_newsletter_and_stops(
    own_demo: OwnSite, new_page: NewPage
) -> None:
    jo = Person(new_page(PHONE, base=own_demo.address))
    jo.at("/boards/coatbridge")
    jo.page.get_by_text(re.compile("Get the board.s news by e-mail")).click()
    jo.fills({"Your e-mail address": JO})
    jo.looks_round()
    jo.presses("Send me news")
    jo.sees("We send an e-mail in a few minutes.")
    work(own_demo)
    jo.at(link_in(jo.newest_mail(JO, "Do you want news"), "confirm"))
    jo.presses("Yes, send me news")
    jo.reads("Done: we will write to you")

    officer = Officer(new_page(DESKTOP, base=own_demo.address))
    officer.signs_in()
    officer.at("/desk")
    officer.follows("Newsletters, and what the service sends")
    officer.follows("Write for the Coatbridge Community Board")
    officer.fills(
        {
            "What is it about?": "The hall is open again",
            "What is new?": "Come on Friday.\n\nThere is soup.",
        }
    )
    officer.presses("Save and look at it")
    screenshot(officer.page, "newsletter-preview")
    officer.presses("Send it to followers")
    officer.sees("It waits")
    work(own_demo, minutes=2)

    letter = jo.newest_mail(JO, "The hall is open again")
    assert letter.startswith("Come on Friday.\n\nThere is soup.")
    jo.at(link_in(letter, "/news/"))
    jo.reads("The hall is open again")
    jo.at(link_in(letter, "/follow/"))
    jo.reads("What we send you")
    jo.looks_round()
    screenshot(jo.page, "news-preferences")
    jo.presses("Stop Coatbridge Community Board")
    jo.reads("We have stopped it")
    officer.at("/desk/messages")
    officer.sees("Newsletter")
    screenshot(officer.page, "desk-messages")
