"""The pictures people sent, and what somebody typed whose sign-in ended meanwhile."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, render_template, send_from_directory

from pbapp.db import db
from pbapp.web import drafts
from pbapp.web.access import SIGNED_OUT, TYPED, access, anyone, signed_in
from pbapp.web.context import settings
from pbapp.web.models import Upload

bp = Blueprint("uploads", __name__)
blueprints = (bp,)


@bp.get("/uploads/<uuid:upload_id>.jpg")
@access(anyone)
def picture(upload_id: UUID) -> Response:
    """One picture. Its id is a secret until a page shows it."""
    upload = db.session.get(Upload, upload_id) or abort(404)
    response = send_from_directory(
        settings().uploads, f"{upload.digest}.jpg", mimetype=upload.media_type
    )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@bp.get("/kept/<token>")
@access(signed_in)
def kept(token: str) -> str:
    """What somebody sent after their sign-in had ended, ready to be sent again."""
    fields = drafts.load(token, SIGNED_OUT) or abort(404)
    typed = [
        (name.removeprefix(TYPED), value)
        for name, values in fields.items()
        if name.startswith(TYPED)
        for value in values
    ]
    return render_template("errors/kept.html", typed=typed, action=fields["action"][0])
