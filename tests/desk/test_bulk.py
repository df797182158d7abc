"""Several things at once: a look first, each in its own right, and a minute to take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.desk.queue.models import Assignment, DeskNote, SavedReply
from pbapp.messages.models import Mail, MailState
from pbapp.organisations import services as organisations
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser, Page
from tests.desk.test_refuse import state_of
from tests.proposals.factories import make_proposal
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


@pytest.fixture
def three(world: World, round: Round) -> list[Proposal]:
    return [make_proposal(world, round, title=title) for title in ("One", "Two", "Three")]


def tick(browser: Browser, act: str, filters: str = "") -> Page:
    """Tick all that the queue shows and press a button."""
    page = browser.get(f"/desk{filters}")
    boxes = [e.get("value") for e in page.root.iter("input") if e.get("name") == "chosen"]
    return browser.submit(page, {"chosen": boxes}, form="bulk", press=f"do={act}")


def test_nothing_happens_before_the_second_page(officer: Browser, three: list[Proposal]) -> None:
    page = tick(officer, "approved")
    assert page.h1 == "Approve 3 things?"
    assert {state_of(one) for one in three} == {"submitted"}
    done = officer.submit(page, form="act")
    assert {state_of(one) for one in three} == {"on_ballot"}
    text = officer.follow(done).text
    assert "3 things decided." in text
    assert "3 things: put on the ballot" in text


def test_the_whole_batch_is_undone_within_a_minute(
    officer: Browser, second_officer: Browser, three: list[Proposal]
) -> None:
    done = officer.submit(tick(officer, "approved"), form="act")
    page = officer.follow(done)
    officer.submit(page)
    assert {state_of(one) for one in three} == {"submitted"}
    assert {mail.state for mail in db.session.query(Mail)} == {MailState.CANCELLED}
    officer.submit(page)  # the second click
    again = officer.follow(officer.submit(tick(officer, "approved"), form="act"))
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        late = officer.follow(officer.submit(again))
    assert "3 stand." in late.text
    assert {state_of(one) for one in three} == {"on_ballot"}


def test_what_changed_meanwhile_is_skipped_and_said(
    officer: Browser, world: World, three: list[Proposal]
) -> None:
    one, two, _third = three
    page = tick(officer, "approved")
    one.title = "One, changed"
    two.state = type(two.state).WITHDRAWN
    db.session.commit()
    text = officer.follow(officer.submit(page, form="act")).text
    assert "Skipped “One, changed”: It has changed since you ticked it." in text
    assert "1 thing decided." in text
    assert [state_of(p) for p in three] == ["submitted", "withdrawn", "on_ballot"]


def test_one_of_ones_own_group_is_not_among_them(
    officer: Browser, world: World, round: Round, three: list[Proposal]
) -> None:
    page = tick(officer, "approved")
    organisations.add_member(organisation=world.group, account=world.officer)
    db.session.commit()
    text = officer.follow(officer.submit(page, form="act")).text
    assert "0 things decided." in text
    assert "your own group" in text
    assert {state_of(one) for one in three} == {"submitted"}
    assert "Nothing is left to do." in tick(officer, "approved").text


def test_all_go_back_with_one_reason_from_a_saved_reply(
    officer: Browser, world: World, three: list[Proposal]
) -> None:
    make_asset(world, state=AssetState.WAITING, submitter_email="adder@example.org")
    officer.submit(
        officer.get("/desk/replies"),
        {"name": "Insurance", "text": "Say who insures it."},
        form="reply",
    )
    reply = db.session.query(SavedReply).one()
    page = officer.submit(tick(officer, "returned"), form="act", status=422)
    assert page.errors() == ["Say why, so that they know what to change."]
    fields = {"reason": "Thank you!", "reply": str(reply.id)}
    page = officer.submit(page, fields, form="act", press="insert=1", status=200)
    assert "Thank you! Say who insures it." in page.text
    officer.submit(page, form="act")
    assert {state_of(one) for one in three} == {"returned"}
    reasons = {mail.context["reason"] for mail in db.session.query(Mail)}
    assert reasons == {"Thank you!\n\nSay who insures it."}


def test_handing_over_and_taking_in_hand(
    officer: Browser, second_officer: Browser, world: World, three: list[Proposal]
) -> None:
    page = tick(officer, "assign")
    officer.submit(page, {"to": str(world.second_officer.id)}, form="act")
    assert "3 In your hands" in second_officer.get("/desk").text
    page = second_officer.get(f"/desk/proposals/{three[0].id}?who=mine")
    page = second_officer.submit(page, {"to": "nobody"}, form="hands")
    assert page.location == f"/desk/proposals/{three[0].id}?who=mine"
    assert db.session.query(Assignment).count() == 2
    strangers = {"to": str(world.officer_elsewhere.id)}
    token = next(
        e.get("content")
        for e in officer.get("/desk").root.iter("meta")
        if e.get("name") == "csrf-token"
    )
    officer.post(f"/desk/assign/proposal/{three[0].id}", {"csrf_token": token, **strangers})
    assert db.session.query(Assignment).count() == 2


def test_notes_are_for_officers_of_the_board(
    officer: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    group_member: Browser,
    three: list[Proposal],
) -> None:
    path = f"/desk/proposals/{three[0].id}"
    officer.submit(officer.get(path), {"note-text": "They rang: nice people."}, form="note")
    assert "They rang: nice people." in second_officer.get(path).text
    officer_elsewhere.get(path, status=403)
    public = f"/rounds/small-grants/proposals/{three[0].number}"
    assert "They rang" not in group_member.get(public).html
    long = "x" * 2001
    page = officer.submit(officer.get(path), {"note-text": long}, form="note", status=422)
    assert long in page.text
    note = db.session.query(DeskNote).one()
    second_officer.post(f"/desk/notes/{note.id}/remove", {"csrf_token": token_of(second_officer)})
    data = {"csrf_token": token_of(officer_elsewhere)}
    officer_elsewhere.post(f"/desk/notes/{note.id}/remove", data, status=403)
    assert db.session.query(DeskNote).count() == 1
    officer.post(f"/desk/notes/{note.id}/remove", {"csrf_token": token_of(officer)})
    assert db.session.query(DeskNote).count() == 0


def token_of(browser: Browser) -> str:
    page = browser.get("/desk")
    meta = next(e for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    return meta.get("content", "")


def test_a_saved_reply_is_put_in_without_deciding(
    officer: Browser, world: World, three: list[Proposal]
) -> None:
    reply = SavedReply(board_id=world.board.id, name="Costs", text="Add the insurance.")
    db.session.add(reply)
    db.session.commit()
    path = f"/desk/proposals/{three[0].id}"
    fields = {"reason": "Dear group", "reply": str(reply.id)}
    page = officer.get(path)
    page = officer.submit(page, fields, form="decide", press="insert=1", status=200)
    assert "Dear group Add the insurance." in page.text
    assert state_of(three[0]) == "submitted"
    page = officer.submit(page, form="decide", press="outcome=returned")
    assert state_of(three[0]) == "returned"


def test_replies_are_written_changed_and_taken_away_by_the_boards_officers(
    officer: Browser,
    officer_elsewhere: Browser,
    resident: Browser,
    stranger: Browser,
    world: World,
) -> None:
    page = officer.submit(officer.get("/desk/replies"), form="reply", status=422)
    assert page.errors() == ["Give the reply a name.", "Write the words of the reply."]
    officer.submit(page, {"name": "Costs", "text": "Add them."}, form="reply")
    page = officer.submit(page, {"name": "Costs", "text": "Again."}, form="reply", status=422)
    assert page.errors() == ["There is a reply of this name already."]
    reply = db.session.query(SavedReply).one()
    path = f"/desk/replies/{reply.id}"
    officer.submit(officer.get(path), {"text": "Add them up."}, form="reply")
    officer_elsewhere.get(path, status=403)
    resident.get("/desk/replies", status=403)
    stranger.get("/desk/replies", status=303)
    resident_token = {"csrf_token": token_of(officer_elsewhere)}
    officer_elsewhere.post(f"{path}/delete", resident_token, status=403)
    officer.post(f"{path}/delete", {"csrf_token": token_of(officer)})
    assert db.session.query(SavedReply).count() == 0


def test_bulk_is_for_officers_and_needs_something_ticked(
    officer: Browser, resident: Browser, stranger: Browser, three: list[Proposal]
) -> None:
    for path in ("/desk/bulk?do=approved", "/desk/bulk?do=nonsense&chosen=proposal.1.1"):
        assert officer.get(path, status=303).location == "/desk"
    resident.get("/desk/bulk?do=approved", status=403)
    stranger.get("/desk/bulk?do=approved", status=303)
    page = officer.get("/desk/bulk?do=approved&chosen=proposal.99.1&chosen=x&chosen=asset.y.٣")
    assert "It does not wait any more" in page.text
