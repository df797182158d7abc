"""The pictures people sent."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, send_from_directory

from pbapp.db import db
from pbapp.web.access import access, anyone
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
