"""One address, two answers: the whole page, or the underscore file it includes."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request


def wants_fragment() -> bool:
    """Whether HTMX asks for a part; a boosted link or a restored page wants the whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Request-Type", "partial") != "full"
    )


def render(page: str, *, fragment: str, status: int = 200, **context: Any) -> Response:
    """Render `fragment` for HTMX and `page` (which includes it) for everybody else."""
    name = fragment if wants_fragment() else page
    response = make_response(render_template(name, **context), status)
    response.vary.add("HX-Request")
    return response
