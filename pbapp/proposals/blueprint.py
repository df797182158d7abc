"""Where the room's views hang: reading in `views`, writing in `writing`."""

from flask import Blueprint

bp = Blueprint("proposals", __name__, url_prefix="/rounds/<slug>")
