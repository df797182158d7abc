"""The rows of regular times, one more or one less without JavaScript."""

from __future__ import annotations

from flask import request

from pbapp.assets.adding.forms import MoreForm


def turn_rows(form: MoreForm) -> bool:
    """Add a row for a time, or take one away, if that is what was pressed."""
    if "add_time" in request.form:
        form.add_time()
        return True
    if "drop_time" in request.form:
        form.drop_time(request.form["drop_time"])
        return True
    return False
