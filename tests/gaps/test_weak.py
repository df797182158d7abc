"""Weak spots: each follows from figures, and what is not known is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.gaps.measures import Cell, Cover, Distance, WardRow
from pbapp.gaps.weak.rules import Lack, find_weak
from pbapp.gaps.words import weak

HEALTH = 11
NONE = Cover()


def lacks(**cell):
    row = WardRow(1, None, Cell(), {HEALTH: Cell(**cell)})
    return [spot.lack for spot in find_weak([row], [HEALTH])]


@pytest.mark.parametrize(
    ("here", "coming", "expected"),
    [
        (Cover(0), NONE, [Lack.NOTHING]),
        (Cover(0), Cover(1), []),
        (Cover(2), NONE, []),
        (Cover(2, known=1), NONE, [Lack.EVENING_AND_WEEKEND]),
        (Cover(2, known=1, weekend=1), NONE, [Lack.EVENING]),
        (Cover(2, known=2, evening=1), NONE, [Lack.WEEKEND]),
        (Cover(2, known=2, evening=1), Cover(1, known=1, weekend=1), []),
        (Cover(2, known=2, evening=1, weekend=1), NONE, []),
    ],
)
def test_times_are_weak_where_some_are_known_and_none_fits(here, coming, expected):
    assert lacks(here=here, coming=coming, fresh=1) == expected


def test_nobody_confirmed_any_of_them():
    assert lacks(here=Cover(2)) == [Lack.STALE]


@pytest.mark.parametrize(
    ("half", "expected"), [(None, []), (0.0, []), (0.8, []), (0.81, [Lack.FAR])]
)
def test_far_is_more_than_a_ten_minute_walk(half, expected):
    assert lacks(here=Cover(1), fresh=1, distance=Distance(100, half, half)) == expected


def test_the_worst_comes_first_and_then_the_plans_order():
    cells = {1: Cell(here=Cover(1)), 2: Cell(), 3: Cell()}
    found = find_weak([WardRow(1, None, Cell(), cells), WardRow(2, None, Cell(), cells)], [1, 3, 2])
    assert [(s.lack, s.area_id, s.priority_id) for s in found] == [
        *((Lack.NOTHING, ward, priority) for ward in (1, 2) for priority in (3, 2)),
        *((Lack.STALE, ward, 1) for ward in (1, 2)),
    ]


covers = st.builds(
    lambda entries, known, evening, weekend: Cover(
        entries, min(known, entries), min(evening, known, entries), min(weekend, known, entries)
    ),
    *[st.integers(0, 4)] * 4,
)


@given(covers, covers, st.integers(0, 4))
def test_every_weak_spot_can_be_said(here, coming, fresh):
    cell = Cell(here=here, coming=coming, fresh=min(fresh, here.entries))
    for spot in find_weak([WardRow(1, None, Cell(), {HEALTH: cell})], [HEALTH]):
        said = weak(spot, "Coatbridge North", "100% Health")
        assert "Coatbridge North" in said
        assert "100% Health" in said
        assert said.endswith(".")
