"""What officers fill in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.fields.core import Field
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
)
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.desk.simulating import LARGEST_SEED
from pbapp.desk.what_if import FEWEST, LEAST_VOTES, MOST
from pbapp.web.babel import from_local
from pbapp.web.forms import Form, plain_text


class ExtendForm(Form):
    """Make a phase end later."""

    kind = SelectField(_l("Which phase?"))
    day = DateField(_l("New last day"), validators=[InputRequired(_l("Enter the new last day."))])
    time = TimeField(
        _l("Until what time?"), validators=[InputRequired(_l("Enter a time, like 17:00."))]
    )
    reason = StringField(
        _l("Why?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why, so that people understand it.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )

    @property
    def ends_at(self) -> datetime:
        """The new end, typed in local time, as a moment."""
        day, time = self.day.data, self.time.data
        assert day is not None  # noqa: S101 — the validators saw to it
        assert time is not None  # noqa: S101
        return from_local(day, time)


def _if_asked_for(form: RulesForm, field: Field) -> None:
    typed = any(str(value).strip() for value in field.raw_data or ())
    if LEAST_VOTES in (form.settings.data or []) and not typed:
        field.errors = []
        raise StopValidation(_("Enter the least number of votes a project needs."))


def _rules_field() -> SelectMultipleField:
    return SelectMultipleField(
        _l("Count it by which two or three rules?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _least_field() -> IntegerField:
    return IntegerField(
        _l("Least number of votes"),
        validators=[
            _if_asked_for,
            Optional(),
            NumberRange(1, 10_000_000, message=_l("Enter a number of 1 or more.")),
        ],
    )


class RulesForm(Form):
    """Two or three ways to count an election; each form has them where its page does."""

    settings: SelectMultipleField
    least: IntegerField

    def validate_settings(self, field: Field) -> None:
        if not FEWEST <= len(field.data or []) <= MOST:
            raise ValidationError(_("Choose two or three rules."))


class WhatIfForm(RulesForm):
    """A past election and two or three ways to count it."""

    election = SelectField(_l("Which election?"))
    file = FileField(_l("Or a Pabulib (.pb) file of at most 5 MB"))
    settings = _rules_field()
    least = _least_field()

    @property
    def chosen(self) -> str:
        """The election of ours that was chosen; empty for a file."""
        return self.election.data or ""

    @property
    def chosen_title(self) -> str:
        """Its name as it stood in the list."""
        listed: Iterable[tuple[str, str]] = self.election.choices or ()  # type: ignore[assignment]
        return next((words for value, words in listed if value == self.chosen), "")

    def validate_election(self, _field: Field) -> None:
        if not self.chosen and not self.file.data:
            raise ValidationError(_("Choose an election, or a file."))


class SimulateForm(RulesForm):
    """Who votes on what, how they choose, and two or three ways to count it."""

    source = SelectField(_l("Which projects do they vote on?"))
    voters = IntegerField(
        _l("How many people vote?"),
        default=500,
        validators=[
            InputRequired(_l("Enter how many people vote.")),
            NumberRange(20, 20_000, message=_l("Enter a number from 20 to 20,000.")),
        ],
    )
    choices = IntegerField(
        _l("How many projects may each choose?"),
        default=3,
        validators=[
            InputRequired(_l("Enter how many projects each may choose.")),
            NumberRange(1, 20, message=_l("Enter a number from 1 to 20.")),
        ],
    )
    model = SelectField(_l("How do they choose?"))
    settings = _rules_field()
    least = _least_field()
    seed = IntegerField(
        _l("Number of the draw"),
        validators=[
            Optional(),
            NumberRange(0, LARGEST_SEED, message=_l("Enter a number from 0 to 999,999,999.")),
        ],
    )
