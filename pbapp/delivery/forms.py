"""What groups and officers type about an award."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from pbapp.plans.models import Indicator
from pbapp.web.forms import Form, PoundsField, SelectChoice, at_most, plain_text

APPROVED, NOT_PAID = "approved", "not_paid"


def an_amount(_form: Any, field: Any) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(_("Enter an amount in pounds, 0 if it is none."))


class ReasonForm(Form):
    """Why something is taken out."""

    reason = TextAreaField(
        _l("Why?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say why, for the record.")), at_most(300)],
    )


class DeclineForm(Form):
    """Why a group does not take the money."""

    reason = TextAreaField(
        _l("Why not, if you want to say"), filters=[plain_text], validators=[at_most(1000)]
    )


class DecisionForm(Form):
    """What the pot's funder decided about paying an award."""

    outcome = RadioField(
        _l("What was decided?"),
        choices=[
            SelectChoice(APPROVED, _l("Paying it was approved")),
            SelectChoice(NOT_PAID, _l("It is not paid: a published condition was not met")),
        ],
        validators=[InputRequired(_l("Pick what was decided."))],
    )
    condition = TextAreaField(
        _l("Which condition was not met?"), filters=[plain_text], validators=[at_most(1000)]
    )
    decided_on = DateField(
        _l("Which day was it decided?"), validators=[InputRequired(_l("Enter the day."))]
    )
    decided_by = StringField(
        _l("Who decided?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say which committee or partner decided.")), at_most(200)],
    )
    present = TextAreaField(_l("Who was there?"), filters=[plain_text], validators=[at_most(1000)])
    conflicts = TextAreaField(
        _l("Which interests were declared?"), filters=[plain_text], validators=[at_most(1000)]
    )
    spend_by = DateField(_l("Has to be spent by"), validators=[Optional()])


class PaymentForm(Form):
    """Money that was paid."""

    paid_on = DateField(_l("Paid on"), validators=[InputRequired(_l("Enter the day."))])
    amount = PoundsField(_l("How much?"), validators=[an_amount])
    note = StringField(_l("A note"), filters=[plain_text], validators=[at_most(200)])


class MilestoneForm(Form):
    """A step and its day."""

    name = StringField(
        _l("What will be done?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what will be done.")), at_most(160)],
    )
    due_on = DateField(_l("By which day?"), validators=[InputRequired(_l("Enter the day."))])


class ReceiptForm(Form):
    """A photo of a receipt, or a document."""

    what = StringField(
        _l("What was it for?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what it was for.")), at_most(160)],
    )
    amount = PoundsField(_l("How much?"), validators=[an_amount])
    file = FileField(_l("The receipt"), validators=[FileRequired(_l("Add a photo or a file."))])


class CheckForm(Form):
    """An officer's look at a receipt."""

    outcome = RadioField(
        _l("Is it right?"),
        choices=[
            SelectChoice("yes", _l("Yes: it fits what was awarded")),
            SelectChoice("no", _l("No: the group has to send another")),
        ],
        validators=[InputRequired(_l("Pick yes or no."))],
    )
    reason = StringField(
        _l("What is wrong with it?"), filters=[plain_text], validators=[at_most(500)]
    )


class ReportForm(Form):
    """What a group tells of its project."""

    text = TextAreaField(
        _l("What have you done?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Tell what you have done.")), at_most(4000)],
    )
    difference = TextAreaField(
        _l("What difference did it make?"), filters=[plain_text], validators=[at_most(2000)]
    )
    people = StringField(_l("How many people took part?"), filters=[plain_text])
    spent = PoundsField(_l("How much of the award is spent so far?"), validators=[an_amount])
    photo = FileField(_l("A photo"))
    photo_alt = StringField(
        _l("Describe the photo for people who cannot see it"),
        filters=[plain_text],
        validators=[at_most(300)],
    )
    consent = BooleanField(
        _l("Everybody in the photo, or a parent, has said yes to it being shown here")
    )
    indicator = SelectField(
        _l("Which figure of the plan did it help with?"), choices=[], default=""
    )
    counted = StringField(_l("How many did you count towards it?"), filters=[plain_text])
    counted_words = StringField(
        _l("What did you count?"), filters=[plain_text], validators=[at_most(200)]
    )
    is_final = BooleanField(_l("This is the last word: the project is finished"))

    def offer(self, indicators: Sequence[Indicator]) -> None:
        """The figures of the priority the project is for."""
        known = [SelectChoice(str(one.id), one.name) for one in indicators]
        self.indicator.choices = [SelectChoice("", _("None, or I do not know")), *known]

    def validate_counted(self, field: Any) -> None:
        if self.indicator.data and self.how_many_counted is None:
            raise ValidationError(_("Enter a whole number in digits, like 45."))
        if field.data and not self.indicator.data:
            raise ValidationError(_("Choose which figure this counts towards, or leave it empty."))

    def validate_counted_words(self, field: Any) -> None:
        if self.indicator.data and not field.data:
            raise ValidationError(_("Say what you counted, like: people who got a laptop."))

    def validate_people(self, field: Any) -> None:
        if field.data and not self.how_many:
            raise ValidationError(_("Enter a whole number in digits, like 45, or leave it empty."))

    def validate_consent(self, field: Any) -> None:
        if self.photo.data and self.photo.data.filename and not field.data:
            raise ValidationError(_("Ask first, then tick this. Or send no photo."))

    @property
    def how_many(self) -> int | None:
        return _whole(self.people.data)

    @property
    def how_many_counted(self) -> int | None:
        return _whole(self.counted.data)


def _whole(typed: str | None) -> int | None:
    """A whole number in digits, with or without commas; None for anything else."""
    digits = (typed or "").replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else None
