"""What people say of an entry that is on the map: closed, wrong, the same as another."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from pbapp.assets.adding.forms import one_line
from pbapp.assets.keeping.words import PART
from pbapp.assets.models import Asset, Status
from pbapp.concerns.forms import ConcernForm
from pbapp.web.forms import Form, at_most, options, plain_text


class ConfirmForm(Form):
    """Three buttons and nothing to fill in."""


class StatusForm(Form):
    """Whether it runs."""

    status = RadioField(
        _l("How is it now?"),
        choices=options(
            (Status.ACTIVE.value, _l("It is open, or it runs")),
            (Status.PAUSED.value, _l("It is closed for now")),
            (Status.CLOSED.value, _l("It has closed for good")),
        ),
        validators=[InputRequired(_l("Choose how it is now."))],
    )
    until = DateField(_l("Closed for now: until which day?"), validators=[Optional()])
    why = StringField(_l("Why, in a few words"), filters=[one_line], validators=[at_most(200)])


class ReportForm(ConcernForm):
    """Which part of an entry is wrong, and what is right instead."""

    part = RadioField(
        _l("What is wrong?"),
        choices=options(*((part.value, words) for part, words in PART.items())),
        validators=[InputRequired(_l("Choose what is wrong."))],
    )
    text = TextAreaField(
        _l("What is right?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what is right, as well as you know.")), at_most(1000)],
    )


class MendForm(Form):
    """What the group did about it: one of two sentences, so that nobody writes through us."""

    done = RadioField(
        _l("What did you do about it?"),
        choices=options(
            ("changed", _l("We have changed the entry")),
            ("right", _l("The entry is right as it is")),
        ),
        validators=[InputRequired(_l("Choose what you did about it."))],
    )


class ReasonForm(Form):
    """Why somebody decides as they do."""

    reason = TextAreaField(_l("Why"), filters=[plain_text], validators=[at_most(1000)])
    seen = HiddenField()


class SameForm(Form):
    """Which entry is kept, of two for one thing."""

    other = RadioField(_l("Which one stays?"), validators=[Optional()])
    typed = StringField(_l("Or another one"), filters=[one_line], validators=[at_most(500)])

    def offer(self, others: list[Asset]) -> None:
        """Set what to choose from: entries of nearly the same name, if there are any."""
        if not others:
            self.typed.label.text = self.other.label.text
        self.other.choices = options(*((str(one.id), one.name) for one in others))
