"""Home and the service pages."""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy import text
from werkzeug.wrappers import Response

from pbapp.db import db
from pbapp.web.access import access, anyone

bp = Blueprint("pages", __name__)
blueprints = (bp,)


@bp.get("/health")
@access(anyone)
def health() -> Response:
    """Whether the database answers; for monitors, without a word about what is in it."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
