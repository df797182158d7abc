"""How a verb says no: a sentence for the person, and the field it belongs beside."""

from __future__ import annotations

from typing import Any


def N_(message: str) -> str:  # noqa: N802 — gettext's own name for "extract this, translate later"
    """Mark a sentence for translation where gettext cannot be imported."""
    return message


def in_pounds(pence: int) -> str:
    """£1,200 or £1,200.50; for sentences made where no locale can be asked."""
    whole, part = divmod(pence, 100)
    return f"£{whole:,}.{part:02}" if part else f"£{whole:,}"


class Refused(Exception):
    """A service will not do what was asked.

    `message` is a msgid with `%(name)s` places, `params` fills them, and `field` names the form
    field to show it beside (None: above the form).
    """

    def __init__(self, message: str, field: str | None = None, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.field = field
        self.params = params
