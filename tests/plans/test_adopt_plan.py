"""A board adopts a plan; its priorities live on from plan to plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.plans import queries, services
from pbapp.plans.models import Plan
from pbapp.plans.services import Line, PriorityText
from pbapp.refusal import Refused
from tests.world import World


def text(slug: str, title: str) -> PriorityText:
    return PriorityText(
        slug=slug,
        title=title,
        summary=f"{title} in short.",
        why=f"Why {title}.",
        success=f"{title} done.",
        actions=[Line("Act in long words.", "Act.")],
    )


def adopt(world: World, starts_on: date, *texts: PriorityText) -> Plan:
    return services.adopt_plan(
        board=world.board,
        title="The next plan",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1000),
        source="An example",
        priorities=texts,
    )


def test_a_new_plan_adds_versions_and_rewrites_none(world: World) -> None:
    poverty = world.priorities["poverty"]
    adopt(world, clock.today(), text("poverty", "Money worries"), text("play", "Play"))
    db.session.commit()

    versions = queries.list_versions(poverty.id)
    assert [version.title for version in versions] == ["Money worries", "Poverty"]
    assert queries.find_priority(world.board.id, "poverty") is poverty
    assert [v.title for v in queries.list_priorities(world.board.id)] == ["Money worries", "Play"]
    assert db.session.query(Event).one().verb == "plan.adopted"


def test_each_day_has_the_plan_that_had_begun(world: World) -> None:
    later = clock.today() + timedelta(days=30)
    adopt(world, later, text("poverty", "Money worries"))
    versions = queries.list_versions(world.priorities["poverty"].id)

    now, then = queries.current_version(versions), queries.current_version(versions, on=later)

    assert (now and now.title, then and then.title) == ("Poverty", "Money worries")
    assert queries.find_plan(world.board.id) == world.plan
    assert queries.current_version(versions, on=date(1990, 1, 1)) is None
    assert queries.find_plan(world.board.id, on=date(1990, 1, 1)) is None
    assert queries.list_priorities(world.board.id, on=date(1990, 1, 1)) == []


def test_a_plan_that_has_run_out_stands_until_the_next(world: World) -> None:
    assert queries.find_plan(world.board.id, on=date(2090, 1, 1)) == world.plan


def test_two_plans_cannot_begin_on_one_day(world: World) -> None:
    with pytest.raises(Refused) as refused:
        adopt(world, world.plan.starts_on, text("poverty", "Poverty"))
    assert refused.value.field == "starts_on"


def test_a_plan_without_priorities_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        adopt(world, clock.today())
    assert refused.value.field == "priorities"


def test_a_priority_named_twice_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        adopt(world, clock.today(), text("play", "Play"), text("play", "Play again"))
    assert refused.value.field == "priorities"
