"""Followers hear what happens, each thing once, and the group its own result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Award
from pbapp.desk import services as desk
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.messages import following
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.news import telling
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.results.corrections import correcting, queries
from pbapp.results.corrections.models import Correction, CorrectionKind
from pbapp.rounds.models import PhaseKind, Round
from tests.ballots.factories import open_round
from tests.client import Browser, QueryCounter
from tests.results.factories import counted_round, propose
from tests.rounds.factories import make_round
from tests.world import World

JO, AL = "jo@example.org", "al@example.org"


def follow(subject: str, address: str = JO) -> None:
    following.follow(subject=subject, address=address, is_proven=True)
    db.session.commit()


def work() -> None:
    load_jobs()
    with time_machine.travel(clock.now() + timedelta(minutes=2)):  # nothing can be undone any more
        for _ in range(2):
            telling.tell_news()
            db.session.commit()
            jobs.run_due()


def told(address: str = JO) -> list[str]:
    query = select(Mail).where(Mail.to_address == address).order_by(Mail.written_at)
    return [put_into_words(mail).subject for mail in db.session.scalars(query)]


def event(verb: str, kind: str, id: int, facts: dict[str, Any] | None = None) -> None:
    audit.record(actor="test", verb=verb, subject_type=kind, subject_id=id, facts=facts)
    db.session.commit()


def test_a_board_hears_of_a_round_once_however_it_is_followed(world: World) -> None:
    round = make_round(world, PhaseKind.SUBMISSION)
    follow(f"board {world.board.id}")
    follow(f"round {round.id}")
    follow(f"ward {world.board.id}/{world.wards[7].id}", AL)
    follow(f"board {world.other_board.id}", "elsewhere@example.org")
    work()
    assert told() == told(AL) == ["Small grants is open for proposals"]
    assert told("elsewhere@example.org") == []
    with time_machine.travel(clock.now() + timedelta(days=45)):
        work()
        assert len(told()) == 1  # the vote is due, and the ballot not sealed


def test_voting_opens_and_gets_more_time_for_those_who_wait_for_the_result_too(
    world: World,
) -> None:
    round = open_round(world)
    follow(f"round {round.id}")
    follow(f"result {round.id}", AL)
    work()
    assert told() == ["Voting is open: Small grants"]
    voting = next(phase for phase in round.phases if phase.kind is PhaseKind.VOTING)
    assert voting.ends_at
    desk.extend(
        round=round,
        kind=PhaseKind.VOTING,
        ends_at=voting.ends_at + timedelta(days=2),
        reason="The hall was flooded.",
        by=world.officer,
        phase_words="Voting",
        until_words="later",
        url="https://pb.example.org/rounds/small-grants",
    )
    db.session.commit()
    work()
    assert told()[1].startswith("More time in “Small grants”: until ")
    assert told(AL) == told()[1:]
    mail = db.session.scalars(select(Mail).where(Mail.to_address == AL)).one()
    text = put_into_words(mail).text
    assert "You can vote until" in text
    assert "The hall was flooded." in text
    assert following.has_followers(f"result {round.id}")


@pytest.fixture
def result(world: World) -> Round:
    follow(f"board {world.board.id}")
    work()
    round = counted_round(world).round
    for proposal in db.session.scalars(select(Proposal)):
        proposal.submitted_by_id = world.group_member.id
        follow(f"proposal {proposal.id}", AL)
    return round


def test_a_result_is_told_to_followers_and_each_group_hears_of_its_own(
    world: World, result: Round
) -> None:
    follow(f"result {result.id}")
    work()
    assert told() == ["The result of Small grants is out"]
    titles = told(AL)
    assert len(titles) == len(set(titles)) == 5
    assert "“Warm room at the hall” is funded with £4,000" in titles
    assert "“Canal path lights” is not funded this time" in titles
    assert sorted(told(world.group_member.email)) == sorted(titles)


def test_followers_of_a_project_hear_what_becomes_of_its_money(world: World, result: Round) -> None:
    work()
    before = len(told(AL))
    made = delivery.offer_all(
        round=result, by=world.officer, link=lambda n: f"https://pb.example.org/{n}"
    )
    award = made[0]
    for verb in ("approved", "milestone_done", "reported", "paid", "finished", "unheard_of"):
        event(f"award.{verb}", "award", award.id)
    event("award.approved", "award", 999_999)
    work()
    title = db.session.get_one(Award, award.id).proposal.title
    assert told(AL)[before:] == [
        f"The money for “{title}” is approved",
        f"“{title}” has done another step",
        f"News from “{title}”",
        f"“{title}” is finished",
    ]
    assert len(told()) == 1


def test_a_proposal_on_the_ballot_is_told_in_its_ward_and_its_withdrawal_to_its_followers(
    world: World,
) -> None:
    work()
    round = open_round(world)
    proposal = db.session.scalars(select(Proposal).order_by(Proposal.number)).first()
    assert proposal is not None
    follow(f"ward {world.board.id}/{proposal.area_id}")
    follow(f"proposal {proposal.id}", AL)
    event("proposal.approved", "proposal", proposal.id)
    event("proposal.withdrawn", "proposal", proposal.id)
    work()
    assert "“Project 1” is on the ballot" in told()
    assert "“Project 1” is withdrawn" in told(AL)
    assert "“Project 1” is withdrawn" not in told()
    assert (
        round.title
        in put_into_words(
            db.session.scalars(select(Mail).where(Mail.to_address == AL)).first()
        ).text
    )


def test_what_happened_before_anybody_could_follow_is_no_news(world: World) -> None:
    open_round(world)
    proposal = db.session.scalars(select(Proposal)).first()
    follow(f"proposal {proposal.id}")
    event("proposal.withdrawn", "proposal", proposal.id)
    work()
    assert told() == []


def test_published_papers_are_told_to_the_board_once_and_what_was_just_done_waits(
    world: World, stranger: Browser
) -> None:
    follow(f"board {world.board.id}")
    work()
    meeting = Meeting(
        board=world.board, slot_on=None, starts_at=clock.now(), minutes=90, place="Town Hall"
    )
    db.session.add(meeting)
    db.session.flush()
    pack = Pack(
        meeting=meeting,
        version=1,
        facts="{}",
        digest="0" * 64,
        log_number=1,
        log_head="0" * 64,
        made_at=clock.now(),
        published_at=clock.now(),
    )
    db.session.add(pack)
    audit.record(
        actor="test",
        verb="pack.published",
        subject_type="meeting",
        subject_id=meeting.id,
        facts={"version": 1},
    )
    db.session.commit()
    telling.tell_news()
    jobs.run_due()
    assert told() == []
    work()
    assert [subject.split(":")[0] for subject in told()] == [
        "Papers of a meeting of the Coatbridge Community Board"
    ]
    assert "Papers of the meeting of" in stranger.get("/boards/coatbridge/news").text


def test_an_event_that_cannot_be_told_keeps_no_other_back(world: World) -> None:
    round = open_round(world)
    follow(f"round {round.id}")
    work()
    event("round.phase_extended", "round", round.id)  # without the facts that belong to it
    event("award.finished", "award", 999_999)
    facts = {"phase": "voting", "to": clock.now().isoformat(), "reason": "Snow."}
    event("round.phase_extended", "round", round.id, facts)
    work()
    assert [subject.split(":")[0] for subject in told()] == [
        "Voting is open",
        "More time in “Small grants”",
    ]


def test_a_minute_of_news_costs_the_same_however_many_rounds_are_over(
    world: World, count_queries: QueryCounter
) -> None:
    def rounds(*slugs: str) -> None:
        for slug in slugs:
            make_round(world, PhaseKind.SUBMISSION, slug=slug)
        work()
        count_queries.reset()
        telling.tell_news()

    rounds("a")
    few = count_queries.number
    rounds("b", "c", "d")
    assert count_queries.number <= few


def test_followers_of_what_is_not_public_any_more_are_led_to_the_list(world: World) -> None:
    make_round(world, PhaseKind.SUBMISSION)
    proposal = propose(world, db.session.scalars(select(Round)).one(), 1, "Tea at three", 100_00)
    db.session.flush()
    follow(f"proposal {proposal.id}", AL)
    work()
    proposal.state = ProposalState.WITHDRAWN
    event("proposal.joined_into", "proposal", proposal.id, {"whole": "2"})
    work()
    assert told(AL) == ["“Tea at three” is now part of another proposal"]
    text = put_into_words(db.session.scalars(select(Mail).where(Mail.to_address == AL)).one()).text
    assert "news about “Tea at three”" in text
    assert "/rounds/small-grants/proposals\n" in text


def test_a_corrected_count_is_told_to_the_projects_it_changes(world: World, result: Round) -> None:
    work()
    jobs.run_due()
    group = world.group_member.email
    before, before_theirs = len(told(AL)), len(told(group))
    correcting.ask(
        round=result,
        by=world.officer,
        kind=CorrectionKind.COUNT,
        what="Walking football is no longer funded.",
        reason="It was not in the area.",
        withdrawn=["2"],
    )
    db.session.commit()
    jobs.run_due()
    db.session.expire_all()
    seen = queries.digest_of(queries.find_open(result))
    correcting.agree(round=result, seen=seen, by=world.second_officer)
    db.session.commit()
    jobs.run_due()
    work()
    news = sorted(told(AL)[before:])
    assert [title.partition("”")[0] for title in news] == [
        "“School uniform bank",
        "“Tablet library",
        "“Walking football",
    ]
    assert "“Walking football” is not funded this time" in news
    assert sorted(told(group)[before_theirs:]) == news
    mails = select(Mail).where(Mail.to_address == group, Mail.key.contains(" edition 2"))
    assert "The result was corrected." in put_into_words(db.session.scalars(mails).first()).text


def test_a_correction_is_told_to_everybody_who_heard_the_result(
    world: World, result: Round
) -> None:
    follow(f"round {result.id}", "round@example.org")
    work()
    made = Correction(
        round_id=result.id,
        number=2,
        kind=next(iter(CorrectionKind)),
        what="One paper batch was counted twice.",
        reason="Found by a scrutineer.",
        asked_by_id=world.officer.id,
        asked_role=Role.VOTING_LEAD,
        asked_at=clock.now(),
        agreed_by_id=world.second_officer.id,
        agreed_role=Role.VOTING_LEAD,
        agreed_at=clock.now(),
        published_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    event("round.corrected", "round", result.id, {"edition": 2})
    work()
    assert told()[1:] == ["The result of Small grants was corrected"]
    assert len(told("round@example.org")) == 1
