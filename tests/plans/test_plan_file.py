"""A plan in a file is read whole or not at all, and every fault is said with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from pbapp.db import db
from pbapp.places.problems import FileProblems
from pbapp.plans import queries, services
from pbapp.plans.commands import plan
from pbapp.plans.models import ActionStatus, DriverKind
from pbapp.plans.plan_file import read_plan
from pbapp.plans.plan_writing import text_of, write_plan
from pbapp.refusal import Refused
from tests.world import World

WHOLE = """
[plan]
title = "The plan for Stirling"
starts_on = 2026-04-01
ends_on = 2036-03-31
source = "An example"

[[priorities]]
slug = "fair-work"
title = "Fair work"
summary = "Work that pays."
why = "Pay is low."
success = "Pay is fair."

[[priorities.actions]]
words = "Carry out an audit."
plain = "Look at what there is."
lead = "Stirling Council"
partners = ["NHS Forth Valley", "Stirlingshire Voluntary Enterprise"]
due_on = 2027-03-31
status = "under_way"
progress = "Two halls asked."

[[priorities.aims]]
words = "More living-wage employers."

[[priorities.drivers]]
kind = "improvement"
name = "A programme"
reviewed_on = 2026-01-15

[[priorities.indicators]]
slug = "living-wage"
name = "People paid the living wage"
unit = "%"
direction = "up"
source = "A survey"
decimals = 1
least = 0
most = 100
readings = [{ on = 2025-03-31, value = 81.4 }, { on = 2026-03-31, value = 82 }]
"""


def test_everything_in_the_file_is_read() -> None:
    plan = read_plan(WHOLE.encode())
    (priority,) = plan.priorities
    (action,) = priority.actions
    assert (plan.starts_on, plan.ends_on) == (date(2026, 4, 1), date(2036, 3, 31))
    assert (action.lead, action.status) == ("Stirling Council", ActionStatus.UNDER_WAY)
    assert action.partners == ["NHS Forth Valley", "Stirlingshire Voluntary Enterprise"]
    assert priority.drivers[0].kind is DriverKind.IMPROVEMENT
    figure = priority.indicators[0]
    assert (figure.least, figure.most) == (0, 1000)
    assert list(figure.readings) == [(date(2025, 3, 31), 814), (date(2026, 3, 31), 820)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('slug = "fair-work"', 'slug = "Fair Work"', "priorities[1].slug has to be small letters"),
        ('title = "Fair work"', "title = 3", "priorities[1].title has to be text"),
        ("starts_on = 2026-04-01", 'starts_on = "soon"', "plan.starts_on has to be a day"),
        ('kind = "improvement"', 'kind = "hope"', "priorities[1].drivers[1].kind has to be one of"),
        ("value = 81.4", "value = 81.45", "can have 1 decimal places: 81.45 has more"),
        ("value = 81.4", "value = nan", "readings[1].value has to be a number"),
        ("value = 81.4", "value = true", "readings[1].value has to be a number"),
        ("decimals = 1", "decimals = 9", "decimals has to be a whole number from 0 to 4"),
        (
            'partners = ["NHS',
            'partners = [1, "NHS',
            "actions[1].partners has to be a list of names",
        ),
        ("[plan]", "[plan", "The file is not TOML"),
    ],
)
def test_a_fault_is_said_with_its_place(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(FileProblems) as raised:
        read_plan(WHOLE.replace(old, new, 1).encode())
    assert any(said in problem for problem in raised.value.problems), raised.value.problems


def test_all_faults_are_said_at_once() -> None:
    broken = WHOLE.replace('title = "Fair work"', "").replace('words = "Carry', 'wirds = "Carry')
    with pytest.raises(FileProblems) as raised:
        read_plan(broken.encode())
    assert len(raised.value.problems) == 2


@given(st.binary(max_size=200))
def test_any_bytes_are_a_plan_or_problems(content: bytes) -> None:
    with pytest.raises(FileProblems):
        read_plan(content)


def test_a_plan_is_adopted_with_its_figures(app: Flask, world: World) -> None:
    text = read_plan(WHOLE.encode())
    services.adopt_plan(
        board=world.board,
        title=text.title,
        starts_on=text.starts_on,
        ends_on=text.ends_on,
        source=text.source,
        priorities=text.priorities,
    )
    priority = queries.find_priority(world.board.id, "fair-work")
    assert priority is not None
    (figure,) = queries.list_indicators(priority.id)
    assert [reading.value for reading in figure.readings] == [814, 820]


def test_what_is_written_is_read_back_the_same(app: Flask, world: World) -> None:
    text = read_plan(WHOLE.encode())
    plan = services.adopt_text(board=world.board, text=text)
    versions = queries.load_whole(plan)
    figures = {v.priority_id: queries.list_indicators(v.priority_id) for v in versions}
    written = write_plan(text_of(plan, versions, figures))
    assert read_plan(written.encode()) == text
    hard = replace(text, introduction='A "quoted"\nline\\ with \x7f, \t and –', title="It's")
    assert read_plan(write_plan(hard).encode()) == hard


def test_a_next_plan_keeps_the_readings_and_refuses_other_decimals(
    app: Flask, world: World
) -> None:
    for year, content in ((2026, WHOLE), (2030, WHOLE.replace("2026-04-01", "2030-04-01"))):
        text = read_plan(content.encode())
        services.adopt_plan(
            board=world.board,
            title=f"Plan {year}",
            starts_on=text.starts_on,
            ends_on=text.ends_on,
            source="",
            priorities=text.priorities,
        )
    priority = queries.find_priority(world.board.id, "fair-work")
    assert priority is not None
    (figure,) = queries.list_indicators(priority.id)
    assert len(figure.readings) == 2
    other = read_plan(WHOLE.replace("decimals = 1", "decimals = 2").encode())
    with pytest.raises(Refused, match="decimal places before"):
        services.adopt_plan(
            board=world.board,
            title="Plan",
            starts_on=date(2033, 4, 1),
            ends_on=date(2034, 4, 1),
            source="",
            priorities=other.priorities,
        )
    db.session.rollback()


def test_the_command_adopts_a_file_or_says_what_is_wrong_and_ends_with_2(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    file = tmp_path / "stirling.toml"

    def run(content: str, *options: str) -> Result:
        file.write_text(content, encoding="utf-8")
        return CliRunner().invoke(plan, ["import", str(file), "--board", "coatbridge", *options])

    refused = run(WHOLE.replace('title = "Fair work"', ""))
    assert refused.exit_code == 2
    assert "priorities[1].title has to be text." in refused.stderr
    assert "Nothing was kept" in run(WHOLE, "--dry-run").stdout
    assert queries.find_priority(world.board.id, "fair-work") is None
    done = run(WHOLE)
    assert done.exit_code == 0, done.output
    assert "Fair work: 1 actions, 1 aims, 1 drivers, 1 indicators" in done.stdout
    assert "has adopted “The plan for Stirling”" in done.stdout
    assert queries.find_priority(world.board.id, "fair-work") is not None
