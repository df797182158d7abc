"""What is wrong, and the reply."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Optional

from pbapp.web.forms import Form, at_most, plain_text


class ConcernForm(Form):
    """Somebody says what is wrong."""

    text = TextAreaField(
        _l("What is wrong?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what is wrong.")), at_most(1000)],
    )
    address = StringField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[
            Optional(),
            Email(_l("Enter an e-mail address like name@example.org.")),
            at_most(320),
        ],
    )


class ReplyForm(Form):
    """What an officer did about it."""

    text = TextAreaField(
        _l("What did you do about it?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what you did about it.")), at_most(1000)],
    )
