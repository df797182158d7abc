"""Hand a document over to be kept; no page and no browser tab of ours ever shows it."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Response, abort, send_file


def hand_over(file: Path | bytes, media_type: str, name: str) -> Response:
    """The file as a download called `name` (ours, never what a person's file was called)."""
    if isinstance(file, Path) and not file.exists():
        abort(404)
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    response = send_file(source, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
