"""The page on which anybody says what is wrong; each room has one for its own things."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.concerns import services
from pbapp.concerns.forms import ConcernForm
from pbapp.concerns.services import Subject
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.babel import page_language
from pbapp.web.refusals import blame


def raise_page(about: Subject) -> str | Response | tuple[str, int]:
    """Show the form, or keep what it says and lead back to the thing."""
    form = ConcernForm()
    if form.validate_on_submit():
        try:
            services.raise_concern(
                about=about,
                text=form.text.data or "",
                address=form.address.data or None,
                language=page_language(),
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            flash(_("Thank you. An officer looks at it."), "success")
            return redirect(about.path, 303)
    html = render_template("concerns/raise.html", about=about, form=form)
    return html, 422 if form.errors else 200
