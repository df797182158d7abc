"""What people type to sign in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length

from pbapp.web.forms import WRONG_ADDRESS, Form, plain_text


class EmailForm(Form):
    """Step one: which address to send a code to."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )
    next = HiddenField()


class CodeForm(Form):
    """Step two: the code from the e-mail."""

    code = StringField(
        _l("The 6-digit code from the e-mail"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the 6 digits from our e-mail."))],
    )
    next = HiddenField()


class PasswordForm(Form):
    """For officers, board members and groups."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Length(max=320)],
    )
    password = PasswordField(
        _l("Your password"), validators=[DataRequired(_l("Enter your password."))]
    )
    next = HiddenField()
