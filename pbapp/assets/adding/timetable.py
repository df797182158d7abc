"""Regular times as people type them: rows of days and hours, read into `times.Session`."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import wtforms
from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import Length

from pbapp.assets.models import SessionUse
from pbapp.assets.times import (
    MIDNIGHT,
    Regular,
    Session,
    days_of,
    end_after,
    is_in_order,
    never_is,
)
from pbapp.assets.times_typed import NOT_IN_ORDER, read_hour
from pbapp.web.fields import Boxes, Day, Time
from pbapp.web.forms import options, plain_text

EVERY_WEEK = "0.1"
# How often, as "nth of the month, or 0 for weeks" and "every so many": what a list can offer.
CODE = re.compile(r"(-1|[0-4])\.([1-9]|1[0-2])", re.ASCII)
USUAL = (EVERY_WEEK, "0.2", "0.3", "0.4", "1.1", "2.1", "3.1", "4.1", "-1.1")


def one_line(value: str | None) -> str | None:
    """Plain text of one line: a line of its own would be a link in an e-mail."""
    value = plain_text(value)
    return " ".join(value.split()) if value else value


class Hour(Time):
    """A time of day, also as an old phone without a control for it lets people type it."""

    def process_formdata(self, valuelist: Any) -> None:
        minutes = read_hour(" ".join(valuelist))
        if minutes is None:
            super().process_formdata(valuelist)
        else:
            self.data = _clock(minutes)

    def _value(self) -> str:
        # As browsers with a control take it: they show "7pm" as nothing.
        typed = " ".join(self.raw_data or ())
        return typed if self.data is None else f"{self.data:%H:%M}"


class SessionRow(wtforms.Form):
    """One regular time. A row in which nothing was chosen or typed counts as left out."""

    days = Boxes(_l("On which days?"))
    opens = Hour(_l("From"))
    closes = Hour(_l("To"))
    repeat = SelectField(_l("How often?"), default=EVERY_WEEK)
    starts_on = Day(_l("First day"))
    until_on = Day(_l("Last day"))
    use = SelectField(_l("What happens then?"), default=SessionUse.OPEN.value)
    note = StringField(
        _l("Anything to add about this time"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Use %(max)d characters or fewer."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = get_day_names("wide", locale=get_locale())
        self.days.choices = options(*((str(number), names[number]) for number in range(7)))
        codes = (
            USUAL
            if self.repeat.data in USUAL or not _read(self.repeat.data)
            else (*USUAL, str(self.repeat.data))
        )
        self.repeat.choices = options(*((code, how_often(code)) for code in codes))
        self.use.choices = options(
            (SessionUse.OPEN.value, _("It is open, or it is on")),
            (SessionUse.FREE.value, _("A space is free for others to use")),
        )

    @property
    def is_blank(self) -> bool:
        fields = (self.opens, self.closes, self.starts_on, self.until_on, self.note)
        typed = any("".join(field.raw_data or ()).strip() for field in fields)
        return not (typed or self.days.data or any(field.data is not None for field in fields[:4]))

    def validate_days(self, field: Any) -> None:
        if not self.is_blank and not field.data:
            raise ValidationError(_("Choose at least one day."))

    def validate_opens(self, field: Any) -> None:
        if not self.is_blank and field.data is None and not field.process_errors:
            raise ValidationError(_("Enter when it begins, like 10:00."))

    def validate_closes(self, field: Any) -> None:
        if self.is_blank or field.process_errors:
            return
        if field.data is None:
            raise ValidationError(_("Enter when it ends, like 12:00."))
        if self.opens.data is not None and not is_in_order(*self._hours()):
            raise ValidationError(_(NOT_IN_ORDER))

    def validate_starts_on(self, field: Any) -> None:
        every = (_read(self.repeat.data) or (0, 1))[1]
        if self.is_blank or field.process_errors or field.data or every == 1:
            return
        raise ValidationError(_("Give the first day, so that we can count from there."))

    def validate_until_on(self, field: Any) -> None:
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day cannot be before the first."))
        if not field.data or not self.days.data or None in (self.opens.data, self.closes.data):
            return
        if never_is(self.read()):
            raise ValidationError(
                _("None of the days you ticked is between the first and the last day.")
            )

    def read(self) -> Session:
        """The row as a time; only of one that is valid and not blank."""
        nth, every = _read(self.repeat.data) or (0, 1)
        opens, closes = self._hours()
        return Session(
            days=sum(1 << int(number) for number in set(self.days.data or ())),
            opens=opens,
            closes=closes,
            nth=nth or None,
            every=every,
            starts_on=self.starts_on.data,
            until_on=self.until_on.data,
            use=self.use.data or SessionUse.OPEN.value,
            note=self.note.data or "",
        )

    def _hours(self) -> tuple[int, int]:
        opens = _minutes(self.opens.data or time())
        return opens, end_after(opens, _end(self.closes.data or time()))


def how_often(code: str) -> str:
    """A code of the list in words."""
    nth, every = _read(code) or (0, 1)
    if nth == 0:
        return _("Every week") if every == 1 else _("Every %(n)s weeks", n=every)
    which = {
        1: _("The first of the month"),
        2: _("The second of the month"),
        3: _("The third of the month"),
        4: _("The fourth of the month"),
        -1: _("The last of the month"),
    }[nth]
    return which if every == 1 else _("%(which)s, every %(n)s months", which=which, n=every)


def row_of(regular: Regular, use: str, note: str) -> dict[str, Any]:
    """A kept time as its row shows it."""
    return {
        "days": [str(number) for number in days_of(regular)],
        "opens": _clock(regular.opens),
        "closes": _clock(regular.closes),
        "repeat": f"{regular.nth or 0}.{regular.every}",
        "starts_on": regular.starts_on,
        "until_on": regular.until_on,
        "use": use,
        "note": note,
    }


def _read(code: Any) -> tuple[int, int] | None:
    found = CODE.fullmatch(code) if isinstance(code, str) else None
    return (int(found[1]), int(found[2])) if found else None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _end(at: time) -> int:
    """When something ends: midnight is the end of the day, not its beginning."""
    return _minutes(at) or MIDNIGHT


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
