"""One JSON line a request: what was asked of which view and how it went, and never who asked."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from typing import Any

from flask import Flask, Response, g, request

from pbapp import clock


class JsonLines(logging.Formatter):
    """A log record as one JSON object; `extra={"facts": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": clock.now().isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_write)


def start(level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error as JSON; called by the commands."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("alembic", "huey", "weasyprint.progress"):  # their talk would bury ours
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _start() -> None:
    g.request_id = secrets.token_hex(8)
    g.started = time.perf_counter()


def _write(response: Response) -> Response:
    # The rule, not the path: a path can hold a receipt or a name somebody searched for. Voting
    # pages are not timed, so that the log cannot be laid beside the ballots.
    rule = str(request.url_rule) if request.url_rule else "(no such page)"
    facts = {"method": request.method, "view": rule, "status": response.status_code}
    if "/vote" not in rule:
        facts["ms"] = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
        facts["request"] = g.get("request_id", "")
    logging.getLogger("pbapp.requests").info("request", extra={"facts": facts})
    return response
