"""Show that a verb said no: beside the form as it was typed, or on the page that comes next."""

from __future__ import annotations

from flask import flash

from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.babel import say
from pbapp.web.forms import Form


def blame(form: Form, refused: Refused) -> None:
    """Show why not, with what was typed still there; nothing was written."""
    db.session.rollback()
    form.blame(refused)


def say_no(refused: Refused, tone: str = "error") -> None:
    """The same where there is no field to show it beside."""
    db.session.rollback()
    flash(say(refused), tone)
