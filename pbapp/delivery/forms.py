"""What groups and officers type about an award."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from pbapp.web.forms import Form, PoundsField, plain_text

APPROVED, NOT_PAID = "approved", "not_paid"


def at_most(number: int) -> Length:
    return Length(max=number, message=_l("Use %(max)d characters or fewer."))


def an_amount(_form: Any, field: Any) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(_("Enter an amount in pounds, 0 if it is none."))


class PressForm(Form):
    """A button and nothing else."""


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
    is_final = BooleanField(_l("This is the last word: the project is finished"))

    def validate_people(self, field: Any) -> None:
        typed = (field.data or "").replace(",", "")
        plain = typed.isascii() and typed.isdigit() and len(typed) <= 7
        if typed and not (plain and int(typed) > 0):
            raise ValidationError(_("Enter a whole number in digits, like 45, or leave it empty."))

    def validate_consent(self, field: Any) -> None:
        if self.photo.data and self.photo.data.filename and not field.data:
            raise ValidationError(_("Ask first, then tick this. Or send no photo."))

    @property
    def how_many(self) -> int | None:
        return int(self.people.data.replace(",", "")) if self.people.data else None
