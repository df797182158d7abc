"""Every view declares who may use it; the application refuses to start with one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from pbapp.db import db
from pbapp.web import drafts
from pbapp.web.errors import typed_fields

# The kind of draft that holds a form sent after the sign-in ended, and its fields' beginning.
SIGNED_OUT, TYPED = "signed out", "typed "
Rule = Callable[..., bool]
View = TypeVar("View", bound=Callable[..., Any])


class AccessError(Exception):
    """A view does not say who may use it."""


def anyone(**_: Any) -> bool:
    """Open to the public."""
    return True


def signed_in(**_: Any) -> bool:
    """Anybody with an account who has signed in."""
    return bool(current_user.is_authenticated)


def access(rule: Rule) -> Callable[[View], View]:
    """Declare who may use a view. The rule gets the view's own arguments by name.

    Somebody not signed in is asked to sign in (and comes back); anybody else gets 403.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            if not rule(**arguments):
                return deny()
            return view(**arguments)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return declare


def require(allowed: bool) -> None:
    """Refuse from inside a view, where the rule depends on what was loaded."""
    if not allowed:
        abort(deny())


def deny() -> Response:
    if current_user.is_authenticated:
        abort(403)
    came_for = request.full_path.rstrip("?") if request.method == "GET" else _kept()
    return redirect(url_for("accounts.sign_in", next=came_for), 303)


def _kept() -> str | None:
    """Where what somebody typed waits for them, whose sign-in ended while they did."""
    typed = typed_fields() if "_user_id" in session else []
    if not typed:
        return None
    fields: dict[str, list[str]] = {"action": [request.full_path.rstrip("?")]}
    for name, value in typed:
        fields.setdefault(f"{TYPED}{name}", []).append(value)
    token = drafts.save(kind=SIGNED_OUT, fields=fields)
    db.session.commit()
    return url_for("uploads.kept", token=token)


def refuse_open_views(app: Flask) -> None:
    """Raise `AccessError` naming every endpoint that declares no rule."""
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "access_rule", None) is None
    ]
    if silent:
        raise AccessError(f"These views do not say who may use them: {', '.join(sorted(silent))}")
