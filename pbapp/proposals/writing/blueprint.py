"""Where the pages of writing hang: `views` writes, `own_pages` is for what has been sent in."""

from flask import Blueprint

bp = Blueprint("writing", __name__, url_prefix="/rounds/<slug>/proposals")
