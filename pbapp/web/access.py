"""Every view declares who may use it; the application refuses to start with one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

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
    came_for = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=came_for), 303)


def refuse_open_views(app: Flask) -> None:
    """Raise `AccessError` naming every endpoint that declares no rule."""
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "access_rule", None) is None
    ]
    if silent:
        raise AccessError(f"These views do not say who may use them: {', '.join(sorted(silent))}")
