"""Who does what for a board: everybody sees the roles, and a name only if its owner wants it."""

from __future__ import annotations

from pbapp.db import db
from tests.client import Browser
from tests.results.factories import counted_round
from tests.world import World

PATH = "/boards/coatbridge/members"


def test_roles_are_public_and_names_are_their_owners(
    stranger: Browser, board_member: Browser, world: World
) -> None:
    page = stranger.get(PATH)
    for said in ("Board members", "Voting leads", "Moderators", "Not named", "since"):
        assert said in page.text
    assert "Chair" not in page.text
    for name in ("Bea Board", "Orla Officer", "Sam Second"):
        assert name not in page.text
    shown = board_member.get(PATH)
    board_member.submit(shown)
    board_member.submit(shown)
    assert "Bea Board" in stranger.get(PATH).text
    assert "Orla Officer" not in stranger.get(PATH).text
    board_member.submit(board_member.get(PATH))
    assert "Bea Board" not in stranger.get(PATH).text


def test_only_who_has_a_role_here_says_so(
    stranger: Browser,
    resident: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
) -> None:
    for browser in (stranger, resident, officer_elsewhere):
        assert "Show my name" not in browser.get(PATH).text
    token = board_member.get(PATH).form().filled({})[0][1]
    assert stranger.post(PATH, {"named": "yes"}, 400).status == 400
    world.board_member.name = ""
    db.session.commit()
    done = board_member.post(PATH, {"named": "yes", "csrf_token": token})
    assert "Enter your name in your account first." in board_member.follow(done).text
    assert "has no role" not in stranger.get("/boards/airdrie/members").text


def test_the_board_s_page_says_what_was_shared_out_and_leads_on(
    stranger: Browser, world: World
) -> None:
    counted_round(world)
    page = stranger.get("/boards/coatbridge")
    links = page.links()
    assert "£10,000" in page.text
    assert links["shared out by votes so far"] == "/boards/coatbridge/thread#money"
    assert links["people working for the board"] == PATH
    assert "3people working for the board" in page.text.replace("3 people", "3people")
