"""Pages for what goes wrong. They say what happened and what to do, and keep what was typed."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InternalError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from pbapp import db as database
from pbapp.refusal import Refused
from pbapp.web import limits
from pbapp.web.babel import page_language, say

SECRET_FIELDS = ("csrf_token", "password", "code")
A_PHOTO_TOO_BIG = 4  # times what we take in
# How SQLite says that it cannot take a change just now, and PostgreSQL's codes for it: no
# connection, not enough of something (of disk, too), shutting down or starting, read-only.
REFUSES_WRITES = ("locked", "readonly", "full", "disk I/O error", "unable to open")
REFUSING_STATES = ("08", "53", "57P", "25006")
# Made without the context processors, which ask the database whose service this is.
BARE = frozenset({"500", "503"})
Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(database.Busy, _busy)
    app.register_error_handler(OperationalError, _database_trouble)
    app.register_error_handler(InternalError, _database_trouble)
    app.register_error_handler(DataError, _impossible_value)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _expired_form(_error: CSRFError) -> Answer:
    return page(400, "expired")


def _refused(refused: Refused) -> Answer:
    # A verb said no and its view had no field to show it beside.
    database.db.session.rollback()
    return page(409, "refused", sentence=say(refused))


def _changed_meanwhile(_error: StaleDataError) -> Answer:
    database.db.session.rollback()
    sentence = _("Somebody else changed this while you were working on it. Look at it again first.")
    return page(409, "refused", sentence=sentence)


def _impossible_value(_error: DataError) -> Answer:
    # No column can hold it (a NUL in an address, a number with forty digits): nothing is there.
    database.db.session.rollback()
    return page(404, "404") if request.method == "GET" else page(400, "400")


def _busy(_error: Exception) -> Answer:
    database.db.session.rollback()
    return (*page(503, "503"), {"Retry-After": "5"})


def _database_trouble(error: OperationalError | InternalError) -> Answer:
    if not _refuses_writes(error.orig):
        return _unexpected(error)
    logging.getLogger("pbapp").error("database refused a write: %s", error.orig)
    return _busy(error)


def _refuses_writes(error: Any) -> bool:
    if hasattr(error, "sqlstate"):  # PostgreSQL; without a code it could not be reached at all
        code: str | None = error.sqlstate
        return code is None or code.startswith(REFUSING_STATES)
    return any(word in str(error) for word in REFUSES_WRITES)


def _http(error: HTTPException) -> Answer | HTTPException:
    if isinstance(error, SecurityError):
        return "This address is not served here.\n", 400  # for another host no page can be made
    if error.response is not None or error.code is None or error.code < 400:
        return error
    known = {400, 403, 404, 413, 429, 500, 503}
    template = str(error.code) if error.code in known else ("500" if error.code >= 500 else "400")
    headers = {"Retry-After": "60"} if error.code == 429 else {}
    return (*page(error.code, template), headers)


def _unexpected(error: Exception) -> Answer:
    if isinstance(error, RequestEntityTooLarge):
        return page(413, "413")
    logging.getLogger("pbapp").exception("unexpected error")
    database.db.session.rollback()
    _count_it()
    return page(500, "500")


def _count_it() -> None:
    """So that officers see on the live board that something goes wrong. It must not fail itself."""
    try:
        with database.write_transaction():
            limits.hit("errors", "all", tries=0, seconds=3600)
            database.db.session.commit()
    except Exception:
        logging.getLogger("pbapp").exception("an error could not be counted")


def page(status: int, name: str, **context: object) -> tuple[str, int]:
    """An error page with the typed fields on board, so that "Send again" loses nothing."""
    context |= {"typed": typed_fields(), "action": request.full_path.rstrip("?")}
    if name in BARE:
        template = current_app.jinja_env.get_template(f"errors/{name}.html")
        return template.render(context, lang=page_language()), status
    return render_template(f"errors/{name}.html", **context), status


def typed_fields() -> list[tuple[str, str]]:
    """What the person typed, to be sent again; only if they typed it on one of our own pages.

    A form posted from elsewhere must not be dressed up as ours with a fresh token.
    """
    if request.method != "POST" or not _is_from_here():
        return []
    try:
        pairs = list(_form().items(multi=True))
    except HTTPException:  # the body itself was the trouble
        return []
    # A field of a part of a form is called part-name; a postcode is no code.
    return [(name, value) for name, value in pairs if name.split("-")[-1] not in SECRET_FIELDS]


def _form() -> MultiDict[str, str]:
    """The fields of this request; of one that is too big as well, where that may be its photo's.

    Read to its end, too: many browsers show no answer to what they could not finish sending.
    """
    try:
        return request.form
    except RequestEntityTooLarge:
        most = current_app.config["MAX_CONTENT_LENGTH"] * A_PHOTO_TOO_BIG
        if not request.content_length or request.content_length > most:
            raise
        request.max_content_length = most
        return request.form


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == request.host
