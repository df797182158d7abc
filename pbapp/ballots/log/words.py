"""The log in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pbapp.rounds.models import Method


def method_words(config: dict[str, Any]) -> str:
    """How people of a sealed round show that they may vote."""
    names = {
        Method.EMAIL: _("online with a code by e-mail"),
        Method.SMS: _("online with a code by text message"),
        Method.CODE: _("online with a code by letter"),
        Method.CARD: _("online with a card"),
        Method.TABLE: _("at a table or on paper"),
    }
    used = config.get("methods", [Method.EMAIL.value, Method.TABLE.value])
    return ", ".join(names[Method(method)] for method in used)
