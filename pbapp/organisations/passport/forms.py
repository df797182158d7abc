"""What a group types about an item of its passport, and an officer about what they saw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Optional

from pbapp import clock
from pbapp.organisations.passport.models import Item, PassportItem
from pbapp.organisations.passport.services import ALWAYS_NEEDED, COUNTS_FOR, Said
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text

NEEDED, NOT_NEEDED = "yes", "no"
WITH_END = frozenset({Item.INSURANCE, Item.LAND})


def yes_or_no(label: Any) -> Any:
    choices = [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
    return RadioField(label, choices=choices, validators=[Optional()])


class ItemForm(Form):
    """All that any item asks; what this one does not is taken out."""

    version = HiddenField()
    is_needed = RadioField(
        _l("Does this concern your group?"),
        choices=[SelectChoice(NEEDED, _l("Yes")), SelectChoice(NOT_NEEDED, _l("No"))],
        default=NEEDED,
    )
    own_account = yes_or_no(_l("Is there a bank account in the group's own name?"))
    two_signatories = yes_or_no(
        _l("Do two people who are not related, and do not live together, have to sign for money?")
    )
    says = TextAreaField(
        _l("What do you have? If it does not concern you, say why."),
        filters=[plain_text],
        validators=[at_most(2000)],
    )
    runs_out_on = DateField(_l("Until which day does it count?"), validators=[Optional()])
    document = FileField(_l("A document"))
    drop_document = BooleanField(_l("Take away the document you sent before"))

    def fit(self, item: Item, row: PassportItem | None) -> None:
        """Leave only the questions that fit an item and what is there of it."""
        unfit = []
        if item in ALWAYS_NEEDED:
            unfit.append("is_needed")
        if item is Item.BANK:
            unfit += ["says", "document"]
        else:
            unfit += ["own_account", "two_signatories"]
        if item not in WITH_END:
            unfit.append("runs_out_on")
        if row is None or row.document_id is None:
            unfit.append("drop_document")
        for name in unfit:
            del self._fields[name]
            setattr(self, name, None)

    def said(self, document_id: Any = None) -> Said:
        """The answers, as the room's verb takes them."""
        return Said(
            says=self._value("says") or "",
            is_needed=self._value("is_needed") != NOT_NEEDED,
            own_account=_as_bool(self._value("own_account")),
            two_signatories=_as_bool(self._value("two_signatories")),
            runs_out_on=self._value("runs_out_on"),
            document_id=document_id,
            drop_document=bool(self._value("drop_document")),
        )

    def _value(self, name: str) -> Any:
        field = self._fields.get(name)
        return field.data if field is not None else None

    @property
    def seen_version(self) -> int:
        return as_version(self.version.data)


def _as_bool(value: Any) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def as_version(typed: str | None) -> int:
    """The version a page showed; 0, which fits no row, for anything that is no number."""
    typed = typed or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def values_of(row: PassportItem | None) -> dict[str, Any]:
    """What the form shows of an item that was given before."""
    if row is None:
        return {"version": "0"}
    return {
        "version": str(row.version),
        "says": row.says,
        "is_needed": NEEDED if row.is_needed else NOT_NEEDED,
        "own_account": _as_word(row.own_account),
        "two_signatories": _as_word(row.two_signatories),
        "runs_out_on": row.runs_out_on,
    }


def _as_word(answer: bool | None) -> str | None:
    return None if answer is None else "yes" if answer else "no"


class HostForm(Form):
    """Which organisation to ask."""

    host = SelectField(_l("Which organisation?"))


class CheckForm(Form):
    """What an officer found; one such form for each item of a page."""

    version = HiddenField()
    expires_on = DateField(_l("It counts until"), validators=[Optional()])
    reason = TextAreaField(
        _l("What is wrong with it"),
        filters=[plain_text],
        validators=[at_most(1000)],
    )

    @property
    def seen_version(self) -> int:
        return as_version(self.version.data)


def check_form(row: PassportItem) -> CheckForm:
    """The form beside an item, with the day the group named or a year from today."""
    until = row.runs_out_on or clock.today() + timedelta(days=COUNTS_FOR.days)
    data = {"version": str(row.version), "expires_on": until}
    return CheckForm(data=data, prefix=row.item.value)
