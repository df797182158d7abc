"""A press of a button that has no fields: do it, say so, and go back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect
from werkzeug.wrappers import Response

from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.refusals import say_no


def act(
    verb: Callable[[], object], *, thanks: str, back: str, after: str | None = None, also: str = ""
) -> Response:
    """Do it and go `back`, or to `after` where that differs once it is done.

    `also` is said as well when the verb returns True.
    """
    try:
        done = verb()
    except Refused as refused:
        say_no(refused)
        return redirect(back, 303)
    db.session.commit()
    flash(thanks, "success")
    if also and done is True:
        flash(also, "warning")
    return redirect(after or back, 303)
