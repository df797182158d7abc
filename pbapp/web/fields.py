"""Fields the browser has no control for, or ours is kinder: days, times, whole numbers by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField, SelectMultipleField, StringField, TimeField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

CLOCK = re.compile(r"(\d{1,2}:\d\d)(?::[\d.]+)?", re.ASCII)
FIRST_YEAR = 1900


class Day(DateField):
    """A day from the browser's own control, or typed as 4/12/2026."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = " ".join(valuelist).strip()
        self.data = None
        if not typed:
            return
        try:
            _refuse_other_digits(typed)
            super().process_formdata([typed])
            if self.data and self.data.year < FIRST_YEAR:  # "26" typed into a browser's control
                self.data = None
                raise ValueError(typed)
        except ValueError as error:
            raise ValueError(_("Enter a day, like 04/12/2026.")) from error


class Time(TimeField):
    """A time of day in 24 hours."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = " ".join(valuelist).strip()
        self.data = None
        if not typed:
            return
        try:
            _refuse_other_digits(typed)
            found = CLOCK.fullmatch(typed)  # some browsers send the seconds too
            super().process_formdata([found[1] if found else typed])
        except ValueError as error:
            raise ValueError(_("Enter a time, like 17:00.")) from error


def _refuse_other_digits(typed: str) -> None:
    # Python reads digits of every script; a keyboard that types them is a mistake here.
    if not typed.isascii():
        raise ValueError(typed)


class WholeNumber(StringField):
    """A whole number in plain digits, or None when left empty."""

    def __init__(self, *args: Any, least: int = 1, most: int = 1000, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.typed = str(valuelist[0]) if valuelist else ""
        self.data: Any = None
        text = self.typed.strip()
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError(_("Enter a whole number in digits, like 3."))
        number = int(text)
        if not self.least <= number <= self.most:
            raise ValueError(
                _("Enter a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )
        self.data = number

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        if typed is not None:
            return str(typed)
        return "" if self.data is None else str(self.data)


class Boxes(SelectMultipleField):
    """Any number of these, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        # Without the values, which a page must not repeat: nobody can tick them.
        known = {choice[0] for choice in self.iter_choices()}
        if not set(self.data or ()) <= known:
            raise ValidationError(_("Choose from the list."))
