"""What the voluntary forms ask. Pure: names of questions and answers; how they are called is in
`words`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pbapp.engagement.models import SeldomHeard

PREFER_NOT = "prefer_not"
NONE = "none"
ANSWERED = "answered"  # how many people gave an answer other than that they prefer not to


class Kind(enum.StrEnum):
    """Three short forms: about oneself after the vote, and trust before and after a round."""

    ABOUT = "about"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Question:
    """One question. `alone` are answers that stand alone where several may be given."""

    name: str
    answers: tuple[str, ...]
    is_multiple: bool = False
    alone: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """What is counted of it."""
        return (*self.answers, ANSWERED)


AGE = Question(
    "age",
    (
        "under_16",
        "16_17",
        "18_24",
        "25_34",
        "35_44",
        "45_54",
        "55_64",
        "65_74",
        "75",
        PREFER_NOT,
    ),
)
# The plan's seldom-heard groups; older and young people are found by age.
BY_AGE = {
    SeldomHeard.YOUNG: ("under_16", "16_17", "18_24"),
    SeldomHeard.OLDER: ("65_74", "75"),
}
TICKED = tuple(group for group in SeldomHeard if group not in BY_AGE)
GROUPS = Question(
    "groups",
    (*(group.value for group in TICKED), NONE, PREFER_NOT),
    is_multiple=True,
    alone=(NONE, PREFER_NOT),
)
LANGUAGE = Question(
    "language",
    (
        "english",
        "scots",
        "gaelic",
        "polish",
        "urdu",
        "chinese",
        "bsl",
        "other",
        PREFER_NOT,
    ),
)
STATEMENTS = ("listen", "influence", "kept")
FEELINGS = ("agree", "neither", "disagree", PREFER_NOT)


def _trust(kind: Kind) -> tuple[Question, ...]:
    return tuple(Question(f"{kind.value}_{name}", FEELINGS) for name in STATEMENTS)


QUESTIONS: dict[Kind, tuple[Question, ...]] = {
    Kind.ABOUT: (AGE, GROUPS, LANGUAGE),
    Kind.BEFORE: _trust(Kind.BEFORE),
    Kind.AFTER: _trust(Kind.AFTER),
}
FORMS = {kind: f"{kind.value}_forms" for kind in Kind}  # how many forms came in
EVERY_CELL = tuple(
    (question.name, cell)
    for questions in QUESTIONS.values()
    for question in questions
    for cell in question.cells
) + tuple((name, ANSWERED) for name in FORMS.values())
