"""An address left to be told the result: apart from the vote, confirmed, used once, forgotten."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from pbapp.db import db
from pbapp.messages import subscriptions
from pbapp.messages.models import Mail, Subscription, SubscriptionState
from pbapp.results import services as results
from pbapp.results import telling
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


def ask(browser: Browser, address: str = "jo@example.org") -> Page:
    return browser.follow(browser.submit(browser.get(PAGE), {"email": address}, form="tell-me"))


def mails(template: str) -> list[dict[str, Any]]:
    query = select(Mail).where(Mail.template == template)
    return [{"to": mail.to_address, **(mail.context or {})} for mail in db.session.scalars(query)]


def work(times: int = 2) -> None:
    """What the worker does each minute; twice, since nothing may happen twice."""
    for _ in range(times):
        telling.ask_to_confirm()
        telling.tell_results()
        db.session.commit()


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Subscription)) or 0


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
    (asked,) = mails("result_confirm")
    page = stranger.get(path_of(asked["confirm_url"]))
    assert db.session.scalars(select(Subscription)).one().state is SubscriptionState.ASKED
    page = stranger.submit(page, status=200)
    assert page.h1.endswith("Done: we will tell you")
    work()
    assert mails("result_out") == []
    publish(round)
    work()
    (told,) = mails("result_out")
    assert told["to"] == asked["to"]
    assert told["url"].endswith("/rounds/small-grants/results")
    assert rows() == 0
    assert "There is nothing to confirm" in stranger.get(path_of(asked["confirm_url"])).text


def test_who_does_not_confirm_is_told_nothing_and_forgotten(
    stranger: Browser, round: Round
) -> None:
    ask(stranger)
    work()
    publish(round)
    work()
    assert mails("result_out") == []
    assert rows() == 0


def test_a_link_alone_stops_nothing_and_a_mail_program_stops_it_with_one_press(
    stranger: Browser, round: Round
) -> None:
    ask(stranger)
    work()
    stop = path_of(mails("result_confirm")[0]["stop_url"])
    assert "We then forget your address at once." in stranger.get(stop).text
    assert rows() == 1
    page = stranger.post(stop, {"List-Unsubscribe": "One-Click"}, status=200)
    assert page.h1.endswith("We have forgotten your address")
    assert stranger.post(stop, status=200).h1 == page.h1
    assert rows() == 0


def test_known_and_unknown_addresses_look_the_same_and_are_kept_once(
    stranger: Browser, round: Round
) -> None:
    first = ask(stranger)
    again = ask(stranger)
    assert re.sub(r"\s+", " ", first.text) == re.sub(r"\s+", " ", again.text)
    work()
    assert len(mails("result_confirm")) == rows() == 1


def test_once_the_result_is_out_no_address_is_taken(stranger: Browser, round: Round) -> None:
    form = stranger.get(PAGE)
    publish(round)
    page = stranger.get(PAGE)
    assert page.h1.endswith("The result is out")
    assert page.links()["See the result"] == "/rounds/small-grants/results"
    late = stranger.submit(form, {"email": "jo@example.org"}, form="tell-me", status=409)
    assert late.h1 == page.h1
    assert rows() == 0


def test_what_is_no_address_is_refused_and_kept_in_the_form(
    stranger: Browser, round: Round
) -> None:
    page = stranger.submit(stranger.get(PAGE), {"email": "jo at"}, form="tell-me", status=422)
    assert "Enter an e-mail address" in " ".join(page.errors())
    assert "jo at" in page.html
    assert rows() == 0


def test_nobody_is_asked_for_a_round_that_is_not_sealed_nor_by_another_rounds_link(
    stranger: Browser, world: World, round: Round
) -> None:
    make_round(world, PhaseKind.SUBMISSION, slug="other")
    stranger.get("/rounds/other/tell-me", status=404)
    ask(stranger)
    id = db.session.scalars(select(Subscription.id)).one()
    assert "nothing to confirm" in stranger.get(f"/rounds/other/tell-me/{id}/confirm").text
    stranger.post(f"/rounds/other/tell-me/{id}/stop", status=200)
    assert rows() == 1


def test_every_row_is_written_again_with_each_new_one_and_none_says_when(
    stranger: Browser, round: Round, app, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[list[str]] = []
    kept = subscriptions.db.session.execute

    def execute(statement: Any, rows: Any = None, **options: Any) -> Any:
        if statement.is_insert:
            written.append([row["address"] for row in rows])
        return kept(statement, rows, **options) if rows is not None else kept(statement, **options)

    with monkeypatch.context() as patch:
        patch.setattr(subscriptions.db.session, "execute", execute)
        for number in range(12):
            subscriptions.subscribe(round_id=round.id, address=f"p{number}@example.org")
    assert [len(rows) for rows in written] == list(range(1, 13))
    assert sum(rows[-1] == f"p{n}@example.org" for n, rows in enumerate(written)) < 12
    assert set(Subscription.__table__.columns.keys()) == {
        "id",
        "round_id",
        "address",
        "language",
        "state",
    }


def test_an_address_forgotten_while_the_worker_looks_is_not_written_again(
    stranger: Browser, round: Round
) -> None:
    ask(stranger)
    (row,) = subscriptions.drawn(SubscriptionState.NEW, 10)
    db.session.execute(delete(subscriptions.ROWS))
    assert not subscriptions.change(row, SubscriptionState.ASKED)
    assert not subscriptions.stop(row)
    assert rows() == 0
