"""Small numbers are held back, and what is few is found. Pure."""

from __future__ import annotations

from pbapp.participation.measures import Part, overall, seldom, shown
from pbapp.participation.questions import AGE, ANSWERED, GROUPS, LANGUAGE, PREFER_NOT


def single(**numbers: int) -> dict[str, int | None]:
    people = sum(numbers.values()) - numbers.get(PREFER_NOT, 0)
    return {**{a: numbers.get(a, 0) for a in LANGUAGE.answers}, ANSWERED: people}


def several(people: int, **numbers: int) -> dict[str, int | None]:
    return {**{a: numbers.get(a, 0) for a in GROUPS.answers}, ANSWERED: people}


def test_nothing_is_shown_of_fewer_than_ten_answers():
    assert shown(LANGUAGE, single(english=9)) == {}
    assert shown(GROUPS, several(9, none=9)) == {}


def test_cells_under_five_and_one_that_would_give_them_away_are_held_back():
    found = shown(LANGUAGE, single(english=30, polish=8, urdu=2))
    assert found["english"] == 30
    assert found["urdu"] is None
    assert found["scots"] is None
    assert sum(number is None for number in found.values()) >= 2
    # The hidden ones stand for at least five: here the zeros and the two were not enough.
    assert found["polish"] is None


def test_a_group_that_nearly_everybody_ticked_is_held_back_too():
    found = shown(GROUPS, several(40, disabled=37, unpaid_carers=12, none=3))
    assert found["disabled"] is None  # three did not tick it
    assert found["unpaid_carers"] == 12
    assert found["none"] is None


def test_one_number_alone_is_never_held_back_by_itself():
    every = dict.fromkeys(GROUPS.answers, 10)  # those who prefer not to say are told apart
    found = shown(GROUPS, several(40, **{**every, "faith": 2, "lgbti": 8}))
    assert [answer for answer, number in found.items() if number is None] == ["lgbti", "faith"]


def test_what_was_forgotten_with_the_ballots_stays_forgotten():
    kept = {**dict.fromkeys(AGE.answers, 12), "16_17": None, ANSWERED: 90}
    assert shown(AGE, kept)["16_17"] is None
    assert shown(AGE, kept)["75"] == 12
    assert shown(AGE, {**dict.fromkeys(AGE.answers), ANSWERED: None}) == {}


def test_who_prefers_not_to_say_gives_nobody_else_away():
    found = shown(LANGUAGE, single(english=30, scots=12, prefer_not=7))
    assert (found["english"], found[PREFER_NOT]) == (30, 7)
    assert shown(LANGUAGE, single(english=30, prefer_not=2))[PREFER_NOT] is None


def test_places_with_clearly_fewer_people_are_named():
    parts = [
        Part("a", "North", 40, 10_000),
        Part("b", "West", 12, 10_000),
        Part("c", "South", None, 10_000),
        Part("d", "Abroad", 30, None),
    ]
    assert overall(parts) == 2.6
    assert [part.name for part in seldom(parts)] == ["West"]
    assert seldom([Part("d", "Abroad", 30, None)]) == []
