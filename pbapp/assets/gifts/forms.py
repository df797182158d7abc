"""What somebody types to write to a giver, and a giver to answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField
from wtforms.validators import DataRequired, Email, Length

from pbapp.web.forms import WRONG_ADDRESS, Form, plain_text, text

MOST = 1500


class LetterForm(Form):
    """A letter to somebody whose name and address its writer does not know."""

    name = text(_l("What may they call you?"), 80, required=_l("Enter a name, or a first name."))
    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )
    text = text(
        _l("What would you like to ask?"),
        MOST,
        required=_l("Write what you would like to ask."),
        long=True,
    )
    gives_address = BooleanField(_l("Give them my e-mail address, so that they can write to me"))


class AnswerForm(Form):
    """A giver's answer, which goes through us too."""

    text = text(_l("Your answer"), MOST, required=_l("Write an answer."), long=True)
