"""Two officers and a reason set votes aside; two release them; nobody alone, nobody too late."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp.ballots import queries
from pbapp.ballots.models import Voter
from pbapp.ballots.paper import tables
from pbapp.ballots.roll import bursts, contacts, reminders, voids
from pbapp.ballots.roll.models import Burst, Reminded, VoidAct
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots import papers
from tests.ballots.factories import admit, cast, close, live, open_round
from tests.client import Browser
from tests.world import World

# Much is counted by the day, and no day ends while a test runs.
pytestmark = pytest.mark.usefixtures("stopped_clock")

URL = "https://vote.example.org/rounds/small-grants"
WHY = "All within an hour of one night"


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


@pytest.fixture
def crowd(round: Round, keys: Path) -> list[Voter]:
    """Twenty people of one network: three of them voted, and the first then came to a table."""
    people = [
        admit(round, keys, network="203.0.113.0/24", name=f"Crowd {'abcdefghijklmnopqrst'[n]}")
        for n in range(bursts.MANY_FROM_ONE_NETWORK)
    ]
    for voter in people[:3]:
        cast(round, keys, voter, "1")
    cast(round, keys, admit(round, keys), "2")
    return people


@pytest.fixture
def burst(world: World, round: Round, crowd: list[Voter]) -> Burst:
    bursts.find_new(round)
    burst = db.session.query(Burst).one()
    for officer in (world.officer, world.second_officer):
        bursts.look(round=round, burst=burst, by=officer, note="Nobody knows these people")
    db.session.commit()
    return burst


def void(world: World, round: Round, burst: Burst, act: VoidAct = VoidAct.VOID) -> None:
    voids.ask(round=round, burst=burst, act=act, reason=WHY, by=world.officer)
    voids.agree(round=round, burst=burst, by=world.second_officer, address=URL)
    db.session.commit()


def test_two_officers_who_have_looked_set_votes_aside_and_the_people_are_told(
    world: World, round: Round, keys: Path, burst: Burst, crowd: list[Voter]
) -> None:
    hall = papers.make_venue(world, round)
    papers.mark(world, round, keys, hall, name="Crowd a", postcode="ZZ7 1AA")
    void(world, round, burst)
    assert voids.list_voided(round.id) == {voter.id for voter in crowd}
    mails = db.session.scalars(select(Mail).where(Mail.template == "vote_set_aside")).all()
    assert len({mail.to_address for mail in mails}) == len(mails) == len(crowd)
    text = put_into_words(mails[0]).text
    assert WHY in text
    assert URL in text
    assert voids.set_aside(round) == []  # nobody learns a number while people vote
    close(round)
    assert tables.settle(round=round, keys=keys) == 3
    db.session.commit()
    assert live(round) == [("2",)]
    voids.count_set_aside(keys)
    assert [(s.votes, s.reason) for s in voids.set_aside(round)] == [(2, WHY)]


def test_a_receipt_says_that_a_ballot_may_have_been_set_aside(
    stranger: Browser, world: World, round: Round, keys: Path, burst: Burst, crowd: list[Voter]
) -> None:
    sent = cast(round, keys, crowd[5], "1")
    void(world, round, burst)
    close(round)
    tables.settle(round=round, keys=keys)
    voids.count_set_aside(keys)
    db.session.commit()
    page = stranger.get(f"/rounds/{round.slug}/receipt")
    text = stranger.submit(page, {"receipt": sent.receipt}, status=200).text
    assert "This ballot does not count" in text
    assert "or two officers set it aside" in text
    assert WHY in text


def test_votes_that_are_released_count_and_two_are_needed_again(
    world: World, round: Round, keys: Path, burst: Burst
) -> None:
    void(world, round, burst)
    void(world, round, burst, VoidAct.RELEASE)
    assert voids.list_voided(round.id) == frozenset()
    close(round)
    assert tables.settle(round=round, keys=keys) == 0
    assert len(live(round)) == 4
    voids.count_set_aside(keys)
    assert voids.set_aside(round) == []


def test_nobody_sets_votes_aside_alone_unlooked_or_from_another_board(
    world: World, round: Round, burst: Burst
) -> None:
    third = papers.third_officer(world)
    asking = {"round": round, "burst": burst, "act": VoidAct.VOID, "reason": WHY}
    for by, said in ((third, "Look at the group"), (world.officer_elsewhere, "Only an officer")):
        with pytest.raises(Refused, match=said):
            voids.ask(**asking, by=by)
    voids.ask(**asking, by=world.officer)
    db.session.commit()
    with pytest.raises(Refused, match="asked for this already"):
        voids.ask(**asking, by=world.second_officer)
    for by, said in ((world.officer, "second officer"), (third, "Look at the group")):
        with pytest.raises(Refused, match=said):
            voids.agree(round=round, burst=burst, by=by, address=URL)
    assert voids.list_voided(round.id) == frozenset()
    voids.take_back(round=round, burst=burst, by=world.officer)
    with pytest.raises(Refused, match="Nobody has asked"):
        voids.agree(round=round, burst=burst, by=world.second_officer, address=URL)
    with pytest.raises(Refused, match="nothing to release"):
        voids.ask(**{**asking, "act": VoidAct.RELEASE}, by=world.officer)


def test_after_the_votes_are_sealed_nothing_is_set_aside_or_released(
    world: World, round: Round, burst: Burst, monkeypatch: pytest.MonkeyPatch
) -> None:
    void(world, round, burst)
    monkeypatch.setattr(voids, "is_final", lambda _round: True)
    with pytest.raises(Refused, match="are sealed"):
        voids.ask(round=round, burst=burst, act=VoidAct.RELEASE, reason=WHY, by=world.officer)


# --- the one reminder -----------------------------------------------------------------------


def test_whoever_has_not_voted_is_reminded_once_all_at_one_moment(
    world: World, round: Round, keys: Path
) -> None:
    for name in ("Ann Bell", "Bob Bell"):
        admit(round, keys, email="bell@example.org", name=name)
    cast(round, keys, admit(round, keys, email="voted@example.org"), "1")
    admit(round, keys, email="paper@example.org", name="Pat Paper", postcode="ZZ7 1AA")
    papers.mark(
        world, round, keys, papers.make_venue(world, round), name="Pat Paper", postcode="ZZ7 1AA"
    )
    admit(round, keys, email="late@example.org")
    at = reminders.reminded_at(round)
    ends = queries.closes_at(round)
    assert at is not None
    assert ends is not None
    assert ends - at <= reminders.BEFORE_THE_END
    with time_machine.travel(at - timedelta(minutes=1)):
        assert reminders.remind_if_due(keys, "https://vote.example.org") == 0
    with time_machine.travel(at):
        assert reminders.remind_if_due(keys, "https://vote.example.org") == 2
    mails = db.session.scalars(select(Mail).where(Mail.template == "vote_reminder")).all()
    assert sorted(mail.to_address for mail in mails) == ["bell@example.org", "late@example.org"]
    assert reminders.remind(round, keys, "https://vote.example.org") == 0
    assert db.session.query(Reminded).count() == 1
    letter = put_into_words(mails[0])
    assert f"https://vote.example.org/rounds/{round.slug}/vote" in letter.text
    assert "Project" not in letter.text
    assert contacts.forget(round.id) == 5


def test_without_its_key_nobody_is_reminded_and_it_is_tried_again(round: Round, keys: Path) -> None:
    admit(round, keys)
    file = next(keys.glob("round-*.key"))
    kept = file.rename(file.with_suffix(".away"))
    assert reminders.remind(round, keys, "https://vote.example.org") == 0
    kept.rename(file)
    assert reminders.remind(round, keys, "https://vote.example.org") == 1
