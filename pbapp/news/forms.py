"""What officers type to write a newsletter and to send it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, Length, Optional

from pbapp.web.babel import from_local
from pbapp.web.forms import SeenForm, SelectChoice, plain_text

MOST = 5000
MORNING = time(9)


class LetterForm(SeenForm):
    """A newsletter's words, and whom they are for."""

    audience = SelectField(_l("Who gets it?"))
    title = StringField(
        _l("What is it about?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Give your news a title.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
        ],
    )
    text = TextAreaField(
        _l("What is new?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Write what is new.")),
            Length(max=MOST, message=_l("Use at most 5,000 characters.")),
        ],
    )

    def __init__(self, audiences: Sequence[tuple[str, str]], **given: Any) -> None:
        super().__init__(**given)
        self.audience.choices = [SelectChoice(subject, words) for subject, words in audiences]

    @property
    def words(self) -> dict[str, str]:
        """What was typed, as the verbs take it."""
        return {
            "audience": self.audience.data,
            "title": self.title.data or "",
            "text": self.text.data or "",
        }


class SendForm(SeenForm):
    """When it goes out."""

    when = RadioField(
        _l("When?"),
        choices=[
            SelectChoice("now", _l("Now")),
            SelectChoice("later", _l("On a day I pick")),
        ],
        default="now",
    )
    day = DateField(_l("Day"), validators=[Optional()])
    time = TimeField(_l("Time"), validators=[Optional()], default=MORNING)
    is_sure = BooleanField(_l("It may go out in a pre-election period: it takes no side"))

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators)
        if self.when.data == "later" and not self.day.data and not self.day.errors:
            self.day.errors = [_l("Enter the day.")]
            return False
        return is_right

    @property
    def send_at(self) -> datetime | None:
        """The moment that was picked; None for now."""
        if self.when.data != "later" or self.day.data is None:
            return None
        return from_local(self.day.data, self.time.data or MORNING)
