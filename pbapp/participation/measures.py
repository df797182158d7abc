"""Who took part against who lives here. Pure: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbapp.participation.questions import ANSWERED, PREFER_NOT, Question
from pbapp.results.privacy import suppress

LEAST_FORMS = 10
LEAST_CELL = 5
SELDOM = 0.75  # of the share that would be expected: below it, we say that few were heard

Cells = Mapping[str, int | None]


@dataclass(frozen=True)
class Part:
    """A ward or a fifth of the index: people who voted (None: held back), and who live there
    (None: not known)."""

    key: str
    name: str
    people: int | None
    living: int | None

    @property
    def per_1000(self) -> float | None:
        """People who voted of each thousand who live there."""
        return 1000 * self.people / self.living if self.people is not None and self.living else None


def overall(parts: Sequence[Part]) -> float | None:
    """People who voted of each thousand, over all parts with both numbers."""
    known = [part for part in parts if part.per_1000 is not None]
    living = sum(part.living or 0 for part in known)
    return 1000 * sum(part.people or 0 for part in known) / living if living else None


def seldom(parts: Sequence[Part]) -> list[Part]:
    """Parts where clearly fewer took part than over the whole area."""
    whole = overall(parts)
    if whole is None:
        return []
    return [p for p in parts if p.per_1000 is not None and p.per_1000 < SELDOM * whole]


def shown(question: Question, counted: Cells) -> dict[str, int | None]:
    """The answers to one question with small numbers None; empty if too few people answered.

    How many answered is told with it. Numbers that are None already (forgotten with the ballots)
    stay so.
    """
    people = counted.get(ANSWERED)
    if people is None or people < LEAST_FORMS:
        return {}
    if any(number is None for number in counted.values()):
        return {answer: counted.get(answer) for answer in question.answers}
    numbers = {answer: counted.get(answer) or 0 for answer in question.answers}
    refused = numbers.pop(PREFER_NOT, 0)
    several = question.is_multiple
    told = _shown_several(numbers, people) if several else suppress(numbers, least=LEAST_CELL)
    return {**told, PREFER_NOT: refused if refused >= LEAST_CELL else None}


def _shown_several(numbers: Mapping[str, int], people: int) -> dict[str, int | None]:
    """Where people tick several: also a number so large that it tells of the few without it."""
    found: dict[str, int | None] = {
        answer: number if LEAST_CELL <= number <= people - LEAST_CELL else None
        for answer, number in numbers.items()
    }
    open_ones = [answer for answer, number in found.items() if number is not None]
    if len(open_ones) == len(found) - 1:  # the one that is held back could be worked out
        found[min(open_ones, key=lambda answer: numbers[answer])] = None
    return found


def share(part: int, whole: int) -> int:
    """Of a hundred, rounded."""
    return round(100 * part / whole) if whole else 0
