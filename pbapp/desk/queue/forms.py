"""What officers fill in when they decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from pbapp.complaints.words import FINDING
from pbapp.web.forms import Form, SeenForm, SelectChoice, plain_text

TOO_LONG = _l("Use at most 2,000 characters here.")


class DecideForm(SeenForm):
    """Approve with one button, or give a reason and return with the other."""

    reason = TextAreaField(
        _l("What has to change?"),
        filters=[plain_text],
        validators=[Length(max=2000, message=TOO_LONG)],
    )


class RefuseForm(SeenForm):
    """Ask for a refusal; a second person then agrees or not."""

    reason = TextAreaField(
        _l("Why can it not go ahead?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why. Everybody can read the reason.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )
    elsewhere = StringField(
        _l("Where else could they turn?"),
        filters=[plain_text],
        validators=[Length(max=500, message=_l("Use at most 500 characters."))],
    )
    is_hidden = BooleanField(_l("Do not show its words to the public"))


class DeclineForm(Form):
    """The second person agrees with a button, or says why not."""

    note = TextAreaField(
        _l("Why do you not agree?"),
        filters=[plain_text],
        validators=[Length(max=2000, message=TOO_LONG)],
    )


class AnswerForm(Form):
    """Uphold an appeal with one button or dismiss it with the other; both need words."""

    answer = TextAreaField(
        _l("Your answer"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why, so that they understand it.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )


class NoteForm(Form):
    """A note for the other officers of the board."""

    text = TextAreaField(
        _l("New note"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Write the note first.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )


class ReplyForm(SeenForm):
    """A reply the officers of a board keep."""

    board = SelectField(_l("For which board?"))
    name = StringField(
        _l("Name of the reply"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Give the reply a name.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
        ],
    )
    text = TextAreaField(
        _l("Its words"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Write the words of the reply.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )


class BulkForm(Form):
    """What becomes of several things at once."""

    reason = TextAreaField(
        _l("What has to change?"),
        filters=[plain_text],
        validators=[Length(max=2000, message=TOO_LONG)],
    )


class ComplaintAnswerForm(Form):
    """What came of a complaint at one stage."""

    stage = HiddenField()
    finding = RadioField(
        _l("What did you find?"),
        choices=[SelectChoice(key.value, words) for key, words in FINDING.items()],
        validators=[DataRequired(_l("Choose what you found."))],
    )
    text = TextAreaField(
        _l("Your answer"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Write the answer.")),
            Length(max=4000, message=_l("Use at most 4,000 characters here.")),
        ],
    )
