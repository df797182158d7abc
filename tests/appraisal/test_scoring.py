"""What several people's scores come to."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbapp.appraisal.scoring import one_digit, summarise
from pbapp.appraisal.standards import _all, standard_of
from pbapp.rounds.setup.templates import list_templates


def test_the_average_is_weighted_and_exact() -> None:
    found = summarise({1: 3, 2: 1}, [{1: 5, 2: 0}, {1: 4, 2: 1}])
    assert found is not None
    assert found.average == Fraction(3 * Fraction(9, 2) + Fraction(1, 2), 4)
    assert found.in_words == "3.5"
    assert found.sheets == 2


@pytest.mark.parametrize(
    ("points", "apart"), [((3, 3), False), ((3, 4), False), ((3, 5), True), ((0, 2, 1), True)]
)
def test_two_points_apart_is_far_apart(points: tuple[int, ...], apart: bool) -> None:
    found = summarise({1: 1, 2: 1}, [{1: one, 2: 2} for one in points])
    assert found is not None
    assert found.is_far_apart is apart
    assert found.spread == max(points) - min(points)


def test_nobody_has_scored() -> None:
    assert summarise({1: 1}, []) is None


def test_a_half_is_rounded_up() -> None:
    assert one_digit(Fraction(325, 100)) == "3.3"
    assert one_digit(Fraction(5)) == "5.0"


def test_every_template_has_a_standard_and_every_check_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pbapp.appraisal import words

    assert {one.key for one in list_templates()} | {""} == set(_all())
    assert standard_of("of long ago") == standard_of("")
    known = {key for standard in _all().values() for key in standard.checks}
    monkeypatch.setattr(words, "_", lambda text, **_: text)
    for key in known:
        assert words.check_words(key).question
