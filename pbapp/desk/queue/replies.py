"""Put a saved reply into what an officer types, with or without script."""

from __future__ import annotations

from typing import TypeVar

from flask import request
from wtforms import TextAreaField

from pbapp.desk.queue import queries
from pbapp.web.forms import Form

Filled = TypeVar("Filled", bound=Form)


def is_asked_for() -> bool:
    """Whether the button "Insert" was pressed, which decides nothing."""
    return request.method == "POST" and "insert" in request.form


def insert(form: Filled, field: TextAreaField, board_id: int | None) -> Filled:
    """The same form with the words of the chosen reply after what was typed."""
    chosen = request.form.get("reply", "")
    replies = {str(reply.id): reply.text for reply in queries.list_replies([board_id])}
    if chosen in replies:
        field.data = "\n\n".join(part for part in (field.data, replies[chosen]) if part)
    return form
