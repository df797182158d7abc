"""Where the desk's views hang: the queue in `views`, rounds in `rounds`."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk")
