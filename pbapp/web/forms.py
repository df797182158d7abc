"""Forms: CSRF, refusals beside their field, and field kinds the browser does not have."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # newer than its stubs
    SelectChoice as SelectChoice,
)
from wtforms.fields.core import Field
from wtforms.validators import DataRequired, Length

from pbapp.refusal import Refused
from pbapp.web.babel import say

csrf = CSRFProtect()

# Marks that are not seen and yet meant: the tags that make a black flag Scotland's, England's or
# Wales's, a joiner within one picture, and joiners within words of Arabic and Indian scripts.
_TAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in land) for land in ("gbsct", "gbeng", "gbwls")
)
_PICTURE, _LETTER = "\u2600-\u27bf\U0001f000-\U0001faff", "\u0620-\u06ff\u0900-\u0dff"
MEANT = re.compile(
    f"((?<=\U0001f3f4)(?:{_TAGS})\U000e007f"
    f"|(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])"
    f"|(?<=[{_LETTER}])[\u200c\u200d](?=[{_LETTER}]))"
)


def init_app(app: Flask) -> None:
    csrf.init_app(app)


class Form(FlaskForm):
    """A form that can show a service's refusal where it belongs."""

    def blame(self, refused: Refused) -> None:
        """Put a refusal beside its field, or above the form when it has none."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors.append(say(refused))
        else:
            field.errors = [*field.errors, say(refused)]


class PressForm(Form):
    """A button and nothing else (the token against forged posts comes with it)."""


class SeenForm(Form):
    """A form about a thing of which its author saw one version."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        return version_in(self.version.data)


def version_in(typed: str | None) -> int:
    """The version a page carried with it; 0, which fits none, for anything that is no number."""
    plain = typed is not None and typed.isascii() and typed.isdigit() and len(typed) < 9
    return int(typed or 0) if plain else 0


def options(*pairs: tuple[str, Any]) -> list[Any]:
    """Choices from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def text(label: Any, most: int, *, required: Any = None, long: bool = False) -> Any:
    """A line or a box of text with a longest length."""
    checks: list[Any] = [DataRequired(required)] if required else []
    checks.append(Length(max=most, message=_l("Use at most %(max)d characters.")))
    kind = TextAreaField if long else StringField
    return kind(label, filters=[plain_text], validators=checks)


def at_most(number: int) -> Length:
    return Length(max=number, message=_l("Use %(max)d characters or fewer."))


def plain_text(value: str | None) -> str | None:
    """Text as typed, without what nobody means to type: NULs, control and direction marks.

    Right-to-left overrides can make a name read as another; line breaks stay.
    """
    if value is None:
        return None
    parts = MEANT.split(value)
    parts[::2] = map(_seen, parts[::2])  # between them stands what is meant
    return unicodedata.normalize("NFC", "".join(parts)).strip()


def _seen(text: str) -> str:
    hidden = ("Cc", "Cf", "Cs")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in hidden)


class PoundsField(StringField):
    """An amount typed in pounds, kept in pence: £1,200.50 is 120050."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = str(valuelist[0]) if valuelist else ""
        self.data: Any = None
        if self.typed.strip():
            self.data = pence(self.typed)

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        if typed is not None:
            return str(typed)
        return "" if self.data is None else pounds(self.data)


def pence(typed: str) -> int:
    """Read an amount in pounds; raises `ValidationError` with what to type instead."""
    text = typed.strip().removeprefix("£").replace(",", "").replace(" ", "")
    plain = text.isascii() and text.replace(".", "", 1).isdigit()
    try:
        amount = Decimal(text) * 100 if plain else None
    except InvalidOperation:  # pragma: no cover — isdigit already refused it
        amount = None
    if amount is None:
        raise ValidationError(_("Enter an amount in pounds, like 450 or 1,200.50."))
    if amount != amount.to_integral_value():
        raise ValidationError(_("Enter pounds and pence with two digits after the dot, like 4.50."))
    if amount > 100_000_000_00:
        raise ValidationError(_("That is more than £100 million. Check the amount."))
    return int(amount)


def pounds(amount_pence: int) -> str:
    whole, part = divmod(amount_pence, 100)
    return f"{whole}.{part:02}" if part else str(whole)


def web_address(_form: Any, field: Field) -> None:
    """Only http and https: an address is shown as a link that somebody will follow."""
    from urllib.parse import urlsplit

    value = (field.data or "").strip()
    if not value:
        return
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in value):
        raise ValidationError(_("Enter a web address that starts with https:// or http://."))


MISSING = _l("Fill this in.")
WRONG_ADDRESS = _l("Enter an e-mail address, like name@example.org.")
