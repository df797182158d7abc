"""Batches of the ballot log: when they are sealed, what is in them, who is marked and told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.ballots import queries as box
from pbapp.ballots import services as ballots
from pbapp.ballots.log import due, hashing, queries, services
from pbapp.ballots.log.models import BallotBatch, BatchKind
from pbapp.ballots.models import Ballot
from pbapp.ballots.paper import tables
from pbapp.ballots.paper.models import RollMark
from pbapp.ballots.roll.models import Burst, BurstKind, VoidAct, VoidRequest, VoterContact
from pbapp.db import db
from pbapp.messages.rendering import put_into_words
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots import factories, papers
from tests.ballots.logs import add_ballot, add_voters, live_tags, mails, people_marked
from tests.rounds.factories import make_round
from tests.world import World

# Much is counted by the day, and no day ends while a test runs.
pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


def seal(round: Round, keys: Path) -> BallotBatch | None:
    batch = services.seal_batch(round=round, keys=keys)
    db.session.commit()
    return batch


def close(round: Round, keys: Path) -> BallotBatch:
    batch = services.seal_close(round=round, keys=keys)
    db.session.commit()
    return batch


# --- when -----------------------------------------------------------------------------------


def test_the_first_batch_of_a_day_waits_for_ten_people_beside_ten_who_stay_back(
    round: Round, keys: Path
) -> None:
    add_voters(round, keys, 19)
    assert seal(round, keys) is None
    add_voters(round, keys, 1)
    batch = seal(round, keys)
    assert (batch.n, batch.size, batch.total, batch.kind) == (1, 10, 10, BatchKind.CHECKPOINT)
    assert batch.previous_head == round.config_hash


def test_the_next_batch_of_the_same_day_waits_for_fifty_people(round: Round, keys: Path) -> None:
    add_voters(round, keys, 20)
    first = seal(round, keys)
    add_voters(round, keys, 49)
    assert seal(round, keys) is None
    add_voters(round, keys, 1)
    second = seal(round, keys)
    assert (second.n, second.size, second.total) == (2, 50, 60)
    assert second.previous_head == first.head


def test_a_new_day_needs_ten_people_again(round: Round, keys: Path) -> None:
    add_voters(round, keys, 20)
    seal(round, keys)
    add_voters(round, keys, 10)
    assert seal(round, keys) is None
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert seal(round, keys).size == 10


def test_fifty_votes_of_one_person_are_one_person(round: Round, keys: Path) -> None:
    people = add_voters(round, keys, 19)
    key = box.read_key(round.id, keys)
    for _ in range(60):
        db.session.execute(Ballot.__table__.update().values(is_live=False))
        add_ballot(round, key, people[0][0])
    assert seal(round, keys) is None


def test_nothing_is_sealed_between_the_close_and_the_last_batch(round: Round, keys: Path) -> None:
    add_voters(round, keys, 80)
    factories.close(round)
    assert seal(round, keys) is None
    assert close(round, keys).size == 80


# --- the last batch -------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "said"), [(-60, "not over"), (30, "a moment ago")])
def test_the_log_is_not_closed_while_votes_may_come(
    round: Round, keys: Path, seconds: int, said: str
) -> None:
    add_voters(round, keys, 1)
    ends_at = factories.voting(round).ends_at
    with (
        time_machine.travel(ends_at + timedelta(seconds=seconds), tick=False),
        pytest.raises(Refused, match=said),
    ):
        close(round, keys)


def test_the_log_is_not_closed_while_a_batch_of_papers_is_open(
    world: World, round: Round, keys: Path
) -> None:
    hall = papers.make_venue(world, round)
    factories.close(round)
    papers.open_batch(world, round, hall, 2)
    assert "papers is still open" in str(due.why_not_close(round).message)
    with pytest.raises(Refused):
        close(round, keys)


def test_a_round_never_sealed_has_no_log_to_close(world: World, keys: Path) -> None:
    with pytest.raises(Refused, match="never sealed"):
        services.seal_close(round=make_round(world), keys=keys)


@pytest.mark.faults(13)
def test_13_closing_twice_gives_one_last_batch(round: Round, keys: Path) -> None:
    add_voters(round, keys, 3)
    factories.close(round)
    first = close(round, keys)
    again = close(round, keys)
    assert (first.n, first.head) == (again.n, again.head)
    assert [batch.kind for batch in queries.list_batches(round.id)] == [BatchKind.CLOSE]
    assert len(mails("vote_recorded")) == 3


def test_a_round_nobody_came_to_closes_with_an_empty_batch(round: Round, keys: Path) -> None:
    factories.close(round)
    batch = close(round, keys)
    assert (batch.size, batch.total) == (0, 0)
    assert batch.root == hashing.merkle_root([])


def test_the_last_batch_takes_everything_papers_and_replaced_ballots_too(
    world: World, round: Round, keys: Path
) -> None:
    voter = factories.admit(round, keys)
    for choice in ("1", "2"):
        factories.cast(round, keys, voter, choice)
    hall = papers.make_venue(world, round)
    factories.close(round)
    batch = papers.open_batch(world, round, hall, 2)
    for reader in (world.officer, world.second_officer):
        papers.key(round, batch, reader, ["1", "2"])
    papers.check_sample(round, batch, papers.third_officer(world))
    papers.paper.accept(round=round, batch=batch, keys=keys, by=world.officer, note="few marks")
    db.session.commit()
    assert close(round, keys).size == 4


def test_after_the_last_batch_nothing_comes_or_goes(
    world: World, round: Round, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = papers.make_venue(world, round)
    voter = factories.admit(round, keys)
    factories.close(round)
    close(round, keys)
    with pytest.raises(Refused, match="sealed for the count"):
        papers.open_batch(world, round, hall, 2)
    with pytest.raises(Refused, match="sealed for the count"):
        papers.mark(world, round, keys, hall)
    with (  # the clock of this machine is put back into the hours of voting
        time_machine.travel(factories.voting(round).ends_at - timedelta(hours=1), tick=False),
        pytest.raises(ballots.VotingShut),
    ):
        factories.cast(round, keys, voter, "1")


def test_the_worker_closes_by_itself_only_where_no_paper_can_come(world: World, keys: Path) -> None:
    usual = factories.open_round(world, slug="usual")
    online = factories.open_round(world, slug="online", guards={"methods": ["email"]})
    for round in (usual, online):
        factories.close(round)
    assert seal(usual, keys) is None
    assert seal(online, keys).kind is BatchKind.CLOSE
    assert seal(online, keys) is None


# --- who is marked and told -----------------------------------------------------------------


def test_whoever_is_in_a_batch_is_marked_and_told_and_nobody_else(round: Round, keys: Path) -> None:
    people = add_voters(round, keys, 25)
    batch = seal(round, keys)
    leaves = set(queries.leaves_of(round.id)[batch.n])
    inside = {voter_id: address for voter_id, address, leaf in people if leaf in leaves}
    assert queries.list_marked(round.id) == set(inside)
    assert {mail.to_address for mail in mails("vote_recorded")} == set(inside.values())


def test_after_the_close_those_marked_are_those_whose_online_ballot_counts(
    world: World, round: Round, keys: Path
) -> None:
    add_voters(round, keys, 25)
    seal(round, keys)
    about = {"name": "Jo Bell", "age_band": "25"}
    voter = factories.admit(round, keys, **about)
    factories.cast(round, keys, voter, "1")
    papers.mark(world, round, keys, papers.make_venue(world, round))
    factories.close(round)
    close(round, keys)
    assert people_marked(round, keys) == live_tags(round)
    assert len(live_tags(round)) == 25
    assert voter.id not in queries.list_marked(round.id)


def test_a_mark_goes_when_its_person_voted_on_paper_after_it(
    world: World, round: Round, keys: Path
) -> None:
    add_voters(round, keys, 25)
    voter = factories.admit(round, keys, name="Jo Bell")
    factories.cast(round, keys, voter, "1")
    services._shuffled, honest = lambda people: sorted(people), services._shuffled
    try:
        seal(round, keys)
    finally:
        services._shuffled = honest
    hall = papers.make_venue(world, round)
    papers.mark(world, round, keys, hall)
    factories.close(round)
    tables.settle(round=round, keys=keys)
    db.session.commit()
    close(round, keys)
    assert people_marked(round, keys) == live_tags(round)
    late = next(iter(queries.list_marked(round.id)))
    db.session.add(RollMark(round_id=round.id, voter_id=late, venue_id=hall.id))
    db.session.commit()
    assert tables.settle(round=round, keys=keys) == 0  # too late, however it came there


def add_group(round: Round) -> Burst:
    about = {"kind": BurstKind.CONTACT, "mark": "one", "digest": "a" * 64, "day": clock.today()}
    group = Burst(round_id=round.id, **about)
    db.session.add(group)
    db.session.flush()
    return group


def test_the_log_waits_while_a_second_officer_has_to_agree(
    world: World, round: Round, keys: Path
) -> None:
    group = Burst(
        round_id=round.id, kind=BurstKind.CONTACT, mark="one", digest="a" * 64, day=clock.today()
    )
    db.session.add(group)
    db.session.flush()
    asked = VoidRequest(
        round_id=round.id,
        burst_id=group.id,
        act=VoidAct.VOID,
        reason="All from one computer",
        asked_by_id=world.officer.id,
        asked_at=clock.now(),
    )
    db.session.add(asked)
    factories.close(round)
    with pytest.raises(Refused, match="second officer has to agree"):
        close(round, keys)
    db.session.delete(asked)
    db.session.commit()
    close(round, keys)


def test_the_worker_leaves_a_round_open_whose_groups_nobody_has_looked_at(
    world: World, keys: Path
) -> None:
    round = factories.open_round(world, guards={"methods": ["email"]})
    db.session.add(
        Burst(
            round_id=round.id,
            kind=BurstKind.CONTACT,
            mark="one",
            digest="a" * 64,
            day=clock.today(),
        )
    )
    factories.close(round)
    assert seal(round, keys) is None
    assert close(round, keys).kind is BatchKind.CLOSE


def test_everybody_is_told_once_however_often_they_vote(round: Round, keys: Path) -> None:
    people = add_voters(round, keys, 25)
    seal(round, keys)
    key = box.read_key(round.id, keys)
    first = people[0][0]
    db.session.execute(
        Ballot.__table__.update().where(Ballot.leaf == people[0][2]).values(is_live=False)
    )
    add_ballot(round, key, first)
    factories.close(round)
    close(round, keys)
    told = [mail.to_address for mail in mails("vote_recorded")]
    assert sorted(told) == sorted(address for _, address, _ in people)


def test_the_message_says_what_to_do_and_never_what_was_chosen(
    world: World, round: Round, keys: Path
) -> None:
    world.board.council.help_phone, world.board.council.help_email = "01698 000000", "a@example.org"
    add_voters(round, keys, 1)
    factories.close(round)
    close(round, keys)
    (mail,) = mails("vote_recorded")
    letter = put_into_words(mail)
    assert "If it was not you, tell us: phone 01698 000000 or write to a@example.org" in letter.text
    assert "http://127.0.0.1:8000/rounds/small-grants/log" in letter.text
    for said in (letter.text, letter.html, json.dumps(mail.context), mail.key):
        assert "Project" not in said
        assert mail.to_address.partition("@")[0] not in said


def test_addresses_go_when_the_log_is_closed_and_not_before(round: Round, keys: Path) -> None:
    add_voters(round, keys, 25)
    seal(round, keys)
    kept = select(VoterContact).where(VoterContact.round_id == round.id)
    assert len(list(db.session.scalars(kept))) == 25
    factories.close(round)
    close(round, keys)
    assert list(db.session.scalars(kept)) == []
    assert len(mails("vote_recorded")) == 25


def test_the_chair_and_the_voting_leads_get_each_head(
    world: World, round: Round, keys: Path
) -> None:
    add_voters(round, keys, 25)
    batch = seal(round, keys)
    sent = mails("ballot_head")
    assert world.officer.email in {mail.to_address for mail in sent}
    assert len(sent) == len({mail.to_address for mail in sent}) >= 2
    letter = put_into_words(sent[0])
    assert batch.head in letter.text
    assert "It has 15 ballots." in letter.text
    assert "Batch 1" in letter.subject


# --- the chain ------------------------------------------------------------------------------


def test_heads_and_roots_can_be_worked_out_from_the_published_document(
    round: Round, keys: Path
) -> None:
    add_voters(round, keys, 30)
    seal(round, keys)
    factories.close(round)
    close(round, keys)
    document = json.loads(json.dumps(queries.document(round)))
    head, total = document["config_hash"], 0
    for n, batch in enumerate(document["batches"], 1):
        total += len(batch["leaves"])
        assert batch["n"] == n
        assert batch["previous_head"] == head
        assert batch["leaves"] == sorted(batch["leaves"])
        assert batch["root"] == hashing.merkle_root(batch["leaves"])
        assert (batch["size"], batch["total"]) == (len(batch["leaves"]), total)
        day = clock.today().fromisoformat(batch["day"])
        head = hashing.head(head, batch["root"], batch["size"], total, day, batch["kind"])
        assert batch["head"] == head
    assert [batch["kind"] for batch in document["batches"]] == ["checkpoint", "close"]
    assert total == 30


def test_the_place_of_a_ballot_leads_to_the_root(round: Round, keys: Path) -> None:
    voter = factories.admit(round, keys)
    sent = factories.cast(round, keys, voter, "1")
    assert queries.find_place(round, sent.receipt) is None
    add_voters(round, keys, 12)
    factories.close(round)
    batch = close(round, keys)
    place = queries.find_place(round, sent.receipt)
    assert hashing.root_over(place.leaf, place.path) == batch.root
    assert sorted(queries.leaves_of(round.id)[1]).index(place.leaf) + 1 == place.position
