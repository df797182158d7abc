"""What the pages that work without a connection have in common."""

from __future__ import annotations

from flask import Response

from pbapp.web.static_files import STATIC

WORKER = STATIC / "js" / "offline_worker.js"


def worker_script() -> Response:
    """The script that keeps a page at hand. It may only do so for addresses beside its own, so
    each such page has an address of its own for it."""
    answer = Response(WORKER.read_bytes(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
