"""Serve the scripts of drawn maps from this site, so that a page needs no inline script."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, abort, request

from pbapp.maps import queries
from pbapp.web.access import access, anyone

YEAR = 31_536_000
bp = Blueprint("maps", __name__)
blueprints = (bp,)


@bp.get("/maps/<digest>.js")
@access(anyone)
def script(digest: str) -> Response:
    """One map's script. Its address changes with what it draws, so it may be kept for ever."""
    packed = queries.find_script(digest)
    if packed is None:
        abort(404)
    if request.accept_encodings["gzip"]:
        response = Response(packed, mimetype="text/javascript")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress(packed), mimetype="text/javascript")
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.set_etag(digest, weak=True)
    response.make_conditional(request)
    return response
