"""What people type to show that they may vote, and what officers type about codes and cards."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, SelectField, StringField, TelField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import AnyOf, DataRequired, Email, Length

from pbapp.ballots.roll import terms
from pbapp.ballots.roll.identity import TOO_YOUNG, is_name, tidy_mobile
from pbapp.places.queries import PostcodeState, look_up_postcode
from pbapp.rounds.models import Connection, Method, Round
from pbapp.web.forms import WRONG_ADDRESS, Form, SelectChoice, plain_text

CONNECTIONS = {
    Connection.LIVE: _l("I live here"),
    Connection.WORK: _l("I work here"),
    Connection.STUDY: _l("I study here"),
    Connection.VOLUNTEER: _l("I volunteer here"),
}
METHODS = {
    Method.EMAIL: _l("With a code by e-mail"),
    Method.SMS: _l("With a code by text message"),
    Method.CODE: _l("With a code from a letter, a school or a group"),
    Method.CARD: _l("With the number of a card"),
    Method.TABLE: _l("At a voting table"),
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
ONLY_OUTSIDE = _l("This postcode is outside the area of this vote.")


class CheckForm(Form):
    """Step 1: what connects somebody to the place."""

    connection = RadioField(
        _l("What connects you with the area?"),
        validators=[AnyOf(list(CONNECTIONS), _l("Choose what connects you with the area."))],
        validate_choice=False,
    )
    postcode = StringField(
        _l("Postcode of that place"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the postcode of that place."))],
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
        self.connection.choices = [
            SelectChoice(value.value, CONNECTIONS[value]) for value in terms.connections_of(round)
        ]
        self.age_band.choices = [SelectChoice("", _("Choose")), *band_choices(round)]
        # Whether the way on is to ask a person rather than to type something else.
        self.ask_us = False

    def validate_connection(self, field: Field) -> None:
        if field.data not in terms.connections_of(self.round):
            raise ValidationError(_("Choose what connects you with the area."))

    def validate_name(self, field: Field) -> None:
        if not is_name(field.data):
            raise ValidationError(
                _("Enter your name in letters of one alphabet, as you would sign it.")
            )

    def validate_postcode(self, field: Field) -> None:
        wards = {item.area_id for item in self.round.round_areas}
        state = look_up_postcode(field.data, wards).state
        if state is PostcodeState.FOUND:
            return
        self.ask_us = state is not PostcodeState.NOT_A_POSTCODE
        only_home = terms.connections_of(self.round) == [Connection.LIVE]
        if state is PostcodeState.OUTSIDE and only_home:
            raise ValidationError(ONLY_OUTSIDE)
        raise ValidationError(POSTCODE_PROBLEMS[state])

    def validate_age_band(self, field: Field) -> None:
        if field.data not in {value for value, _start, _end in terms.bands_of(self.round)}:
            raise ValidationError(_("Choose your age group."))
        if field.data == TOO_YOUNG:
            self.ask_us = True
            raise ValidationError(
                _(
                    "People vote in this round from the age of %(age)s. Younger people can often "
                    "take part through their school or at a voting table: ask us.",
                    age=terms.min_age_of(self.round),
                )
            )


def band_choices(round: Round) -> list[SelectChoice]:
    return [
        SelectChoice(value, age_words(start, end)) for value, start, end in terms.bands_of(round)
    ]


def age_words(start: int, end: int | None) -> str:
    """An age group for people: "Under 16", "16 to 24", "75 or over"."""
    if end is None:
        return _("%(age)s or over", age=start)
    if start == 0:
        return _("Under %(age)s", age=end + 1)
    return _("%(start)s to %(end)s", start=start, end=end)


# --- step 2 ---------------------------------------------------------------------------------


class AddressForm(Form):
    """Where to send the code."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )


class MobileForm(Form):
    """Which phone to send the code to."""

    mobile = TelField(
        _l("Your mobile number"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter a UK mobile number, like 07700 900123."))],
    )

    def validate_mobile(self, field: Field) -> None:
        if tidy_mobile(field.data or "") is None:
            raise ValidationError(_("Enter a UK mobile number, like 07700 900123."))


class IssuedCodeForm(Form):
    """A code that somebody was given."""

    token = StringField(
        _l("Your code"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter the 12 letters and digits of your code.")),
            Length(max=60, message=_l("Enter the 12 letters and digits of your code.")),
        ],
    )


class CardForm(Form):
    """The number of a library card, a Young Scot card or the like."""

    token = StringField(
        _l("The number on your card"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter the number on your card.")),
            Length(max=60, message=_l("Enter the number on your card.")),
        ],
    )


class CodeForm(Form):
    """The code that we sent."""

    code = StringField(
        filters=[plain_text], validators=[DataRequired(_l("Enter the 6 digits of our code."))]
    )

    def __init__(self, method: Method, **values: Any) -> None:
        super().__init__(**values)
        self.code.label.text = (
            _("The 6-digit code from the text message")
            if method is Method.SMS
            else _("The 6-digit code from the e-mail")
        )
