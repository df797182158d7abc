"""What every room's commands stand on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def with_app(command: Command) -> Command:
    """Give a command the application's context and a write transaction; the command commits."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        from pbapp import create_app
        from pbapp.db import write_transaction

        app = create_app()
        with app.app_context(), write_transaction():
            return command(*arguments, **options)

    return run  # type: ignore[return-value]
