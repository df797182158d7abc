"""A POST writes and says so before it reads; a GET cannot write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from pbapp import db as database

READS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.teardown_request(_end)


def begins_itself(view: View) -> View:
    """Declare that a view opens its own write transaction; outside of it, it can only read."""
    view.begins_itself = True  # type: ignore[attr-defined]
    return view


def _begin() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in READS and not getattr(view, "begins_itself", False):
        database.begin_writing()


def _end(_error: BaseException | None) -> None:
    # A view that redirected without committing meant it: what it left is undone.
    database.db.session.rollback()
    database.end_request()
