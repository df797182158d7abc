"""Hand a document over to be kept; no page and no browser tab of ours ever shows it."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, send_file


def hand_over(path: Path, media_type: str, name: str) -> Response:
    """The file as a download called `name` (ours, never what a person's file was called)."""
    if not path.exists():
        abort(404)
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
