"""Edits of a thing, as a page's history tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from flask_babel import gettext as _


class Edit(Protocol):
    """A revision, or what became of several."""

    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def changes(self) -> dict[str, Any]: ...


def told(
    edits: Iterable[Edit],
    *,
    fields: Mapping[str, object],
    value: Callable[[str, Any], str],
    who: Callable[[str], str],
) -> list[dict[str, Any]]:
    """Edits for the page's `history` macro.

    `fields` names them for people, `value` words what one holds, `who` says whose part `by` is.
    """
    return [
        {
            "who": who(edit.by),
            "at": edit.at,
            "number": getattr(edit, "number", None),
            "what": _("Undone") if getattr(edit, "undoes", None) else _("Changed"),
            "changes": [
                (fields.get(name, name), value(name, before), value(name, after))
                for name, (before, after) in edit.changes.items()
            ],
        }
        for edit in edits
    ]


def an_officer(_by: str) -> str:
    """Where only officers edit, and which of them it was is nobody's business."""
    return _("by an officer")
