"""A POST writes and says so before it reads; a GET cannot write."""

from __future__ import annotations

from flask import Flask, request

from pbapp import db as database

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    if request.method not in READS:
        database.begin_writing()


def _end(_error: BaseException | None) -> None:
    # A view that redirected without committing meant it: what it left is undone.
    database.db.session.rollback()
    database.end_request()
