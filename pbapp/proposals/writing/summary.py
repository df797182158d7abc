"""What a page's form holds, in words: to look through before sending, and to compare."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from pbapp.web.babel import day, money

SKIPPED = frozenset({"CSRFTokenField", "HiddenField", "FileField"})
NOT_SHOWN = frozenset({"find", "photo_alt", "document_title"})


def rows_of(form: Any) -> list[tuple[str, str]]:
    """(label, what stands there) for each field that holds something, in the form's order."""
    return [
        (str(field.label.text), value)
        for field in form
        if field.type not in SKIPPED and field.short_name not in NOT_SHOWN
        if (value := _value(field))
    ]


def _value(field: Any) -> str:
    if field.type == "FieldList":
        return "\n".join(line for entry in field if (line := _row(entry.form)))
    if getattr(field, "choices", None) is not None:
        chosen = field.data if isinstance(field.data, list) else [field.data]
        wanted = {str(one) for one in chosen if one not in (None, "")}
        return ", ".join(
            str(choice.label) for choice in field.choices if str(choice.value) in wanted
        )
    if field.type == "PoundsField":
        return _pounds(field)
    if isinstance(field.data, date):
        return day(field.data)
    return str(field.data or "")


def _pounds(field: Any) -> str:
    return money(field.data) if isinstance(field.data, int) else str(getattr(field, "typed", ""))


def _row(form: Any) -> str:
    """One row of a list: what, how much, of what kind."""
    if "asset_id" in form:
        return f"{form['name'].data} ({_value(form['kind'])})" if form["name"].data else ""
    if form.is_empty:
        return ""
    line = _("%(what)s: %(amount)s", what=form.what.data or "?", amount=_pounds(form.amount) or "?")
    return f"{line} ({_value(form['kind'])})" if "kind" in form else line
