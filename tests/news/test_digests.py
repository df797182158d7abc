"""Half-way and finish: told when it is time, with what the awards have done, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Award, AwardState, Payment, Report
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.messages import following
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.news import digests
from pbapp.proposals.models import Proposal
from pbapp.results.models import Allocation
from pbapp.rounds.models import Round
from tests.results.factories import counted_round
from tests.world import World

JO = "jo@example.org"


@pytest.fixture
def round(world: World) -> Round:
    """Three projects won and were offered their money today."""
    round = counted_round(world).round
    for proposal in db.session.scalars(select(Proposal)):
        proposal.submitted_by_id = world.group_member.id
    delivery.offer_all(round=round, by=world.officer, link=lambda n: f"https://pb.example.org/{n}")
    for kind in ("result", "halfway", "finish"):
        following.follow(subject=f"{kind} {round.id}", address=JO, is_proven=True)
    db.session.commit()
    return round


def work(days: float = 0) -> None:
    load_jobs()
    with time_machine.travel(clock.now() + timedelta(days=days)):
        for _ in range(2):
            digests.tell_digests()
            db.session.commit()
            jobs.run_due()


def told() -> list[str]:
    query = select(Mail).where(Mail.to_address == JO).order_by(Mail.written_at)
    return [put_into_words(mail).subject for mail in db.session.scalars(query)]


def awards(round: Round) -> list[Award]:
    return list(db.session.scalars(select(Award).where(Award.round_id == round.id)))


RESULT = "The result of Small grants is out"
HALFWAY = "Half-way: what your votes in Small grants are doing"
FINISH = "What came of the money in Small grants"


def test_the_middle_of_the_work_is_between_the_offer_and_the_last_day_to_spend(
    round: Round,
) -> None:
    work()
    assert told() == [RESULT]
    for award in awards(round):
        award.spend_by = clock.today() + timedelta(days=100)
    work(days=45)
    assert told() == [RESULT]
    work(days=55)
    assert told() == [RESULT, HALFWAY]
    work(days=200)
    assert told() == [RESULT, HALFWAY]
    work(days=300)  # late: people are told how far it is, all the same
    assert told() == [RESULT, HALFWAY, FINISH]
    assert following.find_reader(JO) is None


def test_a_digest_says_what_was_paid_done_and_who_was_reached(round: Round) -> None:
    first, second, third = awards(round)
    first.state, second.state = AwardState.FINISHED, AwardState.DECLINED
    first.payments.append(Payment(paid_on=clock.today(), amount_pence=3_000_50))
    first.reports.append(
        Report(told_at=clock.now(), text="x", spent_pence=1, people=40, is_final=True)
    )
    third.state = AwardState.NOT_PAID
    third.condition = "No insurance"
    db.session.commit()
    work()
    mail = db.session.scalars(
        select(Mail).where(Mail.template == "digest").order_by(Mail.written_at.desc())
    ).first()
    assert mail is not None
    letter = put_into_words(mail)
    assert letter.subject == FINISH
    assert letter.text.startswith("See every project")
    for said in (
        "1 project won money. Paid so far: £3,000.50. 1 is finished. "
        "Groups say they reached 40 people.",
        f"{first.proposal.title}: finished",
        f"/rounds/{round.slug}/awards",
    ):
        assert said in letter.text
    assert second.proposal.title not in letter.text


def test_who_waits_for_work_that_never_begins_is_forgotten(round: Round) -> None:
    for award in awards(round):
        db.session.delete(award)
    db.session.commit()
    work(days=500)
    assert told() == [RESULT]
    assert following.find_reader(JO) is not None
    work(days=560)
    assert following.find_reader(JO) is None
    following.follow(subject=f"halfway {round.id}", address=JO, is_proven=True)
    for row in db.session.scalars(select(Allocation)):
        row.is_funded, row.awarded = False, 0
    db.session.commit()
    work()
    assert following.find_reader(JO) is None


def test_who_waits_for_a_result_that_never_comes_is_forgotten(round: Round) -> None:
    for award in awards(round):
        db.session.delete(award)
    db.session.flush()
    from pbapp.results.models import Count

    for count in db.session.scalars(select(Count)):
        count.is_official = False
    db.session.commit()
    work()
    assert following.find_reader(JO) is not None
    work(days=100)
    assert following.find_reader(JO) is None
    assert told() == []
