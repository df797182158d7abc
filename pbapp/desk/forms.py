"""What officers fill in."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from pbapp.web.forms import Form, plain_text


class DecideForm(Form):
    """Approve with one button, or give a reason and return with the other."""

    reason = TextAreaField(
        _l("What has to change?"),
        filters=[plain_text],
        validators=[Length(max=2000, message=_l("Use at most 2,000 characters here."))],
    )
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version this officer read; 0 fits none."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


class ExtendForm(Form):
    """Make a phase end later."""

    kind = SelectField(_l("Which phase?"))
    day = DateField(_l("New last day"), validators=[InputRequired(_l("Enter the new last day."))])
    time = TimeField(
        _l("Until what time?"), validators=[InputRequired(_l("Enter a time, like 17:00."))]
    )
    reason = StringField(
        _l("Why?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why, so that people understand it.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )

    @property
    def ends_at(self) -> datetime:
        """The new end, typed in local time, as a moment."""
        day, time = self.day.data, self.time.data
        assert day is not None  # noqa: S101 — the validators saw to it
        assert time is not None  # noqa: S101
        return datetime.combine(day, time, tzinfo=get_timezone()).astimezone(UTC)
