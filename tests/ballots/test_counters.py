"""Trained counters: what they may do in which size of round, and who names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import Act, PaperBatch
from pbapp.boards import queries as boards
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from pbapp.rounds.models import Profile, Round
from tests.ballots import factories, papers
from tests.client import Browser
from tests.world import World

PILE = ["1", "2", "1 2"]
DESK = "/desk/rounds/small-grants"
BATCH = f"{DESK}/paper/batches/1"


def closed(world: World, profile: Profile) -> tuple[Round, PaperBatch]:
    round = factories.open_round(world, guards={"profile": profile})
    venue = papers.make_venue(world, round)
    factories.close(round)
    return round, papers.open_batch(world, round, venue, len(PILE))


@pytest.fixture
def helper(world: World) -> Account:
    return papers.third_officer(world, Role.COUNTER)


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.mark.parametrize("profile", [Profile.SMALL, Profile.STANDARD])
def test_a_counter_is_the_second_pair_of_hands(
    world: World, helper: Account, keys: Path, profile: Profile
) -> None:
    round, batch = closed(world, profile)
    papers.key(round, batch, world.officer, PILE)
    papers.key(round, batch, helper, ["1", "2", "1"])
    paper.resolve(round=round, batch=batch, serial=3, typed="1 2", by=world.second_officer)
    papers.check_sample(round, batch, world.second_officer)
    assert paper.accept(round=round, batch=batch, keys=keys, by=helper, note="Snow") == 3
    db.session.commit()
    said = db.session.scalars(select(Event).where(Event.verb == "paper.accepted")).one()
    assert (said.facts["role"], said.facts["read_by"]) == ("counter", ["counter", "voting_lead"])


def test_a_counter_settles_checks_and_agrees(world: World, helper: Account, keys: Path) -> None:
    round, batch = closed(world, Profile.STANDARD)
    papers.key(round, batch, world.officer, PILE)
    papers.key(round, batch, world.second_officer, ["1", "2", "1"])
    paper.resolve(round=round, batch=batch, serial=3, typed="1 2", by=helper)
    papers.check_sample(round, batch, helper)
    paper.ask_for(round=round, batch=batch, act=Act.VOID, reason="Wet", by=world.officer)
    paper.agree_to(round=round, batch=batch, keys=keys, by=helper)
    assert batch.voided_at is not None


def test_in_a_full_round_two_officers_read(world: World, helper: Account, keys: Path) -> None:
    round, batch = closed(world, Profile.FULL)
    given = {"round": round, "batch": batch, "by": helper}
    for verb in (
        lambda: paper.key_paper(serial=1, typed="1", **given),
        lambda: paper.resolve(serial=1, typed="1", **given),
        lambda: paper.draw_sample(**given),
        lambda: paper.reread(serial=1, agrees=True, **given),
        lambda: paper.agree_to(keys=keys, **given),
    ):
        with pytest.raises(Refused, match="two officers"):
            verb()
    with pytest.raises(Refused, match="Only a voting lead"):
        paper.accept(keys=keys, **given)


def test_a_counter_with_a_project_reads_nothing_and_accepts_nothing(
    world: World, helper: Account, keys: Path
) -> None:
    round, batch = closed(world, Profile.SMALL)
    db.session.add(Member(organisation=world.group, account_id=helper.id, role=MemberRole.MEMBER))
    db.session.commit()
    given = {"round": round, "batch": batch, "by": helper}
    for verb in (
        lambda: paper.key_paper(serial=1, typed="1", **given),
        lambda: paper.accept(keys=keys, **given),
        lambda: paper.agree_to(keys=keys, **given),
    ):
        with pytest.raises(Refused, match="A group of yours"):
            verb()


def test_a_counter_declares_nothing_and_asks_for_nothing(world: World, helper: Account) -> None:
    round, batch = closed(world, Profile.SMALL)
    with pytest.raises(Refused, match="Only an officer"):
        papers.make_venue(World(**{**vars(world), "officer": helper}), round, "Elsewhere")
    with pytest.raises(Refused, match="Only an officer"):
        paper.ask_for(round=round, batch=batch, act=Act.VOID, reason="Wet", by=helper)


def test_a_counter_finds_the_papers_and_reads_them(
    app: Flask, world: World, helper: Account
) -> None:
    closed(world, Profile.STANDARD)
    browser = Browser(app, signed_in_as=helper)
    page = browser.get("/counting")
    assert "Counting" in page.links()
    page = browser.get(page.links()["Batch 1, Dunbeth Hall"])
    page = browser.get(page.links()["Read papers"])
    done = browser.follow(browser.submit(page, {"numbers": "1 2"}))
    assert "Paper 2 of 3" in done.h1
    overview = browser.get(f"{DESK}/paper")
    assert "Add a place" not in overview.links()
    for address in (f"{DESK}/table", f"{DESK}/paper/pack", f"{DESK}/paper/batches/new"):
        browser.get(address, status=403)
    # The desk shows a counter the refusals that wait for a second person, and no more.
    assert "Nothing waits for a decision." in browser.get("/desk").text


def test_a_counter_of_a_full_round_or_of_another_board_is_sent_away(
    app: Flask, world: World, helper: Account
) -> None:
    round, _batch = closed(world, Profile.FULL)
    browser = Browser(app, signed_in_as=helper)
    assert "two officers read the papers" in browser.get("/counting").text
    browser.get(BATCH, status=403)
    round.board_id = world.other_board.id
    round.config = {**(round.config or {}), "profile": "small"}
    db.session.commit()
    browser.get(BATCH, status=403)
    assert "No vote of your board" in browser.get("/counting").text


def test_the_counting_page_is_for_counters(
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    group_member: Browser,
    officer: Browser,
    world: World,
) -> None:
    stranger.get("/counting", status=303)
    for browser in (resident, board_member, group_member, officer):
        browser.get("/counting", status=403)


def test_an_officer_names_a_counter_and_takes_them_out(
    officer: Browser, world: World, app: Flask
) -> None:
    page = officer.get("/desk/counters")
    assert "Nobody yet." in page.text
    assert (
        len(officer.submit(page, {"email": "no", "name": ""}, form="add", status=422).errors()) == 2
    )
    asked = {"email": "Pat@example.org", "name": "Pat Pair"}
    page = officer.follow(officer.submit(page, asked, form="add"))
    assert "pat@example.org" in page.text
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.to_address, mail.template) == ("pat@example.org", "counter_invited")
    page = officer.submit(page, asked, form="add", status=422)
    assert "already" in page.errors()[0]
    (pat,) = boards.list_counters(world.board)
    assert Browser(app, signed_in_as=pat).get("/counting").h1 == "Counting votes"
    page = officer.get("/desk/counters")
    removal = f"/desk/counters/{world.board.id}/{pat.id}/remove"
    token = page.form("add").filled({})[0][1]
    for _second_click in range(2):
        officer.post(removal, data={"csrf_token": token})
    assert "Nobody yet." in officer.get("/desk/counters").text


def test_an_officer_names_counters_for_their_own_boards_only(
    officer: Browser, officer_elsewhere: Browser, board_member: Browser, world: World
) -> None:
    helper = papers.third_officer(world, Role.COUNTER)
    page = officer_elsewhere.get("/desk/counters")
    assert helper.email not in page.text
    token = page.form("add").filled({})[0][1]
    removal = f"/desk/counters/{world.board.id}/{helper.id}/remove"
    officer_elsewhere.post(removal, data={"csrf_token": token}, status=403)
    officer_elsewhere.submit(
        page,
        {"email": "x@example.org", "name": "X Y", "board": str(world.board.id)},
        form="add",
        status=422,
    )
    board_member.get("/desk/counters", status=403)
    assert boards.list_counters(world.board) == [helper]
