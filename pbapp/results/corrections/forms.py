"""What somebody objects, what an officer answers, and what is corrected."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.results.corrections.words import FINDING, KIND
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text


class ObjectionForm(Form):
    """Anybody's objection; name and address only if they want an answer by e-mail."""

    key = HiddenField(validators=[Length(min=32, max=32)])
    body = TextAreaField(
        _l("What is wrong with this result?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what is wrong.")), at_most(4000)],
    )
    name = StringField(_l("Your name"), filters=[plain_text], validators=[at_most(120)])
    email = StringField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[
            Optional(),
            at_most(320),
            Email(_l("Enter an e-mail address, like name@example.com, or leave it empty.")),
        ],
    )


class AnswerForm(Form):
    """What everybody reads of an objection; `seen` is the answer that the page showed."""

    seen = HiddenField(validators=[Length(max=64)])

    summary = TextAreaField(
        _l("What the objection is about, in neutral words"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say in your own words what it is about.")), at_most(1000)],
    )
    answer = TextAreaField(
        _l("The answer"),
        filters=[plain_text],
        validators=[DataRequired(_l("Write the answer.")), at_most(4000)],
    )
    finding = RadioField(
        _l("What comes of it?"),
        choices=[SelectChoice(finding.value, label) for finding, label in FINDING.items()],
        validators=[InputRequired(_l("Pick what comes of it."))],
    )


class CorrectionForm(Form):
    """What is put right, and why; projects that cannot win in a corrected count."""

    kind = RadioField(
        _l("What has to be put right?"),
        choices=[SelectChoice(kind.value, label) for kind, label in KIND.items()],
        validators=[InputRequired(_l("Pick what has to be put right."))],
    )
    withdrawn = SelectMultipleField(
        _l("Projects that cannot win"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    what = TextAreaField(
        _l("What is corrected"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what is corrected.")), at_most(1000)],
    )
    reason = TextAreaField(
        _l("Why"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say why, so that people understand it.")), at_most(1000)],
    )


class PressForm(Form):
    """A press that cannot be forged, on the correction that the page showed."""

    seen = HiddenField(validators=[Length(max=64)])
