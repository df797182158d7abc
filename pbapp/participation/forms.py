"""The voluntary forms, the totals of those on paper, and who lives here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.participation import words
from pbapp.participation.questions import AGE, GROUPS, PREFER_NOT, QUESTIONS, Kind, Question
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text

MOST_FORMS = 100_000
NO_NUMBER = _l("Enter a whole number.")


def _choices(question: Question) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.answers_of(question.name).items()]


def _field(question: Question) -> Any:
    if question.is_multiple:
        return SelectMultipleField(
            words.ask(question.name),
            choices=_choices(question),
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    return RadioField(words.ask(question.name), choices=_choices(question), validators=[Optional()])


class AskForm(Form):
    """What all three share: the number that makes a second press add nothing."""

    kind: Kind
    key = HiddenField(validators=[Length(min=32, max=32)])

    @property
    def questions(self) -> list[Any]:
        return [self[question.name] for question in QUESTIONS[self.kind]]

    @property
    def answers(self) -> dict[str, list[str]]:
        found = {}
        for question in QUESTIONS[self.kind]:
            given = self[question.name].data
            found[question.name] = list(given) if isinstance(given, list) else [given or ""]
        return {name: [one for one in given if one] for name, given in found.items()}


FORMS: dict[Kind, type[AskForm]] = {
    kind: type(
        f"{kind.value.title()}Form",
        (AskForm,),
        {"kind": kind, **{question.name: _field(question) for question in questions}},
    )
    for kind, questions in QUESTIONS.items()
}


def ask_form(kind: Kind, *, fresh: bool = False) -> AskForm:
    """The form of one kind; a fresh one has a new number."""
    if fresh:
        return FORMS[kind](formdata=None, key=secrets.token_hex(16))
    return FORMS[kind]()


class WholeNumber(IntegerField):
    """A whole number; anything else is said in our own words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(NO_NUMBER) from error


def _from_0_to(most: int, wrong: Any) -> Any:
    """A validator for a number that could be read."""

    def check(_form: Form, field: Any) -> None:
        if field.data is not None and not 0 <= field.data <= most:
            raise ValidationError(wrong)

    return check


def _number(label: Any) -> IntegerField:
    return WholeNumber(label, validators=[Optional(), _from_0_to(MOST_FORMS, NO_NUMBER)])


class PaperForm(Form):
    """All forms on paper together. A field a number, named "question-answer"."""

    forms = WholeNumber(
        _l("How many forms came back?"),
        validators=[
            InputRequired(_l("Enter how many forms came back.")),
            _from_0_to(MOST_FORMS, NO_NUMBER),
        ],
    )

    def numbers(self) -> dict[tuple[str, str], int]:
        """By question and answer."""
        return {
            (question.name, answer): self[f"{question.name}-{answer}"].data or 0
            for question in QUESTIONS[Kind.ABOUT]
            for answer in question.answers
        }

    def blame_question(self, name: str) -> str:
        """The first field of a question, to show beside it what is wrong with its numbers."""
        question = next(q for q in QUESTIONS[Kind.ABOUT] if f"{q.name}-total" == name)
        return f"{question.name}-{question.answers[0]}"


for _question in QUESTIONS[Kind.ABOUT]:
    for _answer, _label in words.answers_of(_question.name).items():
        setattr(PaperForm, f"{_question.name}-{_answer}", _number(_label))


class CommunityForm(Form):
    """Of a hundred people who live here; by age and by group."""

    source = StringField(
        _l("Where these numbers are from"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say where these numbers are from, and of which year.")),
            at_most(300),
        ],
    )

    def shares(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for question in (AGE, GROUPS):
            for answer in community_answers(question):
                number = self[f"{question.name}-{answer}"].data
                if number is not None:
                    found.setdefault(question.name, {})[answer] = number
        return found

    def fill(self, shares: Mapping[str, Mapping[str, float]]) -> None:
        """With what is known already."""
        for name, given in shares.items():
            for answer, number in given.items():
                self[f"{name}-{answer}"].data = number

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        ages = [self[f"age-{answer}"].data or 0 for answer in community_answers(AGE)]
        if sum(ages) > 101:  # rounded numbers may be a little more than all
            field = self[f"age-{community_answers(AGE)[0]}"]
            field.errors = [*field.errors, _("The ages together are more than 100 of 100 people.")]
            return False
        return fine


def community_answers(question: Question) -> list[str]:
    """The answers a census can give numbers for."""
    return [a for a in question.answers if a not in (PREFER_NOT, *question.alone)]


for _question in (AGE, GROUPS):
    for _answer in community_answers(_question):
        setattr(
            CommunityForm,
            f"{_question.name}-{_answer}",
            WholeNumber(
                words.answers_of(_question.name)[_answer],
                validators=[
                    Optional(),
                    _from_0_to(100, _l("Enter a number from 0 to 100.")),
                ],
            ),
        )
