"""A question, an officer's look at it, and the answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Optional

from pbapp.web.forms import Form, SelectChoice, at_most, plain_text


class AskForm(Form):
    """Somebody wants to know something."""

    text = TextAreaField(
        _l("What do you want to know?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Type your question.")), at_most(500)],
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


class ReadForm(Form):
    """An officer has read a question."""

    outcome = RadioField(
        _l("What should happen to it?"),
        choices=[
            SelectChoice("show", _l("Show it, and ask the group to answer")),
            SelectChoice("leave_out", _l("Leave it out")),
        ],
        validators=[InputRequired(_l("Pick one of the two."))],
    )
    reason = TextAreaField(
        _l("Why is it left out?"), filters=[plain_text], validators=[at_most(500)]
    )


class AnswerForm(Form):
    """What the authors answer."""

    text = TextAreaField(
        _l("Your answer"),
        filters=[plain_text],
        validators=[DataRequired(_l("Type your answer.")), at_most(2000)],
    )
