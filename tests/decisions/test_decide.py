"""An officer decides, takes it back within a minute, and the author is told after that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.decisions import queries, services
from pbapp.decisions.models import Decision, Outcome
from pbapp.messages.models import Mail, MailState
from pbapp.refusal import Refused
from tests.world import World

SUBJECT = uuid4()


def approve(world: World, **more: object) -> Decision:
    values = {"outcome": Outcome.APPROVED, "state_before": "waiting", **more}
    return services.decide(subject_type="thing", subject_id=SUBJECT, by=world.officer, **values)


def tell(decision: Decision) -> Mail:
    services.tell(
        decision=decision, to="resident@example.org", template="sign_in_code", context={"code": "1"}
    )
    return db.session.query(Mail).one()


def test_a_decision_stands_and_is_in_the_officers_log(world: World) -> None:
    decision = approve(world, board_id=world.board.id)

    assert queries.find_latest("thing", SUBJECT) is decision
    event = db.session.query(Event).one()
    assert (event.verb, event.actor, event.board_id) == (
        "thing.approved",
        world.officer.actor,
        world.board.id,
    )


@pytest.mark.parametrize("reason", ["", "   "])
def test_returning_needs_a_reason(world: World, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        approve(world, outcome=Outcome.RETURNED, reason=reason)
    assert refused.value.field == "reason"


def test_nobody_decides_on_what_they_sent_in(world: World) -> None:
    with pytest.raises(Refused):
        approve(world, authors=[None, world.officer.id])
    assert queries.list_for("thing", SUBJECT) == []


def test_the_author_is_told_when_the_minute_is_over(world: World) -> None:
    decision = approve(world)
    mail = tell(decision)
    assert mail.not_before == decision.at + timedelta(minutes=1)


def test_undoing_in_time_cancels_the_mail_and_stays_on_record(world: World) -> None:
    decision = approve(world)
    mail = tell(decision)

    services.undo(decision=decision, by=world.officer)
    services.undo(decision=decision, by=world.officer)  # the second click

    db.session.refresh(mail)
    assert mail.state is MailState.CANCELLED
    assert queries.find_latest("thing", SUBJECT) is None
    assert queries.list_for("thing", SUBJECT) == [decision]
    assert db.session.query(Event).count() == 2


def test_after_a_minute_it_is_too_late(world: World) -> None:
    decision = approve(world)
    with (
        time_machine.travel(clock.now() + timedelta(seconds=60), tick=False),
        pytest.raises(Refused),
    ):
        services.undo(decision=decision, by=world.officer)


def test_only_who_decided_can_undo(world: World) -> None:
    decision = approve(world)
    assert not services.can_undo(decision, world.second_officer)
    with pytest.raises(Refused):
        services.undo(decision=decision, by=world.second_officer)


@time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False)
def test_of_decisions_of_one_moment_the_same_is_always_the_newest(world: World) -> None:
    for number in (2, 3, 1):
        approve(world).id = UUID(int=number)
        db.session.flush()
    newest_first = queries.list_for("thing", SUBJECT)
    assert [one.id.int for one in newest_first] == [1, 2, 3]
    assert queries.find_latest("thing", SUBJECT) is newest_first[0]
