"""Where the pages of the set-up hang: under the desk's rounds."""

from flask import Blueprint

bp = Blueprint("setup", __name__, url_prefix="/desk/rounds")
