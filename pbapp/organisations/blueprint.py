"""Where the pages of groups hang."""

from flask import Blueprint

bp = Blueprint("organisations", __name__)
