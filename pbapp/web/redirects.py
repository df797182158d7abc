"""Going back where somebody came from, never anywhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request


def init_app(app: Flask) -> None:
    app.add_template_global(way_back)


def way_back(otherwise: str) -> str:
    """The page that led here, if it said so with `back` in the address: a list as it was left."""
    return safe_next(request.args.get("back"), otherwise)


def safe_next(target: str | None, otherwise: str) -> str:
    """`target` if it is a plain path of this site, else `otherwise`.

    Browsers read `//evil`, `/\\evil` and a path with a tab in it as another site.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if "\\" in target or any(ord(c) < 32 for c in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
