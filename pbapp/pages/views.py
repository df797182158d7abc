"""Home and the service pages."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from sqlalchemy import text
from werkzeug.wrappers import Response

from pbapp.db import db
from pbapp.web.access import access, anyone

bp = Blueprint("pages", __name__)
blueprints = (bp,)


@bp.get("/accessibility")
@access(anyone)
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@bp.get("/privacy")
@access(anyone)
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/cookies")
@access(anyone)
def cookies() -> str:
    return render_template("pages/cookies.html")


@bp.get("/how-voting-works")
@access(anyone)
def how_voting_works() -> str:
    return render_template("pages/how_voting_works.html")


@bp.get("/health")
@access(anyone)
def health() -> Response:
    """Whether the database answers; for monitors, without a word about what is in it."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
