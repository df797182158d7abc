"""Small numbers are hidden, and so is whatever would give them away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.results.privacy import LEAST, ballots_may_be_public, explains_too_few, suppress


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"a": 40, "b": 12}, {"a": 40, "b": 12}),
        ({"a": 40, "b": 12, "c": 9}, {"a": 40, "b": None, "c": None}),
        ({"a": 40, "b": 4, "c": 3}, {"a": None, "b": None, "c": None}),
        ({"a": 40, "b": 6, "c": 5}, {"a": 40, "b": None, "c": None}),
        ({"a": 40, "b": 0}, {"a": None, "b": None}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
        ({"a": 7}, {"a": None}),
        ({}, {}),
    ],
)
def test_numbers_under_ten_and_their_neighbours_are_hidden(people, shown):
    assert suppress(people) == shown


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60)))
def test_no_hidden_number_can_be_worked_out_from_the_total(people: dict[str, int]):
    shown = suppress(people)
    hidden = [people[key] for key, number in shown.items() if number is None]
    assert all(
        number is None or number >= LEAST or not any(people.values()) for number in shown.values()
    )
    if hidden and len(hidden) < len(people):
        assert len(hidden) >= 2
        assert sum(hidden) >= LEAST


def test_explanations_and_ballots_of_few_people_are_withheld_in_real_rounds():
    assert explains_too_few(9, is_imported=False)
    assert not explains_too_few(10, is_imported=False)
    assert not explains_too_few(0, is_imported=False)
    assert not explains_too_few(3, is_imported=True)
    assert not ballots_may_be_public(99, is_imported=False)
    assert ballots_may_be_public(100, is_imported=False)
    assert ballots_may_be_public(5, is_imported=True)
