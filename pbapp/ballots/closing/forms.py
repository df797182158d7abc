"""What is confirmed and typed at the end of a round."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from pbapp.ballots.paper.forms import CountField
from pbapp.web.forms import MISSING, Form, plain_text

LOOK = _l("Look at this and tick it, or do not confirm.")


class CertifyForm(Form):
    """Three things to look at, and the digest of what the page showed."""

    seen = HiddenField()
    head = BooleanField(
        _l("The head above is the one that was published, printed or e-mailed"),
        validators=[DataRequired(LOOK)],
    )
    ballots = BooleanField(
        _l("The numbers of ballots are what I expect"), validators=[DataRequired(LOOK)]
    )
    papers = BooleanField(
        _l("The papers add up with what was written down when the boxes were emptied"),
        validators=[DataRequired(LOOK)],
    )


class ScrutineerForm(Form):
    name = StringField(
        _l("Name"), filters=[plain_text], validators=[DataRequired(MISSING), Length(max=120)]
    )
    role = StringField(
        _l("What they are"),
        filters=[plain_text],
        validators=[DataRequired(MISSING), Length(max=120)],
    )


class DaysField(CountField):
    """A number of days."""


def days_between(least: int, most: int) -> Any:
    def check(_form: Any, field: Any) -> None:
        if field.data is None or not least <= field.data <= most:
            raise ValidationError(
                _("Enter a number of days from %(least)s to %(most)s.", least=least, most=most)
            )

    return check


class TermsForm(Form):
    """Set before sealing: how long ballots are kept, and who may read them one by one."""

    keep_days = DaysField(
        _l("Days after the count is certified"), validators=[InputRequired(), days_between(1, 366)]
    )
    last_days = DaysField(
        _l("Days after voting closes, whatever happens"),
        validators=[InputRequired(), days_between(2, 731)],
    )
    openings_public = BooleanField(
        _l("Publish every ballot with its seal, so that anybody can do what scrutineers do")
    )


class HoldForm(Form):
    reason = StringField(
        _l("Why"), filters=[plain_text], validators=[DataRequired(MISSING), Length(max=300)]
    )
