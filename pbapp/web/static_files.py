"""Front-end files, each with a version of its content in its address, gzipped once in memory."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_file, url_for
from werkzeug.security import safe_join

from pbapp.config import ROOT
from pbapp.web.access import access, anyone

STATIC = ROOT / "static"
YEAR = 31_536_000
TEXT = frozenset({"text/css", "text/javascript", "image/svg+xml", "text/x-python", "text/plain"})
bp = Blueprint("static_files", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["static_url"] = static_url


@bp.get("/static/<path:filename>")
@access(anyone)
def serve(filename: str) -> Response:
    """One front-end file."""
    found = safe_join(str(STATIC), filename)
    path = Path(found) if found else STATIC
    if not path.is_file():
        abort(404)
    media_type = _media_type(path)
    if media_type in TEXT and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(_packed(path, path.stat().st_mtime_ns), mimetype=media_type)
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(_version(filename))
        response.make_conditional(request)
    else:
        response = send_file(path, mimetype=media_type, conditional=True)
    response.headers["Vary"] = "Accept-Encoding"
    # With its version in the address a file never changes; without, it is asked for again.
    cached = f"public, max-age={YEAR}, immutable" if "v" in request.args else "no-cache"
    response.headers["Cache-Control"] = cached
    return response


def static_url(filename: str) -> str:
    """The address of a front-end file; it changes when the file does."""
    return url_for("static_files.serve", filename=filename, v=_version(filename))


@lru_cache(maxsize=256)
def _version(filename: str) -> str:
    path = STATIC / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"


@lru_cache(maxsize=64)
def _packed(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _media_type(path: Path) -> str:
    kind, _ = mimetypes.guess_type(path.name)
    return "text/javascript" if path.suffix == ".js" else kind or "application/octet-stream"
