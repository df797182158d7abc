"""Somebody asks about a proposal, an officer reads it, the group answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.boards.models import Role
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations.models import Member, MemberRole
from pbapp.proposals.asking import queries, services
from pbapp.proposals.asking.models import Question, QuestionState
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.proposals.factories import on_ballot, returned
from tests.rounds.factories import make_round
from tests.world import World

URL = "https://pb.example.org/x"


@pytest.fixture
def proposal(world: World) -> Proposal:
    made = on_ballot(world, make_round(world))
    db.session.commit()
    return made


def page_of(proposal: Proposal, then: str = "") -> str:
    return f"/rounds/{proposal.round.slug}/proposals/{proposal.number}{then}"


def asked(proposal: Proposal, text: str = "Is it warm?", **values: Any) -> Question:
    return services.ask(proposal=proposal, text=text, **{"address": None, **values})


def mails(template: str) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.template == template)))


def test_a_question_is_read_shown_answered_and_its_asker_told(
    stranger: Browser, officer: Browser, group_member: Browser, proposal: Proposal
) -> None:
    assert "Nobody has asked anything yet." in stranger.get(page_of(proposal)).text
    form = stranger.get(page_of(proposal, "/ask"))
    stranger.submit(form, {"text": "Is it <b>warm</b>?", "address": "ask@example.org"})
    assert "warm</b>" not in stranger.get(page_of(proposal)).html
    listed = officer.get("/desk/questions")
    assert "Is it <b>warm</b>?" in listed.text
    question = db.session.scalars(select(Question)).one()
    officer.submit(officer.get(f"/desk/questions/{question.id}"), {"outcome": "show"})
    assert "Every question has been read." in officer.get("/desk/questions").text
    shown = stranger.get(page_of(proposal))
    assert "Is it &lt;b&gt;warm&lt;/b&gt;?" in shown.html
    assert "Not answered yet." in shown.text
    (mail,) = mails("question_asked")
    assert mail.context
    path = mail.context["url"].partition("://")[2].partition("/")[2]
    group_member.submit(group_member.get("/" + path), {"text": "Yes, 20 degrees."})
    assert "Yes, 20 degrees." in stranger.get(page_of(proposal)).text
    (mail,) = mails("question_answered")
    assert mail.to_address == "ask@example.org"
    db.session.refresh(question)
    assert question.address is None
    group_member.submit(group_member.get("/" + path), {"text": "Yes, 21 degrees."})
    assert len(mails("question_answered")) == 1


def test_a_question_that_is_left_out_needs_a_reason(
    officer: Browser, stranger: Browser, proposal: Proposal
) -> None:
    question = asked(proposal, address="ask@example.org")
    db.session.commit()
    path = f"/desk/questions/{question.id}"
    kept = officer.submit(officer.get(path), {"outcome": "leave_out"}, status=422)
    assert kept.errors() == ["Say why it is left out."]
    officer.submit(officer.get(path), {"outcome": "leave_out", "reason": "It names somebody."})
    assert "Is it warm?" not in stranger.get(page_of(proposal)).text
    (mail,) = mails("question_left_out")
    assert mail.context
    assert mail.context["reason"] == "It names somebody."
    assert "Is it warm?" not in str(mail.context)  # nobody has words of theirs sent elsewhere
    assert "It names somebody." in officer.get(path).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " "}, "Type your question."),
        ({"text": "x" * 501}, "Use 500 characters or fewer."),
        ({"text": "Why?", "address": "nobody"}, "Enter an e-mail address like"),
    ],
)
def test_what_cannot_be_asked_is_kept_and_explained(
    stranger: Browser, proposal: Proposal, given: dict[str, str], said: str
) -> None:
    page = stranger.submit(stranger.get(page_of(proposal, "/ask")), given, status=422)
    assert said in page.errors()[0]
    assert given["text"].strip() in page.html


def test_two_presses_are_one_question_and_many_are_too_many(
    stranger: Browser, proposal: Proposal
) -> None:
    assert asked(proposal) is asked(proposal)
    with time_machine.travel(clock.now(), tick=False):  # all within one stretch that is counted
        form = {"csrf_token": token_of(stranger.get(page_of(proposal, "/ask")))}
        for number in range(10):
            stranger.post(page_of(proposal, "/ask"), {**form, "text": f"Why {number}?"}, 303)
        stranger.post(page_of(proposal, "/ask"), {**form, "text": "Why 11?"}, 429)
    assert db.session.scalar(select(func.count(Question.id))) == 11


def test_who_reads_and_who_answers(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    world: World,
    proposal: Proposal,
) -> None:
    question = asked(proposal)
    services.show(question=asked(proposal, "Another?"), by=world.officer, url=URL)
    db.session.commit()
    shown = queries.list_shown(proposal)[0]
    desk, answer = f"/desk/questions/{question.id}", page_of(proposal, f"/questions/{shown.id}")
    for path in (desk, answer, "/desk/questions"):
        stranger.get(path, 303)
    for browser in (resident, group_member, board_member):
        browser.get(desk, 403)
        browser.get("/desk/questions", 403)
    officer_elsewhere.get(desk, 404)
    for browser in (resident, board_member, officer, officer_elsewhere):
        browser.get(answer, 403)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        browser.post(answer, {**token, "text": "No."}, 403)
    group_member.get(page_of(proposal, f"/questions/{question.id}"), 404)  # it is not shown
    with pytest.raises(Refused, match="moderator"):
        services.show(question=question, by=world.resident, url=URL)
    with pytest.raises(Refused, match="Only those who sent"):
        services.answer(question=shown, text="No.", by=world.officer, url=URL)


def test_an_officer_of_the_group_does_not_read_what_it_is_asked(
    world: World, proposal: Proposal
) -> None:
    question = asked(proposal)
    db.session.add(
        Member(organisation_id=world.group.id, account_id=world.officer.id, role=MemberRole.MEMBER)
    )
    db.session.flush()
    with pytest.raises(Refused, match="You belong to this group"):
        services.leave_out(question=question, by=world.officer, reason="No.", url=URL)


def test_the_second_officer_sees_what_the_first_did(world: World, proposal: Proposal) -> None:
    question = asked(proposal)
    world.also(world.second_officer, Role.MODERATOR)
    services.show(question=question, by=world.officer, url=URL)
    services.show(question=question, by=world.officer, url=URL)  # a second click
    with pytest.raises(Refused, match="Somebody else has read"):
        services.leave_out(question=question, by=world.second_officer, reason="No.", url=URL)
    assert question.state is QuestionState.SHOWN
    assert len(mails("question_asked")) == 1


def test_nothing_is_asked_about_what_is_not_public(
    stranger: Browser, group_member: Browser, world: World
) -> None:
    hidden = returned(world, make_round(world))
    db.session.commit()
    stranger.get(page_of(hidden, "/ask"), 404)
    group_member.get(page_of(hidden, "/ask"), 404)
    assert "Questions and answers" not in group_member.get(page_of(hidden)).text
    with pytest.raises(Refused, match="once a proposal is public"):
        asked(hidden)


def test_who_asked_is_forgotten_after_a_month(world: World, proposal: Proposal) -> None:
    question = asked(proposal, address="ask@example.org")
    unread = asked(proposal, "And when?", address="ask@example.org")
    services.show(question=question, by=world.officer, url=URL)
    services.forget_old()
    assert question.address
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        services.forget_old()
    assert (question.address, unread.address) == (None, None)


def test_somebody_says_what_is_wrong_with_a_proposal(
    stranger: Browser, officer: Browser, proposal: Proposal
) -> None:
    page = stranger.get(page_of(proposal))
    path = page.links()["Say what is wrong here"]
    stranger.submit(stranger.get(path), {"text": "It names me.", "address": "me@example.org"})
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.subject_type, concern.subject_id) == ("proposal", str(proposal.id))
    assert proposal.title in officer.get("/desk/concerns").text
