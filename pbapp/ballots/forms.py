"""What people type and tick to vote."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.fields.core import Field
from wtforms.validators import AnyOf, DataRequired, Email, Length

from pbapp.ballots.roll.identity import TOO_YOUNG, age_bands, is_name
from pbapp.places.queries import PostcodeState, look_up_postcode
from pbapp.rounds.models import Connection, Round
from pbapp.web.forms import Form, plain_text

WRONG_ADDRESS = _l("Enter an e-mail address, like name@example.org.")
CONNECTIONS = {
    Connection.LIVE: _l("I live here"),
    Connection.WORK: _l("I work here"),
    Connection.STUDY: _l("I study here"),
    Connection.VOLUNTEER: _l("I volunteer here"),
}
POSTCODE_PROBLEMS = {
    PostcodeState.NOT_A_POSTCODE: _l("Enter a full postcode, like ML5 3AB."),
    PostcodeState.UNKNOWN: _l(
        "We do not have this postcode. If it is right, the gap is ours and not yours: ask us, and "
        "we will help you to vote."
    ),
    PostcodeState.OUTSIDE: _l(
        "This postcode is outside the area of this vote. If you work, study or volunteer in the "
        "area, use the postcode of that place."
    ),
}


class CheckForm(Form):
    """Step 1: what connects somebody to the place."""

    connection = RadioField(
        _l("What connects you with the area?"),
        choices=[SelectChoice(value, label) for value, label in CONNECTIONS.items()],
        validators=[AnyOf(list(CONNECTIONS), _l("Choose what connects you with the area."))],
        validate_choice=False,
    )
    postcode = StringField(
        _l("Postcode of that place"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter the postcode of the place you live, work, study or volunteer."))
        ],
    )
    name = StringField(
        _l("Your full name"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter your name.")),
            Length(max=120, message=_l("Use at most 120 characters for your name.")),
        ],
    )
    age_band = SelectField(_l("Your age group"), validate_choice=False)

    def __init__(self, round: Round, **values: Any) -> None:
        super().__init__(**values)
        self.round = round
        self.age_band.choices = [
            SelectChoice("", _("Choose")),
            *(
                SelectChoice(value, age_words(start, end))
                for value, start, end in age_bands(round.min_age)
            ),
        ]
        # Whether the way on is to ask a person rather than to type something else.
        self.ask_us = False

    def validate_name(self, field: Field) -> None:
        if not is_name(field.data):
            raise ValidationError(
                _("Enter your name in letters of one alphabet, as you would sign it.")
            )

    def validate_postcode(self, field: Field) -> None:
        wards = {item.area_id for item in self.round.round_areas}
        state = look_up_postcode(field.data, wards).state
        if state is not PostcodeState.FOUND:
            self.ask_us = state is not PostcodeState.NOT_A_POSTCODE
            raise ValidationError(POSTCODE_PROBLEMS[state])

    def validate_age_band(self, field: Field) -> None:
        if field.data not in {value for value, _start, _end in age_bands(self.round.min_age)}:
            raise ValidationError(_("Choose your age group."))
        if field.data == TOO_YOUNG:
            self.ask_us = True
            raise ValidationError(
                _(
                    "People vote in this round from the age of %(age)s. Younger people can often "
                    "take part through their school or at a voting table: ask us.",
                    age=self.round.min_age,
                )
            )


def age_words(start: int, end: int | None) -> str:
    """An age group for people: "Under 16", "16 to 24", "75 or over"."""
    if end is None:
        return _("%(age)s or over", age=start)
    if start == 0:
        return _("Under %(age)s", age=end + 1)
    return _("%(start)s to %(end)s", start=start, end=end)


class AddressForm(Form):
    """Step 2: where to send the code."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )


class CodeForm(Form):
    """Step 2 still: the code."""

    code = StringField(
        _l("The 6-digit code from the e-mail"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the 6 digits from our e-mail."))],
    )


class ChooseForm(Form):
    """Step 3. The ticks are read as they come, so that none is dropped without a word."""


class SendForm(Form):
    """Step 4: what is sent is what the page showed."""

    key = HiddenField()


class ReceiptForm(Form):
    """Look up a ballot by its receipt."""

    receipt = StringField(
        _l("Your receipt"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the 16 letters and digits of your receipt."))],
    )


class PressForm(Form):
    """A button and nothing else."""
