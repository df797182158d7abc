"""What officers type about codes, cards and groups of voters."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from pbapp.ballots.paper.forms import CountField, given
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.forms import CONNECTIONS, band_choices
from pbapp.ballots.roll.identity import TOO_YOUNG
from pbapp.ballots.roll.models import CardCheck
from pbapp.rounds.models import Round
from pbapp.web.forms import Form, SelectChoice, plain_text

REASON = Length(max=300, message=_l("Use at most 300 characters."))


def label_field() -> StringField:
    return StringField(
        _l("What are they for?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say what they are for, like “Class 5B”.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
        ],
    )


class CodesForm(Form):
    """A batch of codes, and who may use them."""

    label = label_field()
    size = CountField(_l("How many codes?"), validators=[given])
    area = SelectField(_l("Only for one ward?"))
    connection = SelectField(_l("Only for one connection?"))
    age_band = SelectField(_l("Only for one age group?"))
    key = HiddenField(validators=[Length(min=32, max=32)])

    def __init__(self, round: Round, **values: Any) -> None:
        super().__init__(**values)
        wards = sorted((item.area.name, str(item.area_id)) for item in round.round_areas)
        self.area.choices = [
            SelectChoice("", _("No, for every ward")),
            *(SelectChoice(id, name) for name, id in wards),
        ]
        self.connection.choices = [
            SelectChoice("", _("No, for everybody")),
            *(SelectChoice(c.value, CONNECTIONS[c]) for c in terms.connections_of(round)),
        ]
        self.age_band.choices = [
            SelectChoice("", _("No, for every age that may vote")),
            *(choice for choice in band_choices(round) if choice.value != TOO_YOUNG),
        ]


class CardsForm(Form):
    """Card numbers in a file."""

    label = label_field()
    check = SelectField(
        _l("Do the numbers have a check digit?"),
        choices=[
            SelectChoice(CardCheck.NONE.value, _l("No, or we do not know")),
            SelectChoice(CardCheck.LUHN.value, _l("Yes, the last digit, as on bank cards (Luhn)")),
        ],
    )
    file = FileField(_l("A text or CSV file, one card a line"))


class LookForm(Form):
    """What an officer found about a group."""

    note = StringField(
        _l("What did you find?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say what you found, like “The vote at the library”.")),
            REASON,
        ],
    )


class VoidForm(Form):
    """Why a group's votes are set aside, or count again."""

    reason = StringField(
        _l("Why?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say why: everybody can read it.")), REASON],
    )
