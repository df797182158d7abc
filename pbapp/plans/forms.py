"""What officers type about how a plan goes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, TypedDict

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from pbapp.audit.models import Revision
from pbapp.audit.queries import list_since, newest_number
from pbapp.audit.services import CHANGED
from pbapp.plans.words import STATUS
from pbapp.refusal import Refused
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text
from pbapp.web.refusals import blame

NUMBER = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,4}))?", re.ASCII)


class SeenForm(Form):
    """A form that knows which edit its author saw last."""

    seen = HiddenField()

    @property
    def seen_number(self) -> int | None:
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None

    def stale(self, refused: Refused, kind: str, subject_id: int) -> list[Revision]:
        """Why not; and where somebody else was quicker, what they changed, newest last."""
        blame(self, refused)
        if refused.message != CHANGED:
            return []
        others = list_since(kind, subject_id, self.seen_number or 0)
        self.seen.data = str(newest_number(kind, subject_id))
        return others


class ActionForm(SeenForm):
    """How an action goes."""

    status = RadioField(
        _l("How does it go?"),
        choices=[SelectChoice(status.value, label) for status, label in STATUS.items()],
        validators=[InputRequired(_l("Pick how it goes."))],
    )
    progress = TextAreaField(
        _l("What has been done, in words"),
        filters=[plain_text],
        validators=[at_most(2000)],
    )


class TypedReading(TypedDict):
    taken_on: date
    value: int
    source: str


class ReadingForm(SeenForm):
    """One reading of an indicator, with as many decimal places as it has."""

    taken_on = DateField(_l("For which day?"), validators=[InputRequired(_l("Enter the day."))])
    value = StringField(
        _l("What does it stand at?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter a number."))],
    )
    source = StringField(
        _l("Where does the figure come from?"),
        filters=[plain_text],
        validators=[at_most(300)],
    )

    def __init__(self, decimals: int, data: dict[str, Any] | None = None) -> None:
        super().__init__(data=data)
        self.decimals = decimals

    def validate_value(self, field: Any) -> None:
        found = NUMBER.fullmatch((field.data or "").replace(",", ""))
        if found is None:
            raise ValidationError(_("Enter a number in digits, like 120 or 12.5."))
        if len(found[3] or "") > self.decimals:
            raise ValidationError(
                _("Enter a whole number.")
                if not self.decimals
                else _("Use at most %(n)s digits after the dot.", n=self.decimals)
            )

    @property
    def typed(self) -> TypedReading:
        """What was typed, once it is valid; the value in whole 10^-decimals."""
        found = NUMBER.fullmatch((self.value.data or "").replace(",", ""))
        sign, whole, part = found.groups() if found else ("", "0", None)
        value = int(whole + (part or "").ljust(self.decimals, "0"))
        return {
            "taken_on": self.taken_on.data or date.min,
            "value": -value if sign else value,
            "source": self.source.data or "",
        }


class CorrectionForm(ReadingForm):
    """A reading put right, and why."""

    reason = StringField(
        _l("What was wrong with it?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why the figure was wrong.")),
            at_most(300),
        ],
    )


class DriverForm(Form):
    """When a law or strategy was looked at again."""

    reviewed_on = DateField(
        _l("When was it looked at again?"), validators=[InputRequired(_l("Enter the day."))]
    )

    @property
    def day(self) -> date:
        return self.reviewed_on.data or date.min
