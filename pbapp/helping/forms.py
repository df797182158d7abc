"""What people type to get help, and officers to say who gives it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email

from pbapp.web.forms import WRONG_ADDRESS, Form, at_most, plain_text


class AskForm(Form):
    """Who asks, and for what."""

    text = TextAreaField(
        _l("What do you need help with?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what you need help with.")), at_most(3000)],
    )
    name = StringField(
        _l("Your name"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter your name.")), at_most(120)],
    )
    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), at_most(320)],
    )


class HelperForm(Form):
    """Who helps."""

    name = StringField(
        _l("Name"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the helper's name.")), at_most(120)],
    )
    organisation = StringField(_l("Organisation"), filters=[plain_text], validators=[at_most(200)])
    email = EmailField(
        _l("E-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), at_most(320)],
    )
