"""Last year's round again: what is kept, what moves, and what stays behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_any_round
from pbapp.rounds.setup import beginning
from tests.client import Browser
from tests.proposals.factories import quick
from tests.rounds.factories import make_round
from tests.world import World


def test_texts_are_kept_dates_move_by_whole_weeks_and_proposals_stay(
    officer: Browser, world: World
) -> None:
    year = clock.now().year
    old = make_round(world, PhaseKind.PUBLISHED, title=f"Small grants {year}")
    caps = [
        {"name": "Halls", "projects": ["1", "2"], "limit": 500_00},
        {"name": "Poverty", "priority": "poverty", "limit": 900_00},
    ]
    old.rule = {**old.rule, "groups": [["1", "2"]], "caps": caps, "min_votes": 5}
    old.rule_words = "Only one of the projects 1, 2 can be funded."
    old.conditions, old.arrangements = "A bank account.", "Large print."
    quick(world, old, 2)
    db.session.commit()
    page = officer.get("/desk/rounds/new")
    begun = officer.submit(page, {"start": "copy:small-grants"}, form="begin")
    assert begun.location
    new = find_any_round(begun.location.split("/")[3])
    assert new is not None
    assert new.id != old.id
    assert (new.conditions, new.arrangements) == ("A bank account.", "Large print.")
    kept = {"name": "greedy", "on_unaffordable": "skip", "min_votes": 5, "caps": caps[1:]}
    assert new.rule == kept
    assert "Only one of the projects" not in new.rule_words
    assert "Poverty: together the projects for this priority" in new.rule_words
    assert [pot.budget_pence for pot in new.pots] == [100_000_00]
    assert {item.area_id for item in new.round_areas} == {i.area_id for i in old.round_areas}
    moved = new.phases[0].starts_at - old.phases[0].starts_at
    assert moved % timedelta(weeks=52) == timedelta(0)
    assert new.phases[0].starts_at > clock.now()
    assert (new.is_public, new.sealed_at, new.steps_done) == (False, None, [])
    assert db.session.query(Proposal).filter_by(round_id=new.id).count() == 0


def test_a_second_click_makes_no_second_copy_whatever_the_title(
    officer: Browser, world: World
) -> None:
    make_round(world, PhaseKind.PUBLISHED, title="Small grants")
    page = officer.get("/desk/rounds/new")
    places = {
        officer.submit(page, {"start": "copy:small-grants"}, form="begin").location
        for _ in range(2)
    }
    assert places == {"/desk/rounds/small-grants-2/set-up"}


def test_a_copy_does_not_take_an_address_that_is_taken(world: World) -> None:
    old = make_round(world)
    first = beginning.copy_last(of=old, by=world.officer)
    second = beginning.copy_last(of=old, by=world.second_officer)
    assert [first.slug, second.slug] == ["small-grants-2", "small-grants-3"]


def test_nobody_copies_another_boards_round(world: World) -> None:
    with pytest.raises(Refused, match="voting lead"):
        beginning.copy_last(of=make_round(world), by=world.officer_elsewhere)
