"""Where the room's views hang: officers' at the desk, everybody else's at the round."""

from flask import Blueprint

bp = Blueprint("appraisal", __name__, url_prefix="/desk")
round_bp = Blueprint("review", __name__, url_prefix="/rounds/<slug>")
