"""An address left to be told the result: apart from the vote, confirmed, used once, forgotten."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.messages import following, spreading
from pbapp.messages.models import Follow, FollowState, Mail, Subscription
from pbapp.news import digests
from pbapp.results import services as results
from pbapp.rounds.models import PhaseKind, Round
from tests.ballots.factories import open_round
from tests.ballots.walk import vote
from tests.client import Browser, Page
from tests.results.factories import close_vote
from tests.rounds.factories import make_round
from tests.world import World

PAGE = "/rounds/small-grants/tell-me"


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


def ask(browser: Browser, address: str = "jo@example.org", **more: str) -> Page:
    typed = {"email": address, **more}
    return browser.follow(browser.submit(browser.get(PAGE), typed, form="tell-me"))


def mails(template: str) -> list[dict[str, Any]]:
    query = select(Mail).where(Mail.template == template)
    return [{"to": mail.to_address, **(mail.context or {})} for mail in db.session.scalars(query)]


def work(times: int = 2) -> None:
    """What the worker does each minute; twice, since nothing may happen twice."""
    load_jobs()
    for _ in range(times):
        following.ask_to_confirm()
        digests.tell_digests()
        spreading.tell_latecomers()
        db.session.commit()
        jobs.run_due()


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def rows() -> list[str]:
    return sorted(db.session.scalars(select(Follow.subject)))


def publish(round: Round) -> None:
    close_vote(round, published=True)
    results.freeze(round=round, by_ward={}, actor="test")
    results.count(round=round, actor="test")
    db.session.commit()


def test_somebody_asks_confirms_and_is_told_once(stranger: Browser, round: Round) -> None:
    page = vote(stranger, round, "1")
    page = stranger.follow(stranger.submit(page, {"email": "Jo@Example.org"}, form="tell-me"))
    assert "We send an e-mail in a few minutes." in page.text
    assert "Your vote is in the ballot box" in page.h1
    work()
    (asked,) = mails("follow_confirm")
    page = stranger.get(path_of(asked["confirm_url"]))
    assert "The result of Small grants" in page.text
    assert stranger.submit(page, status=200).h1.startswith("Done")
    work()
    assert mails("result_out") == []
    publish(round)
    work()
    (told,) = mails("result_out")
    assert told["to"] == asked["to"]
    assert told["url"].endswith("/rounds/small-grants/results")
    assert rows() == []


def test_who_confirms_after_the_result_is_told_too(stranger: Browser, round: Round) -> None:
    for address in ("jo@example.org", "late@example.org"):
        ask(stranger, address)
    work()
    early, late = (mail["confirm_url"] for mail in mails("follow_confirm"))
    stranger.submit(stranger.get(path_of(early)), status=200)
    publish(round)
    work()
    assert len(mails("result_out")) == 1
    stranger.submit(stranger.get(path_of(late)), status=200)
    work()
    assert {mail["to"] for mail in mails("result_out")} == {"jo@example.org", "late@example.org"}
    assert rows() == []


def test_half_way_and_finish_are_asked_for_with_the_same_press(
    stranger: Browser, round: Round
) -> None:
    ask(stranger, later="y")
    work()
    (asked,) = mails("follow_confirm")
    assert len(asked["titles"]) == 3
    stranger.submit(stranger.get(path_of(asked["confirm_url"])), status=200)
    assert rows() == [f"{kind} {round.id}" for kind in ("finish", "halfway", "result")]
    publish(round)
    work()
    assert rows() == []  # told, and nothing was funded that could be told of later


def test_addresses_in_mails_of_before_still_lead_on(stranger: Browser, round: Round) -> None:
    id = "0" * 32
    old = {"id": id, "round_id": round.id, "address": "jo@example.org", "language": "en"}
    db.session.execute(insert(Subscription), {**old, "state": FollowState.ASKED})
    following.bring_over()
    following.bring_over()
    assert db.session.scalar(select(func.count()).select_from(Subscription)) == 0
    page = stranger.follow(stranger.get(f"{PAGE}/{id}/confirm", status=303))
    assert "The result of Small grants" in page.text
    assert rows() == [f"result {round.id}"]
    stranger.get(f"{PAGE}/{id}/stop", status=303)
    assert len(rows()) == 1
    stranger.post(f"{PAGE}/{id}/stop", {"List-Unsubscribe": "One-Click"})
    assert rows() == []
    stranger.get(f"{PAGE}/{id}/stop", status=404)


def test_known_and_unknown_addresses_look_the_same_and_are_kept_once(
    stranger: Browser, round: Round
) -> None:
    first = ask(stranger)
    again = ask(stranger)
    assert re.sub(r"\s+", " ", first.text) == re.sub(r"\s+", " ", again.text)
    work()
    assert len(mails("follow_confirm")) == len(rows()) == 1


def test_once_the_result_is_out_no_address_is_taken(stranger: Browser, round: Round) -> None:
    form = stranger.get(PAGE)
    publish(round)
    page = stranger.get(PAGE)
    assert page.h1.endswith("The result is out")
    assert page.links()["See the result"] == "/rounds/small-grants/results"
    late = stranger.submit(form, {"email": "jo@example.org"}, form="tell-me", status=409)
    assert late.h1 == page.h1
    assert rows() == []


def test_what_is_no_address_is_refused_and_kept_in_the_form(
    stranger: Browser, round: Round
) -> None:
    page = stranger.submit(stranger.get(PAGE), {"email": "jo at"}, form="tell-me", status=422)
    assert "Enter an e-mail address" in " ".join(page.errors())
    assert "jo at" in page.html
    assert rows() == []


def test_nobody_is_asked_for_a_round_that_is_not_sealed_nor_by_another_rounds_link(
    stranger: Browser, world: World, round: Round
) -> None:
    make_round(world, PhaseKind.SUBMISSION, slug="other")
    stranger.get("/rounds/other/tell-me", status=404)
    ask(stranger)
    id = db.session.scalars(select(Follow.id)).one()
    stranger.get(f"/rounds/other/tell-me/{id}/confirm", status=404)
    stranger.post(f"/rounds/other/tell-me/{id}/stop", status=404)
    assert len(rows()) == 1
