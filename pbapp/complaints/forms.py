"""What somebody fills in who complains."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import DataRequired, Email, Optional

from pbapp.complaints.models import Channel
from pbapp.complaints.words import ABOUT, CHANNEL
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text


class ComplaintForm(Form):
    """What went wrong, and how to reach whoever says so; nobody has to leave a name.

    `website` is a field no person sees; whoever fills it in is a program.
    """

    board = SelectField(_l("Which board is it about?"))
    about = RadioField(
        _l("What is it about?"),
        choices=[SelectChoice(key.value, words) for key, words in ABOUT.items()],
        validators=[DataRequired(_l("Choose what it is about."))],
    )
    text = TextAreaField(
        _l("What went wrong?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what went wrong.")), at_most(4000)],
    )
    wanted = TextAreaField(
        _l("What would put it right?"), filters=[plain_text], validators=[at_most(1000)]
    )
    name = StringField(_l("Your name"), filters=[plain_text], validators=[at_most(120)])
    email = StringField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[
            Optional(),
            Email(_l("Enter an e-mail address like name@example.org.")),
            at_most(320),
        ],
    )
    phone = StringField(_l("Your phone number"), filters=[plain_text], validators=[at_most(40)])
    website = StringField(_l("Leave this empty"))

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_("Leave this empty."))


class HeardForm(ComplaintForm):
    """A complaint an officer writes down for somebody."""

    channel = SelectField(
        _l("How did it reach you?"),
        choices=[
            SelectChoice(key.value, words)
            for key, words in CHANNEL.items()
            if key is not Channel.PAGE
        ],
    )


class GoOnForm(Form):
    """Why the first answer did not do."""

    why = TextAreaField(
        _l("Why are you not content with the answer?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why, so that somebody else can look at it.")),
            at_most(2000),
        ],
    )
